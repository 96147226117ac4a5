package slacktest

import (
	"fmt"
	"slices"
	"strings"
)

// Limits of elements and composition objects (docs: Block elements, Composition objects).
const (
	maxButtonText   = 75
	maxButtonValue  = 2_000
	maxConfirmTitle = 100
	maxConfirmText  = 300
	maxConfirmLabel = 30
	maxOptions      = 100
	maxFewOptions   = 10 // radio_buttons, checkboxes
	maxOverflow     = 5
	maxOptionText   = 75
	maxOptionValue  = 150
	maxPlaceholder  = 150
	maxInput        = 3_000 // max_length of a plain_text_input
)

// place is the block that holds an element.
type place int

const (
	inActions place = iota
	inSection
	inInput
)

// elementFits reports whether an element is known and may stand in a block.
func elementFits(kind string, p place) bool {
	isInput := strings.HasSuffix(kind, "_input")
	switch {
	case kind == "image":
		return p == inSection
	case !interactive[kind]:
		return false
	case isInput:
		return p == inInput
	case kind == "button", kind == "overflow", kind == "workflow_button":
		return p != inInput
	default:
		return true
	}
}

// elements checks the elements of an actions block.
func (c *checker) elements(at string, b Object, most int, p place) {
	list, _ := b["elements"].([]any)
	switch {
	case len(list) == 0:
		c.add(at+"/elements", "must provide at least 1 item")
	case len(list) > most:
		c.add(at+"/elements", "no more than %d items allowed", most)
	}
	seen := map[string]bool{}
	for i, item := range list {
		at := fmt.Sprintf("%s/elements/%d", at, i)
		e, _ := item.(Object)
		if id := str(e, "action_id"); id != "" {
			if seen[id] {
				c.add(at+"/action_id", "`action_id` %q already exists", id)
			}
			seen[id] = true
		}
		c.element(at, item, p)
	}
}

func (c *checker) element(at string, v any, p place) {
	e, ok := v.(Object)
	kind := str(e, "type")
	switch {
	case !ok || kind == "":
		c.add(at, "missing required field: type")
		return
	case !elementFits(kind, p):
		c.add(at+"/type", "unsupported type: %s", kind)
		return
	case kind == "image":
		c.image(at, e)
		return
	}
	c.members(at, kind, e)
	c.length(at+"/action_id", str(e, "action_id"), 0, maxID)
	if e["confirm"] != nil {
		c.confirm(at+"/confirm", e["confirm"])
	}
	if e["placeholder"] != nil {
		c.plain(at, e, "placeholder", maxPlaceholder, true)
	}
	switch kind {
	case "button":
		c.button(at, e)
	case "static_select", "multi_static_select":
		c.options(at, e, maxOptions, true)
	case "radio_buttons", "checkboxes":
		c.options(at, e, maxFewOptions, false)
	case "overflow":
		c.options(at, e, maxOverflow, true)
	case "plain_text_input":
		c.length(at+"/initial_value", str(e, "initial_value"), 0, maxInput)
		if n := number(e["max_length"]); e["max_length"] != nil && (n < 1 || n > maxInput) {
			c.add(at+"/max_length", "must be between 1 and %d", maxInput)
		}
		if n := number(e["min_length"]); n < 0 || n > maxInput {
			c.add(at+"/min_length", "must be between 0 and %d", maxInput)
		}
	}
}

func (c *checker) button(at string, e Object) {
	c.plain(at, e, "text", maxButtonText, true)
	c.length(at+"/value", str(e, "value"), 0, maxButtonValue)
	c.length(at+"/url", str(e, "url"), 0, maxURL)
	c.length(at+"/accessibility_label", str(e, "accessibility_label"), 0, maxButtonText)
	c.style(at, e)
}

func (c *checker) style(at string, e Object) {
	if _, given := e["style"]; given && !slices.Contains([]string{"primary", "danger"}, str(e, "style")) {
		c.add(at+"/style", "must be one of: primary, danger")
	}
}

func (c *checker) confirm(at string, v any) {
	o, ok := v.(Object)
	if !ok {
		c.add(at, "must provide an object")
		return
	}
	c.members(at, "confirm", o)
	c.plain(at, o, "title", maxConfirmTitle, true)
	c.plain(at, o, "text", maxConfirmText, true)
	c.plain(at, o, "confirm", maxConfirmLabel, true)
	c.plain(at, o, "deny", maxConfirmLabel, true)
	c.style(at, o)
}

// options checks a list of options or of option groups.
func (c *checker) options(at string, e Object, most int, plainOnly bool) {
	if groups, ok := e["option_groups"].([]any); ok {
		if len(groups) == 0 || len(groups) > maxOptions {
			c.add(at+"/option_groups", "must have between 1 and %d items", maxOptions)
		}
		for i, g := range groups {
			at := fmt.Sprintf("%s/option_groups/%d", at, i)
			o, _ := g.(Object)
			c.members(at, "option group", o)
			c.plain(at, o, "label", maxOptionText, true)
			c.optionList(at, o, "option", most, plainOnly)
		}
		return
	}
	item := "option"
	if str(e, "type") == "overflow" {
		item = "overflow item"
	}
	c.optionList(at, e, item, most, plainOnly)
	all := optionsOf(e)
	if initial, ok := e["initial_option"].(Object); ok && !slices.ContainsFunc(all, func(o Object) bool {
		return str(o, "value") == str(initial, "value") && text(o, "text") == text(initial, "text")
	}) {
		c.add(at+"/initial_option", "must be one of the provided options")
	}
}

func (c *checker) optionList(at string, e Object, kind string, most int, plainOnly bool) {
	list, _ := e["options"].([]any)
	if len(list) == 0 {
		c.add(at+"/options", "must provide at least 1 item")
	}
	if len(list) > most {
		c.add(at+"/options", "no more than %d items allowed", most)
	}
	for i, item := range list {
		at := fmt.Sprintf("%s/options/%d", at, i)
		o, ok := item.(Object)
		if !ok || o["text"] == nil {
			c.add(at, "missing required field: text")
			continue
		}
		c.members(at, kind, o)
		c.textObject(at+"/text", o["text"], maxOptionText, plainOnly)
		c.length(at+"/value", str(o, "value"), 1, maxOptionValue)
		if o["description"] != nil {
			c.textObject(at+"/description", o["description"], maxOptionText, plainOnly)
		}
	}
}
