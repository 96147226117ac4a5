package slacktest

import (
	"maps"
	"slices"
	"strings"
)

// allowedMembers lists the members of the common blocks, elements and composition objects
// (docs: Block Kit reference). Slack refuses a member that it does not know; kinds that
// are not listed here are not checked for that.
var allowedMembers = map[string]string{
	"section": "type block_id text fields accessory expand",
	"header":  "type block_id text level",
	"context": "type block_id elements",
	"actions": "type block_id elements",
	"divider": "type block_id",
	"image":   "type block_id image_url slack_file alt_text title",
	"input":   "type block_id label element hint optional dispatch_action",

	"button": "type text action_id url value confirm style accessibility_label agent_prompt " +
		"agent_prompt_display visible_to_user_ids",
	"overflow":         "type action_id options confirm",
	"static_select":    "type action_id placeholder options option_groups initial_option confirm focus_on_load",
	"radio_buttons":    "type action_id options initial_option confirm focus_on_load",
	"checkboxes":       "type action_id options initial_options confirm focus_on_load visible_to_user_ids",
	"plain_text_input": "type action_id placeholder initial_value multiline min_length max_length dispatch_action_config focus_on_load",
	"datepicker":       "type action_id placeholder initial_date confirm focus_on_load",

	"text":          "type text emoji verbatim",
	"confirm":       "title text confirm deny style",
	"option":        "text value description",
	"overflow item": "text value description url",
	"option group":  "label options",
	"view": "type title blocks close submit private_metadata callback_id clear_on_close notify_on_close " +
		"external_id submit_disabled",
}

// members refuses what an object of a kind may not have.
func (c *checker) members(at, kind string, o Object) {
	allowed, known := allowedMembers[kind]
	if !known {
		return
	}
	names := strings.Fields(allowed)
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if !slices.Contains(names, name) {
			c.add(at, "invalid additional property: %s", name)
		}
	}
}
