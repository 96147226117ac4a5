package slacktest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// checkBlocks returns what Slack would refuse of blocks that stand at a pointer; nil if
// nothing.
func checkBlocks(blocks []Object, where surface, at string, refused map[string]bool) []problem {
	c := &checker{surface: where, refused: refused}
	c.walk(at, blocks)
	limit := maxMessageBlocks
	if where != inMessage {
		limit = maxModalBlocks
	}
	if len(c.placed) > limit {
		c.add(at, "no more than %d items allowed", limit)
	}
	c.together(at)
	return c.problems
}

// walk checks the blocks of one message or modal, each by itself.
func (c *checker) walk(at string, blocks []Object) {
	for i, b := range blocks {
		c.value(at+"/"+strconv.Itoa(i), b, anyBlock)
	}
}

// together checks what the blocks of one message or modal have to do with each other.
func (c *checker) together(at string) {
	ids, plans, tasks, focused := map[string]bool{}, 0, 0, 0
	for _, b := range c.placed {
		if id := str(b.Object, "block_id"); id != "" {
			if ids[id] {
				c.add(b.at+"/block_id", "`block_id` %q already exists", id)
			}
			ids[id] = true
		}
		switch str(b.Object, "type") {
		case "plan":
			plans++
			own, _ := b.Object["tasks"].([]any)
			tasks -= len(own)
		case "task_card":
			tasks++
		}
		for _, e := range b.elements {
			if focus, _ := e["focus_on_load"].(bool); focus {
				focused++
			}
		}
	}
	if plans > 0 && tasks > 0 {
		c.add(at, "a plan and a task_card may not stand in one message")
	}
	if focused > 1 {
		c.add(at, "only one element may have focus_on_load")
	}
}

// checkView returns what Slack would refuse of a modal; nil if nothing.
func checkView(o Object, blocks []Object, at string, refused map[string]bool) []problem {
	c := &checker{surface: inModal}
	c.typed(at, o, one("modal"))
	isInput := func(b Object) bool { return str(b, "type") == "input" }
	if o["submit"] == nil && slices.ContainsFunc(blocks, isInput) {
		c.add(at+"/submit", "required when an input block is within the blocks array")
	}
	return append(c.problems, checkBlocks(blocks, inModal, at+"/blocks", refused)...)
}

// scan lists blocks and those in them, with their elements, in reading order.
func scan(blocks []Object) []*placed {
	c := &checker{surface: anywhere}
	c.walk("", blocks)
	return c.placed
}

// sizeOf counts the characters of blocks as msg_blocks_too_long does: texts with & < >
// written out, and something for each header.
func sizeOf(v any) int {
	n := 0
	switch v := v.(type) {
	case []Object:
		for _, item := range v {
			n += sizeOf(item)
		}
	case []any:
		for _, item := range v {
			n += sizeOf(item)
		}
	case Object:
		if str(v, "type") == "header" {
			n += headerExtra
		}
		plain := str(v, "type") != "mrkdwn" // whose writer has escaped it
		for name, item := range v {
			text, ok := item.(string)
			switch {
			case !ok:
				n += sizeOf(item)
			case name == "text" || name == "title":
				n += utf8.RuneCountInString(text)
				if plain {
					n += 4*strings.Count(text, "&") + 3*strings.Count(text, "<") + 3*strings.Count(text, ">")
				}
			}
		}
	}
	return n
}

// nameBlocks gives a block_id and an action_id to those without, as Slack does.
// The caller holds mu.
func (s *Slack) nameBlocks(blocks []Object) {
	name := func(o Object, member, form string) {
		if str(o, member) == "" {
			s.serial++
			o[member] = fmt.Sprintf(form, s.serial)
		}
	}
	for _, b := range scan(blocks) {
		name(b.Object, "block_id", "b%04x")
		for _, e := range b.elements {
			name(e, "action_id", "a%04x")
		}
	}
}

// A Button is a button in a message.
type Button struct {
	ActionID string
	BlockID  string
	Value    string
	Text     string
	Style    string // primary, danger or empty
	Confirm  string // what Slack asks first, if it does; pressing here is pressing and confirming
}

// Buttons returns the buttons of the message, in reading order.
func (m Message) Buttons() []Button {
	var found []Button
	for _, block := range scan(m.Blocks) {
		for _, e := range block.elements {
			if str(e, "type") != "button" {
				continue
			}
			confirm, _ := e["confirm"].(Object)
			found = append(found, Button{
				ActionID: str(e, "action_id"), BlockID: str(block.Object, "block_id"), Value: str(e, "value"),
				Text: textOf(e, "text"), Style: str(e, "style"), Confirm: textOf(confirm, "text"),
			})
		}
	}
	return found
}

// Button returns the first button with an action_id.
func (m Message) Button(actionID string) (Button, bool) {
	for _, b := range m.Buttons() {
		if b.ActionID == actionID {
			return b, true
		}
	}
	return Button{}, false
}

// find returns the element with an action_id and its block, of that block_id if one is
// given.
func find(blocks []Object, blockID, actionID string) (element Object, in *placed) {
	for _, b := range scan(blocks) {
		if blockID != "" && blockID != str(b.Object, "block_id") {
			continue
		}
		for _, e := range b.elements {
			if str(e, "action_id") == actionID {
				return e, b
			}
		}
	}
	return nil, nil
}

// silent reports whether what is done in an element is sent to nobody: it stands in an
// input that does not ask for it.
func (b *placed) silent() bool {
	sends, _ := b.Object["dispatch_action"].(bool)
	return str(b.Object, "type") == "input" && !sends
}
