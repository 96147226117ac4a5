package slacktest

import "slices"

// invalidArguments is the refusal of a view.
func invalidArguments(problems ...string) reply {
	return fail("invalid_arguments", Object{"response_metadata": Object{"messages": errorLines(problems)}})
}

// errorLines are problems as response_metadata has them.
func errorLines(problems []string) []string {
	lines := make([]string, len(problems))
	for i, p := range problems {
		lines[i] = "[ERROR] " + p
	}
	return lines
}

// said are problems in words.
func saidOf(problems []problem) []string {
	words := make([]string, len(problems))
	for i, p := range problems {
		words[i] = p.String()
	}
	return words
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
	if problems := checkView(o, blocks, "/view", s.noBlocks); len(problems) > 0 {
		return refuse(invalidArguments(saidOf(problems)...))
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

// viewShape are the members of a modal (docs: Views).
var viewShape = members(
	may("type", nil), may("blocks", nil), must("title", plainText(maxViewTitle)), may("submit", plainText(maxViewTitle)), may("close", plainText(maxViewTitle)),
	may("private_metadata", chars(0, maxPrivateMetadata)), may("callback_id", chars(0, maxID)), may("external_id", chars(0, maxID)),
	may("clear_on_close", flag), may("notify_on_close", flag), may("submit_disabled", flag),
)

// checkView returns what Slack would refuse; nil if nothing.
func checkView(o Object, blocks []Object, at string, refused map[string]bool) []problem {
	c := &checker{surface: inModal}
	if kind := str(o, "type"); kind != "modal" {
		c.add(at+"/type", "unsupported type: %s", kind)
	}
	c.fits(at, o, viewShape)
	isInput := func(b Object) bool { return str(b, "type") == "input" }
	if o["submit"] == nil && slices.ContainsFunc(blocks, isInput) {
		c.add(at+"/submit", "required when an input block is within the blocks array")
	}
	return append(c.problems, checkBlocks(blocks, inModal, at+"/blocks", refused)...)
}
