package slacktest

import "slices"

// invalidArguments is the refusal of a view.
func invalidArguments(problems ...string) reply {
	messages := make([]string, len(problems))
	for i, p := range problems {
		messages[i] = "[ERROR] " + p
	}
	return fail("invalid_arguments", Object{"response_metadata": Object{"messages": messages}})
}

// parseView reads and checks a view. The caller holds mu.
func (s *Slack) parseView(raw string) (*View, *reply) {
	refuse := func(r reply) (*View, *reply) { return nil, &r }
	if len(raw) > maxView {
		return refuse(fail("view_too_large"))
	}
	o, ok := object([]byte(raw))
	if !ok {
		return refuse(invalidArguments("missing required field: view"))
	}
	blocks, ok := objects(o["blocks"])
	if !ok {
		return refuse(invalidArguments("missing required field: blocks [json-pointer:/view]"))
	}
	if problems := checkView(o, blocks); len(problems) > 0 {
		return refuse(invalidArguments(problems...))
	}
	s.nameBlocks(blocks)
	flag := func(name string) bool { on, _ := o[name].(bool); return on }
	return &View{
		Type: str(o, "type"), CallbackID: str(o, "callback_id"), ExternalID: str(o, "external_id"),
		PrivateMetadata: str(o, "private_metadata"),
		Title:           text(o, "title"), SubmitText: text(o, "submit"), CloseText: text(o, "close"),
		NotifyOnClose: flag("notify_on_close"), ClearOnClose: flag("clear_on_close"),
		Blocks: blocks, source: o,
	}, nil
}

// checkView returns what Slack would refuse; nil if nothing.
func checkView(o Object, blocks []Object) []string {
	c := &checker{surface: inModal}
	c.members("/view", "view", o)
	if kind := str(o, "type"); kind != "modal" {
		c.add("/view/type", "unsupported type: %s", kind)
	}
	c.plain("/view", o, "title", maxViewTitle, true)
	c.plain("/view", o, "submit", maxViewTitle, false)
	c.plain("/view", o, "close", maxViewTitle, false)
	c.length("/view/private_metadata", str(o, "private_metadata"), 0, maxPrivateMetadata)
	c.length("/view/callback_id", str(o, "callback_id"), 0, maxID)
	c.length("/view/external_id", str(o, "external_id"), 0, maxID)
	isInput := func(b Object) bool { return str(b, "type") == "input" }
	if o["submit"] == nil && slices.ContainsFunc(blocks, isInput) {
		c.add("/view/submit", "required when an input block is within the blocks array")
	}
	return append(c.problems, checkBlocks(blocks, inModal)...)
}
