package slacktest

// richTextPart is an element of a rich_text block (docs: Rich text block).
func richTextPart(c *checker, at string, v any) { choose(richTextParts())(c, at, v) }

func richTextParts() map[string]check {
	lines := list(0, 0, richTextElement)
	border := may("border", between(0, 1))
	return map[string]check{
		"rich_text_section":      shaped(members(must("type", nil), must("elements", lines))),
		"rich_text_quote":        shaped(members(must("type", nil), must("elements", lines), border)),
		"rich_text_preformatted": shaped(members(must("type", nil), must("elements", lines), border, may("language", chars(1, maxID)))),
		"rich_text_list": shaped(members(
			must("type", nil), must("style", oneOf("bullet", "ordered")), may("indent", between(0, 8)), may("offset", between(0, 1_000_000)), border,
			must("elements", list(1, 0, choose(map[string]check{"rich_text_section": shaped(members(must("type", nil), must("elements", lines)))}))),
		)),
	}
}

// richTextElement is one that stands in a line.
func richTextElement(c *checker, at string, v any) { choose(richTextElements())(c, at, v) }

func richTextElements() map[string]check {
	styles := may("style", shaped(members(
		may("bold", flag), may("italic", flag), may("strike", flag), may("code", flag), may("underline", flag),
		may("highlight", flag), may("client_highlight", flag), may("unlink", flag),
	)))
	with := func(fields ...field) check { return shaped(members(append(fields, must("type", nil), styles)...)) }
	id := chars(1, maxID)
	return map[string]check{
		"text":      with(must("text", chars(0, 0))),
		"link":      with(must("url", address()), may("text", chars(0, 0)), may("unsafe", flag)),
		"emoji":     with(must("name", id), may("unicode", id), may("url", web), may("skin_tone", between(1, 6)), may("display_url", web)),
		"user":      with(must("user_id", id)),
		"usergroup": with(must("usergroup_id", id)),
		"channel":   with(must("channel_id", id)),
		"team":      with(must("team_id", id)),
		"broadcast": with(must("range", oneOf("here", "channel", "everyone"))),
		"color":     with(must("value", id)),
		"date":      with(must("timestamp", anyNumber), must("format", chars(1, 0)), may("url", address()), may("fallback", chars(0, 0))),
	}
}
