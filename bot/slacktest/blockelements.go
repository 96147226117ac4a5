package slacktest

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
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
	maxUploads      = 10
)

// place is the block that holds an element.
type place int

const (
	inActions place = iota
	inSection
	inInput
	inContextActions
	inCard // and in a cell of a data_table
)

// notInMessages are inputs that only modals have.
var notInMessages = []string{"email_text_input", "number_input", "url_text_input", "file_input", "rich_text_input"}

// elementFits reports whether an element is known and may stand in a block.
func elementFits(kind string, p place, s surface) bool {
	isInput := strings.HasSuffix(kind, "_input")
	switch {
	case kind == "feedback_buttons", kind == "icon_button":
		return p == inContextActions
	case p == inContextActions:
		return false
	case p == inCard:
		return kind == "button"
	case kind == "image":
		return p == inSection
	case !interactive[kind], s == inMessage && slices.Contains(notInMessages, kind):
		return false
	case kind == "rich_text_input":
		return p != inSection
	case isInput:
		return p == inInput
	case kind == "button", kind == "overflow", kind == "workflow_button":
		return p != inInput
	default:
		return true
	}
}

// element is one that stands in a block of a kind.
func element(p place) check {
	return func(c *checker, at string, v any) {
		e, ok := v.(Object)
		kind := str(e, "type")
		switch {
		case !ok || kind == "":
			c.missing(at, "type")
			return
		case !elementFits(kind, p, c.surface):
			c.add(at+"/type", "unsupported type: %s", kind)
			return
		case kind == "image":
			image(c, at, v)
			return
		}
		if focus, _ := e["focus_on_load"].(bool); focus {
			c.focused++
		}
		c.fits(at, e, elementShapes()[kind])
	}
}

var (
	style      = may("style", oneOf("primary", "danger"))
	label      = may("accessibility_label", chars(0, maxButtonText))
	confirming = may("confirm", shaped(members(
		must("title", plainText(maxConfirmTitle)), must("text", plainText(maxConfirmText)),
		must("confirm", plainText(maxConfirmLabel)), must("deny", plainText(maxConfirmLabel)), style,
	)))
	placeholder = may("placeholder", plainText(maxPlaceholder))
	focus       = may("focus_on_load", flag)
	seenBy      = may("visible_to_user_ids", list(0, 0, like(userID, "the id of a person")))
	dispatch    = may("dispatch_action_config", shaped(members(may("trigger_actions_on", list(1, 2, oneOf("on_enter_pressed", "on_character_entered"))))))
	most        = may("max_selected_items", between(1, 1_000_000))
	fewest      = may("min_query_length", between(0, 1_000_000))
	hookWanted  = may("response_url_enabled", flag)
	filter      = may("filter", shaped(shape{
		fields: []field{
			may("include", list(1, 4, oneOf("im", "mpim", "private", "public"))),
			may("exclude_external_shared_channels", flag), may("exclude_bot_users", flag),
		},
		also: func(c *checker, at string, o Object) {
			if len(o) == 0 {
				c.add(at, "must define at least one filter")
			}
		},
	}))

	userID         = regexp.MustCompile(`^[UW][A-Z0-9]+$`)
	channelID      = regexp.MustCompile(`^C[A-Z0-9]+$`)
	conversationID = regexp.MustCompile(`^[CDGUW][A-Z0-9]+$`)
	decimal        = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)
	tenDigits      = regexp.MustCompile(`^[0-9]{10}$`)
)

// elementShapes are the members of the elements.
func elementShapes() map[string]shape {
	tables.once.Do(fillTables)
	return tables.elements
}

