package slacktest

import (
	"fmt"
)

// objects is a JSON array of objects.
func objects(v any) ([]Object, bool) {
	list, ok := v.([]any)
	if !ok {
		return nil, false
	}
	found := make([]Object, len(list))
	for i, item := range list {
		if found[i], ok = item.(Object); !ok {
			return nil, false
		}
	}
	return found, true
}

// str is a string member, empty if there is none.
func str(o Object, name string) string {
	text, _ := o[name].(string)
	return text
}

// text is the text of a text object that is a member.
func text(o Object, name string) string {
	t, _ := o[name].(Object)
	return str(t, "text")
}

// nameBlocks gives a block_id and an action_id to those without, as Slack does.
// The caller holds mu.
func (s *Slack) nameBlocks(blocks []Object) {
	for _, b := range withNested(blocks) {
		if str(b, "block_id") == "" {
			s.serial++
			b["block_id"] = fmt.Sprintf("b%04x", s.serial)
		}
		eachElement(b, func(e Object) {
			if str(e, "action_id") == "" {
				s.serial++
				e["action_id"] = fmt.Sprintf("a%04x", s.serial)
			}
		})
	}
}

// interactive are the elements that send an action or hold a value.
var interactive = map[string]bool{
	"button": true, "checkboxes": true, "radio_buttons": true, "overflow": true, "workflow_button": true,
	"datepicker": true, "timepicker": true, "datetimepicker": true,
	"static_select": true, "external_select": true, "users_select": true,
	"conversations_select": true, "channels_select": true,
	"multi_static_select": true, "multi_external_select": true, "multi_users_select": true,
	"multi_conversations_select": true, "multi_channels_select": true,
	"plain_text_input": true, "email_text_input": true, "url_text_input": true, "number_input": true,
	"rich_text_input": true, "file_input": true, "feedback_buttons": true, "icon_button": true,
}

// withNested are blocks and those in their containers, layouts, plans and carousels.
func withNested(blocks []Object) []Object {
	var all []Object
	for _, b := range nested("", blocks) {
		all = append(all, b.Object)
	}
	return all
}

// eachElement calls f for the interactive elements of a block, in order; not for those
// of blocks in it.
func eachElement(block Object, f func(Object)) {
	switch str(block, "type") {
	case "carousel":
		return
	case "data_table":
		rows, _ := block["rows"].([]any)
		for _, row := range rows {
			cells, _ := objects(row)
			for _, c := range cells {
				eachElement(c, f)
			}
		}
		return
	}
	for _, member := range []string{"elements", "accessory", "element", "actions"} {
		list, ok := block[member].([]any)
		if !ok {
			list = []any{block[member]}
		}
		for _, item := range list {
			if e, ok := item.(Object); ok {
				if interactive[str(e, "type")] {
					f(e)
				} else {
					eachElement(e, f)
				}
			}
		}
	}
}

// A Button is a button in a message or a modal.
type Button struct {
	ActionID string
	BlockID  string
	Value    string
	Text     string
	Style    string // primary, danger or empty
	URL      string
	Confirm  *Confirm // Slack asks first; pressing here is pressing and confirming
}

// Confirm is the dialog that Slack shows before it sends the press.
type Confirm struct{ Title, Text, Confirm, Deny, Style string }

// Buttons returns the buttons of the message, in reading order.
func (m Message) Buttons() []Button { return buttons(m.Blocks) }

// Button returns the first button with an action_id.
func (m Message) Button(actionID string) (Button, bool) {
	for _, b := range m.Buttons() {
		if b.ActionID == actionID {
			return b, true
		}
	}
	return Button{}, false
}

// Buttons returns the buttons of the modal, in reading order, without Submit and Close.
func (v View) Buttons() []Button { return buttons(v.Blocks) }

func buttons(blocks []Object) []Button {
	var found []Button
	for _, block := range withNested(blocks) {
		eachElement(block, func(e Object) {
			if str(e, "type") != "button" {
				return
			}
			b := Button{
				ActionID: str(e, "action_id"), BlockID: str(block, "block_id"), Value: str(e, "value"),
				Text: text(e, "text"), Style: str(e, "style"), URL: str(e, "url"),
			}
			if c, ok := e["confirm"].(Object); ok {
				b.Confirm = &Confirm{text(c, "title"), text(c, "text"), text(c, "confirm"), text(c, "deny"), str(c, "style")}
			}
			found = append(found, b)
		})
	}
	return found
}

// find returns the element with an action_id, and in its block if blockID is not empty.
func find(blocks []Object, blockID, actionID string) (element Object, inBlock string) {
	for _, block := range withNested(blocks) {
		id := str(block, "block_id")
		if blockID != "" && blockID != id {
			continue
		}
		eachElement(block, func(e Object) {
			if element == nil && str(e, "action_id") == actionID {
				element, inBlock = e, id
			}
		})
	}
	return element, inBlock
}
