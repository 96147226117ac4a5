package slacktest

import (
	"maps"
	"slices"
	"strconv"
)

// schema lists what an app may send to be shown: the blocks, their elements and the parts
// of both, each with its members and limits (docs: Block Kit reference, the page of each).
// Lengths are in characters. A type or a member that is not in it is refused, as Slack
// refuses what it does not know; Slack's own list is longer. What the bot begins to send
// is added here first.
var schema = map[string]shape{
	"actions": {role: asBlock, also: uniqueActions, fields: []field{must("elements", list(1, 25, one("button", "checkboxes", "static_select", "external_select")))}},
	"container": {role: asBlock, messageOnly: true, also: containerTitle, fields: []field{
		may("title", plain(150)), may("rich_text_title", one("rich_text")), may("subtitle", text(150)), may("width", enum("narrow", "standard", "wide", "full")),
		may("is_collapsible", flag), may("default_collapsed", flag), may("has_header_divider", flag),
		must("child_blocks", list(1, 10, counted("actions", "context", "divider", "header", "input", "rich_text", "section"))),
	}},
	"context": {role: asBlock, fields: []field{must("elements", list(1, 10, text(3_000)))}},
	"divider": {role: asBlock},
	"header":  {role: asBlock, fields: []field{must("text", plain(150)), may("level", between(1, 4))}},
	"input": {role: asBlock, fields: []field{
		must("label", plain(2_000)), must("element", one("plain_text_input", "checkboxes", "static_select", "external_select")), may("hint", plain(2_000)),
		may("optional", flag), may("dispatch_action", flag),
	}},
	"plan":      {role: asBlock, messageOnly: true, fields: []field{must("title", chars(1, 256)), may("tasks", list(0, 50, counted("task_card")))}},
	"rich_text": {role: asBlock, fields: []field{must("elements", list(1, 0, one("rich_text_section")))}},
	"section": {role: asBlock, also: atLeast("text", "fields"), fields: []field{
		may("text", text(3_000)), may("fields", list(1, 10, text(2_000))), may("accessory", one("button", "checkboxes", "static_select", "external_select")), may("expand", flag),
	}},
	"task_card": {role: asBlock, messageOnly: true, fields: []field{ // texts: documented for streaming alone; assumed
		must("task_id", chars(1, 255)), must("title", chars(1, 256)), must("status", enum("pending", "in_progress", "complete", "error")), may("hide_title", flag),
		may("details", one("rich_text")), may("output", one("rich_text")),
	}},

	"button": {role: asElement, fields: []field{
		must("text", plain(75)), may("value", chars(0, 2_000)), may("url", address), style, may("accessibility_label", chars(0, 75)), may("confirm", shaped("confirm")),
	}},
	"checkboxes": {role: asElement, value: "selected_options", also: initialAmong, fields: []field{
		must("options", list(1, 10, shaped("option"))), may("initial_options", list(1, 0, shaped("option"))), may("confirm", shaped("confirm")), focus,
	}},
	"external_select": {role: asElement, value: "selected_option", fields: []field{
		placeholder, may("initial_option", shaped("plain option")), may("min_query_length", between(0, 1_000_000)), may("confirm", shaped("confirm")), focus,
	}},
	"plain_text_input": {role: asElement, value: "value", also: lengthsInOrder, fields: []field{
		placeholder, may("initial_value", chars(0, 3_000)), may("multiline", flag), may("min_length", between(0, 3_000)), may("max_length", between(1, 3_000)), focus,
	}},
	"static_select": {role: asElement, value: "selected_option", also: oneList, fields: []field{
		placeholder, may("options", list(1, 100, shaped("plain option"))), may("option_groups", list(1, 100, shaped("group"))), may("initial_option", shaped("plain option")), may("confirm", shaped("confirm")), focus,
	}},

	"rich_text_section": {fields: []field{must("elements", list(0, 0, one("text")))}},
	"text":              {fields: []field{must("text", chars(0, 0))}},
	"option":            {untyped: true, fields: []field{must("text", text(75)), must("value", chars(1, 150)), may("description", text(75))}},
	"plain option":      {untyped: true, fields: []field{must("text", plain(75)), must("value", chars(1, 150)), may("description", plain(75))}},
	"group":             {untyped: true, fields: []field{must("label", plain(75)), must("options", list(1, 100, shaped("plain option")))}},
	"confirm": {untyped: true, fields: []field{
		must("title", plain(100)), must("text", plain(300)), must("confirm", plain(30)), must("deny", plain(30)), style,
	}},
	"modal": {fields: []field{
		must("title", plain(24)), may("submit", plain(24)), may("close", plain(24)), may("blocks", anything),
		may("private_metadata", chars(0, 3_000)), may("callback_id", chars(0, 255)), may("external_id", chars(0, 255)),
		may("clear_on_close", flag), may("notify_on_close", flag), may("submit_disabled", flag),
	}},
}