// makeElements lists the members of the elements (docs: Block elements).
func makeElements() map[string]shape {
	option, longer := optionOf(true), optionOf(false)
	firstOption, firstOptions := may("initial_option", shaped(option)), may("initial_options", list(1, 0, shaped(option)))
	menu := []field{
		placeholder, confirming, focus, may("options", list(1, maxOptions, shaped(option))),
		may("option_groups", groupsOf(option)),
	}
	picker := func(fields ...field) shape { return members(append(fields, placeholder, confirming, focus)...) }
	input := func(fields ...field) shape { return members(append(fields, placeholder, focus, dispatch)...) }
	people, channels := list(1, 0, like(userID, "the id of a person")), list(1, 0, like(channelID, "the id of a public channel"))
	conversation := like(conversationID, "the id of a conversation")
	shapes := map[string]shape{
		"button": members(must("text", plainText(maxButtonText)), may("value", chars(0, maxButtonValue)), may("url", address()),
			style, label, confirming, seenBy, may("agent_prompt", nil), may("agent_prompt_display", nil)),
		"workflow_button":  members(must("text", plainText(maxButtonText)), must("workflow", shaped(members(must("trigger", nil)))), style, label, confirming),
		"icon_button":      members(must("icon", oneOf("trash")), must("text", plainText(maxButtonText)), may("value", chars(0, maxButtonValue)), label, confirming, seenBy),
		"feedback_buttons": members(must("positive_button", shaped(feedback)), must("negative_button", shaped(feedback))),

		"static_select":       {also: oneList, fields: append(slices.Clone(menu), firstOption)},
		"multi_static_select": {also: oneList, fields: append(slices.Clone(menu), firstOptions, most)},
		"radio_buttons":       {also: initialAmong, fields: []field{must("options", list(1, maxFewOptions, shaped(longer))), may("initial_option", shaped(longer)), confirming, focus}},
		"checkboxes":          {also: initialAmong, fields: []field{must("options", list(1, maxFewOptions, shaped(longer))), may("initial_options", list(1, 0, shaped(longer))), confirming, focus, seenBy}},
		"overflow":            members(must("options", list(1, maxOverflow, shaped(linked(option)))), confirming),

		"external_select":            picker(firstOption, fewest),
		"multi_external_select":      picker(firstOptions, fewest, most),
		"users_select":               picker(may("initial_user", like(userID, "the id of a person"))),
		"multi_users_select":         picker(may("initial_users", people), most),
		"channels_select":            picker(may("initial_channel", like(channelID, "the id of a public channel")), hookWanted),
		"multi_channels_select":      picker(may("initial_channels", channels), most),
		"conversations_select":       picker(may("initial_conversation", conversation), may("default_to_current_conversation", flag), hookWanted, filter),
		"multi_conversations_select": picker(may("initial_conversations", list(1, 0, conversation)), may("default_to_current_conversation", flag), filter, most),
		"datepicker":                 picker(may("initial_date", onCalendar(time.DateOnly, "a date YYYY-MM-DD"))),
		"timepicker":                 picker(may("initial_time", onCalendar("15:04", "a time HH:mm")), may("timezone", zone)),
		"datetimepicker":             members(may("initial_date_time", secondsSince1970), confirming, focus),

		"plain_text_input": {also: lengthsInOrder, fields: input(may("initial_value", chars(0, maxInput)), may("multiline", flag),
			may("min_length", between(0, maxInput)), may("max_length", between(1, maxInput))).fields},
		"email_text_input": input(may("initial_value", chars(0, 0))),
		"url_text_input":   input(may("initial_value", chars(0, 0))),
		"number_input": input(must("is_decimal_allowed", flag), may("initial_value", like(decimal, "a number in a string")),
			may("min_value", like(decimal, "a number in a string")), may("max_value", like(decimal, "a number in a string"))),
		"rich_text_input": input(may("initial_value", blockOf("rich_text")), may("min_lines", between(1, 1_000)), may("max_lines", between(1, 1_000))),
		"file_input":      members(may("filetypes", list(1, 0, chars(1, maxID))), may("max_files", between(1, maxUploads))),
	}
	for kind, s := range shapes {
		s.fields = append(s.fields, may("type", nil), may("action_id", chars(0, maxID)))
		shapes[kind] = s
	}
	return shapes
}

// feedback is one of feedback_buttons.
var feedback = members(must("text", plainText(maxButtonText)), must("value", chars(1, maxButtonValue)), label)

// onCalendar is a date or a time that there is.
func onCalendar(layout, what string) check {
	return func(c *checker, at string, v any) {
		text, ok := v.(string)
		if _, err := time.Parse(layout, text); !ok || err != nil || len(text) != len(layout) {
			c.add(at, "must be %s", what)
		}
	}
}

func zone(c *checker, at string, v any) {
	name, ok := v.(string)
	if _, err := time.LoadLocation(name); !ok || err != nil || name == "" {
		c.add(at, "must be the name of a time zone")
	}
}

func secondsSince1970(c *checker, at string, v any) {
	between(0, 9_999_999_999)(c, at, v)
	if n := strconv.Itoa(number(v)); !tenDigits.MatchString(n) {
		c.add(at, "must have 10 digits")
	}
}

func lengthsInOrder(c *checker, at string, e Object) {
	if e["max_length"] != nil && number(e["min_length"]) > number(e["max_length"]) {
		c.add(at+"/min_length", "must not be more than `max_length`")
	}
}
