package slacktest

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of Block Kit (docs: Block Kit reference, the page of each block and element).
// Lengths are counted in characters, that is runes.
const (
	maxMessageBlocks = 50
	maxModalBlocks   = 100
	maxSectionText   = 3_000
	maxFields        = 10
	maxFieldText     = 2_000
	maxHeaderText    = 150
	maxContext       = 10
	maxActions       = 25
	maxID            = 255 // block_id, action_id, callback_id, external_id
	maxURL           = 3_000
	maxAltText       = 2_000
	maxMarkdown      = 12_000
	maxLabel         = 2_000 // label and hint of an input
	// maxBlocksText is where msg_blocks_too_long begins: not documented, measured by users
	// as 12,000 characters and a buffer.
	maxBlocksText = 13_200
)

// surface is where blocks are shown.
type surface int

const (
	inMessage surface = iota
	inModal
)

// blockSurfaces lists the known blocks and where they may stand (docs: Blocks). Of those
// without a check of their own only type and block_id are checked.
var blockSurfaces = map[string][]surface{
	"actions": {inMessage, inModal}, "context": {inMessage, inModal}, "divider": {inMessage, inModal},
	"header": {inMessage, inModal}, "image": {inMessage, inModal}, "section": {inMessage, inModal},
	"rich_text": {inMessage, inModal}, "video": {inMessage, inModal},
	"input": {inModal}, "alert": {inModal},
	"markdown": {inMessage}, "file": {inMessage}, "context_actions": {inMessage}, "table": {inMessage},
	"card": {inMessage, inModal}, "carousel": {inMessage}, "task_card": {inMessage}, "plan": {inMessage},
	"data_table": {inMessage}, "data_visualization": {inMessage}, "container": {inMessage}, "layout": {inMessage},
}

// checker collects what is wrong with blocks, in Slack's words where they are known.
type checker struct {
	surface  surface
	problems []string
}

// checkBlocks returns what Slack would refuse; nil if nothing.
func checkBlocks(blocks []Object, where surface) []string {
	c := &checker{surface: where}
	limit := maxMessageBlocks
	if where == inModal {
		limit = maxModalBlocks
	}
	if len(blocks) > limit {
		c.add("/blocks", "no more than %d items allowed", limit)
	}
	seen := map[string]bool{}
	markdown := 0
	for i, b := range blocks {
		at := fmt.Sprintf("/blocks/%d", i)
		if id := str(b, "block_id"); id != "" {
			c.length(at+"/block_id", id, 1, maxID)
			if seen[id] {
				c.add(at+"/block_id", "`block_id` %q already exists", id)
			}
			seen[id] = true
		}
		if str(b, "type") == "markdown" {
			markdown += utf8.RuneCountInString(str(b, "text"))
		}
		c.block(at, b)
	}
	if markdown > maxMarkdown {
		c.add("/blocks", "markdown blocks must be less than %d characters together", maxMarkdown+1)
	}
	return c.problems
}

func (c *checker) add(at, format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...)+" [json-pointer:"+at+"]")
}

func (c *checker) length(at, text string, least, most int) {
	n := utf8.RuneCountInString(text)
	if least > 0 && strings.TrimSpace(text) == "" { // spaces alone are nothing
		c.add(at, "must be more than %d characters", least-1)
	}
	if n > most {
		c.add(at, "must be less than %d characters", most+1)
	}
}

func (c *checker) block(at string, b Object) {
	kind := str(b, "type")
	if kind == "" {
		c.add(at, "missing required field: type")
		return
	}
	if !slices.Contains(blockSurfaces[kind], c.surface) {
		c.add(at+"/type", "unsupported type: %s", kind)
		return
	}
	c.members(at, kind, b)
	switch kind {
	case "section":
		c.section(at, b)
	case "header":
		c.plain(at, b, "text", maxHeaderText, true)
	case "actions":
		c.elements(at, b, maxActions, inActions)
	case "context":
		c.context(at, b)
	case "input":
		c.input(at, b)
	case "image":
		c.image(at, b)
	case "markdown":
		c.length(at+"/text", str(b, "text"), 1, maxMarkdown)
	}
}

