package slacktest

import (
	"slices"
	"strconv"
)

// anyText is a text object, plain_text or mrkdwn.
func anyText(most int) check { return textObject(most, false) }

// plainText is a plain_text object.
func plainText(most int) check { return textObject(most, true) }

func textObject(most int, plainOnly bool) check {
	return func(c *checker, at string, v any) {
		o, ok := v.(Object)
		if !ok {
			c.add(at, "must provide an object")
			return
		}
		switch kind := str(o, "type"); {
		case kind != "plain_text" && kind != "mrkdwn":
			c.add(at+"/type", "must be one of: plain_text, mrkdwn")
			c.constrained("enum", kind, "plain_text", "mrkdwn")
		case plainOnly && kind != "plain_text":
			c.add(at+"/type", "must be one of: plain_text")
			c.constrained("enum", kind, "plain_text")
		case kind == "mrkdwn" && o["emoji"] != nil:
			c.add(at+"/emoji", "not allowed with mrkdwn")
		case kind == "plain_text" && o["verbatim"] != nil:
			c.add(at+"/verbatim", "not allowed with plain_text")
		}
		c.fits(at, o, members(must("type", nil), must("text", chars(1, most)), may("emoji", flag), may("verbatim", flag)))
	}
}

// optionOf is an option of a menu, or with other texts than plain ones.
func optionOf(plainOnly bool) shape {
	text := textObject(maxOptionText, plainOnly)
	return members(must("text", text), must("value", chars(1, maxOptionValue)), may("description", text))
}

// linked is an option of an overflow, which may lead somewhere.
func linked(option shape) shape {
	return members(append(slices.Clone(option.fields), may("url", address()))...)
}

// groupsOf are option groups.
func groupsOf(option shape) check {
	group := shaped(members(must("label", plainText(maxOptionText)), must("options", list(1, maxOptions, shaped(option)))))
	return func(c *checker, at string, v any) {
		if items, ok := v.([]any); ok && (len(items) == 0 || len(items) > maxOptions) {
			c.add(at, "must have between 1 and %d items", maxOptions)
			return
		}
		list(1, maxOptions, group)(c, at, v)
	}
}

// oneList refuses a menu with options as well as groups, or with neither.
func oneList(c *checker, at string, e Object) {
	switch {
	case e["options"] != nil && e["option_groups"] != nil:
		c.add(at, "only one of `options` or `option_groups` can be specified")
	case e["options"] == nil && e["option_groups"] == nil:
		c.add(at+"/options", "must provide at least 1 item")
	}
	initialAmong(c, at, e)
}

// initialAmong refuses a first choice that is none of the options.
func initialAmong(c *checker, at string, e Object) {
	all := optionsOf(e)
	look := func(at string, v any) {
		chosen, ok := v.(Object)
		if ok && !slices.ContainsFunc(all, func(o Object) bool { return alike(o, chosen) }) {
			c.add(at, "must be one of the provided options")
		}
	}
	look(at+"/initial_option", e["initial_option"])
	several, _ := e["initial_options"].([]any)
	for i, v := range several {
		look(at+"/initial_options/"+strconv.Itoa(i), v)
	}
}

// alike reports whether two options are the same: value, text and description.
func alike(a, b Object) bool {
	return str(a, "value") == str(b, "value") && text(a, "text") == text(b, "text") &&
		text(a, "description") == text(b, "description")
}
