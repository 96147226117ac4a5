package slacktest

// maxAttachments is how many attachments a message may have (docs: chat.postMessage).
const maxAttachments = 100

// attachments are those of a message, as they came. What they hold is looked at only
// as far as it is blocks.
func (s *Slack) attachments(raw string) (string, *reply) {
	if raw == "" || raw == "[]" || raw == "null" {
		return "", nil
	}
	refuse := func(r reply) (string, *reply) { return "", &r }
	list, ok := objects(value([]byte(raw)))
	switch {
	case !ok:
		return refuse(fail("invalid_attachments"))
	case len(list) > maxAttachments:
		return refuse(fail("too_many_attachments"))
	}
	for i, a := range list {
		blocks, ok := objects(a["blocks"])
		if a["blocks"] == nil {
			continue
		}
		if !ok {
			return refuse(fail("invalid_blocks_format"))
		}
		if problems := checkBlocks(blocks, inMessage, pointer("/attachments", i, "/blocks"), s.noBlocks); len(problems) > 0 {
			return refuse(invalidBlocks(saidOf(problems)))
		}
	}
	return raw, nil
}

// metadata is that of a message: the type of an event and what it carries. The SDKs send
// an empty one to a response_url, which is none.
func metadata(raw string, byHook bool) (string, *reply) {
	if raw == "" || raw == "null" {
		return "", nil
	}
	refuse := func(code string) (string, *reply) { r := fail(code); return "", &r }
	o, ok := object([]byte(raw))
	if !ok {
		return refuse("invalid_metadata_format")
	}
	if byHook && str(o, "event_type") == "" && o["event_payload"] == nil {
		return "", nil
	}
	kind, named := o["event_type"].(string)
	_, carries := o["event_payload"].(Object)
	if !named || kind == "" || !carries {
		return refuse("invalid_metadata_schema")
	}
	for name := range o {
		if name != "event_type" && name != "event_payload" && name != "entities" {
			return refuse("invalid_metadata_schema")
		}
	}
	return raw, nil
}