func (c *checker) section(at string, b Object) {
	fields, hasFields := b["fields"].([]any)
	if b["text"] == nil && !hasFields {
		c.add(at, "must define either `fields` or `text`")
	}
	if b["text"] != nil {
		c.text(at, b, "text", maxSectionText, true)
	}
	if len(fields) > maxFields {
		c.add(at+"/fields", "no more than %d items allowed", maxFields)
	}
	if hasFields && len(fields) == 0 {
		c.add(at+"/fields", "must provide at least 1 item")
	}
	for i, f := range fields {
		c.textObject(fmt.Sprintf("%s/fields/%d", at, i), f, maxFieldText, false)
	}
	if accessory, ok := b["accessory"]; ok && accessory != nil {
		c.element(at+"/accessory", accessory, inSection)
	}
}

func (c *checker) context(at string, b Object) {
	list, _ := b["elements"].([]any)
	switch {
	case len(list) == 0:
		c.add(at+"/elements", "must provide at least 1 item")
	case len(list) > maxContext:
		c.add(at+"/elements", "no more than %d items allowed", maxContext)
	}
	for i, item := range list {
		at := fmt.Sprintf("%s/elements/%d", at, i)
		if e, _ := item.(Object); str(e, "type") == "image" {
			c.image(at, e)
			continue
		}
		// The page names no limit for the text; a text object has 3,000.
		c.textObject(at, item, maxSectionText, false)
	}
}

func (c *checker) image(at string, b Object) {
	if str(b, "image_url") == "" && b["slack_file"] == nil {
		c.add(at, "missing required field: image_url")
	}
	c.length(at+"/image_url", str(b, "image_url"), 0, maxURL)
	c.length(at+"/alt_text", str(b, "alt_text"), 1, maxAltText)
}

func (c *checker) input(at string, b Object) {
	c.plain(at, b, "label", maxLabel, true)
	if b["hint"] != nil {
		c.plain(at, b, "hint", maxLabel, true)
	}
	if b["element"] == nil {
		c.add(at, "missing required field: element")
		return
	}
	c.element(at+"/element", b["element"], inInput)
}

// text checks a text object, plain_text or mrkdwn, that is a member.
func (c *checker) text(at string, o Object, member string, most int, required bool) {
	if o[member] == nil {
		if required {
			c.add(at, "missing required field: %s", member)
		}
		return
	}
	c.textObject(at+"/"+member, o[member], most, false)
}

// plain checks a plain_text object that is a member.
func (c *checker) plain(at string, o Object, member string, most int, required bool) {
	if o[member] == nil {
		if required {
			c.add(at, "missing required field: %s", member)
		}
		return
	}
	c.textObject(at+"/"+member, o[member], most, true)
}

func (c *checker) textObject(at string, v any, most int, plainOnly bool) {
	o, ok := v.(Object)
	if !ok {
		c.add(at, "must provide an object")
		return
	}
	switch kind := str(o, "type"); {
	case kind != "plain_text" && kind != "mrkdwn":
		c.add(at+"/type", "must be one of: plain_text, mrkdwn")
	case plainOnly && kind != "plain_text":
		c.add(at+"/type", "must be one of: plain_text")
	case kind == "mrkdwn" && o["emoji"] != nil:
		c.add(at+"/emoji", "not allowed with mrkdwn")
	}
	c.members(at, "text", o)
	c.length(at+"/text", str(o, "text"), 1, most)
}

// textOf counts the characters of all texts in blocks.
func textOf(v any) int {
	n := 0
	switch v := v.(type) {
	case []Object:
		for _, item := range v {
			n += textOf(item)
		}
	case []any:
		for _, item := range v {
			n += textOf(item)
		}
	case Object:
		for name, item := range v {
			if text, ok := item.(string); ok && name == "text" {
				n += utf8.RuneCountInString(text)
			} else {
				n += textOf(item)
			}
		}
	}
	return n
}