var (
	style       = may("style", enum("primary", "danger"))
	focus       = may("focus_on_load", flag)
	placeholder = may("placeholder", plain(150))
)

// Limits of the blocks of one message or modal together.
const (
	maxMessageBlocks = 50
	maxModalBlocks   = 100
	// maxBlocksText is where msg_blocks_too_long begins: not documented, measured by users
	// as 12,000 characters and a buffer; headerExtra is what a header counts besides.
	maxBlocksText = 13_200
	headerExtra   = 100
)

// shape is what an object of a type is made of.
type shape struct {
	role        role
	messageOnly bool   // a block that modals do not have
	untyped     bool   // the object names no type
	value       string // of an element: the member of its state that holds what a person entered
	fields      []field
	also        func(Object) []problem // what members have to do with each other; pointers are relative
}

type role int

const (
	asPart    role = iota
	asBlock        // has a block_id
	asElement      // has an action_id
)

// members are those of the shape and those of its role.
func (s shape) members() []field {
	all := slices.Clip(s.fields)
	if !s.untyped {
		all = append(all, may("type", anything))
	}
	switch s.role {
	case asBlock:
		all = append(all, may("block_id", chars(0, 255)))
	case asElement:
		all = append(all, may("action_id", chars(0, 255)))
	case asPart:
	}
	return all
}

// anyBlock is one of all blocks.
var anyBlock = counted(slices.DeleteFunc(slices.Sorted(maps.Keys(schema)), func(kind string) bool { return schema[kind].role != asBlock })...)

// NewBlocks lists the types of blocks of 2026, which a workspace may not have yet: see
// [Slack.RefuseBlocks].
func NewBlocks() []string { return []string{"container", "plan", "task_card"} }

// field is a member that an object may have, or must.
type field struct {
	name string
	rule rule
	must bool
}

func must(name string, r rule) field { return field{name, r, true} }
func may(name string, r rule) field  { return field{name, r, false} }

// atLeast wants one of some members.
func atLeast(a, b string) func(Object) []problem {
	return func(o Object) []problem {
		if o[a] == nil && o[b] == nil {
			return []problem{{message: "must define either `" + b + "` or `" + a + "`"}}
		}
		return nil
	}
}

func containerTitle(o Object) (found []problem) {
	if o["title"] == nil && o["rich_text_title"] == nil {
		found = append(found, problem{code: missingField, message: "missing required field: title"})
	}
	folds, _ := o["is_collapsible"].(bool)
	if folded, _ := o["default_collapsed"].(bool); folded && !folds {
		found = append(found, problem{at: "/default_collapsed", message: "requires `is_collapsible`"})
	}
	if divided, _ := o["has_header_divider"].(bool); divided && folds {
		found = append(found, problem{at: "/has_header_divider", message: "not allowed with `is_collapsible`"})
	}
	return found
}

// uniqueActions refuses an action_id that is there twice in one block.
func uniqueActions(o Object) (found []problem) {
	items, _ := o["elements"].([]any)
	seen := map[string]bool{}
	for i, item := range items {
		e, _ := item.(Object)
		id := str(e, "action_id")
		if seen[id] && id != "" {
			found = append(found, problem{at: "/elements/" + strconv.Itoa(i) + "/action_id", message: "`action_id` " + strconv.Quote(id) + " already exists"})
		}
		seen[id] = true
	}
	return found
}

func lengthsInOrder(e Object) []problem {
	if e["max_length"] != nil && number(e["min_length"]) > number(e["max_length"]) {
		return []problem{{at: "/min_length", message: "must not be more than `max_length`"}}
	}
	return nil
}

// oneList refuses a menu with options as well as groups, or with neither.
func oneList(e Object) []problem {
	switch {
	case e["options"] != nil && e["option_groups"] != nil:
		return []problem{{message: "only one of `options` or `option_groups` can be specified"}}
	case e["options"] == nil && e["option_groups"] == nil:
		return []problem{{at: "/options", message: "must provide at least 1 item"}}
	}
	return initialAmong(e)
}

// initialAmong refuses a first choice that is none of the options: value, text and
// description.
func initialAmong(e Object) (found []problem) {
	all := optionsOf(e)
	look := func(at string, v any) {
		chosen, ok := v.(Object)
		alike := func(o Object) bool {
			return str(o, "value") == str(chosen, "value") && textOf(o, "text") == textOf(chosen, "text") && textOf(o, "description") == textOf(chosen, "description")
		}
		if ok && !slices.ContainsFunc(all, alike) {
			found = append(found, problem{at: at, message: "must be one of the provided options"})
		}
	}
	look("/initial_option", e["initial_option"])
	several, _ := e["initial_options"].([]any)
	for i, v := range several {
		look("/initial_options/"+strconv.Itoa(i), v)
	}
	return found
}
