package slacktest

import (
	"unicode/utf8"
)

const (
	// maxText is where chat.postMessage cuts a text (docs: Truncating content).
	maxText = 40_000
	// maxUpdateText is the longest text of chat.update, in bytes; a longer one is
	// msg_too_long (docs: chat.update, which says characters; measured by users).
	maxUpdateText = 4_000
)

// postMessage does chat.postMessage.
func (s *Slack) postMessage(req *request) reply {
	id := req.args["channel"]
	if p := s.people[id]; p != nil && !p.IsBot {
		id = s.direct(id).ID
	}
	c, code := s.postable(id)
	if code != "" {
		return fail(code)
	}
	content, bad := s.content(req)
	if bad != nil {
		return *bad
	}
	m := &Message{User: s.botUser, Content: content}
	if ts := req.args["thread_ts"]; ts != "" {
		parent := s.messages[messageKey{c.ID, ts}]
		if parent == nil || parent.Ephemeral() || parent.Deleted && !s.hasReplies(parent) {
			return fail("thread_not_found") // assumed: the code is not on the method's page
		}
		m.ThreadTS = parent.TS
		if parent.Reply() {
			m.ThreadTS = parent.ThreadTS
		}
		m.ReplyBroadcast = req.flag("reply_broadcast")
	}
	s.put(c, m)
	return done(Object{"channel": c.ID, "ts": m.TS, "message": s.messageJSON(m)})
}

// postEphemeral does chat.postEphemeral.
func (s *Slack) postEphemeral(req *request) reply {
	c, code := s.postable(req.args["channel"])
	if code != "" {
		return fail(code)
	}
	user := req.args["user"]
	switch p := s.people[user]; {
	case user == "":
		return fail("invalid_arguments")
	case p == nil, len(c.Members) > 0 && !c.has(user):
		return fail("user_not_in_channel")
	}
	content, bad := s.content(req)
	if bad != nil {
		return *bad
	}
	m := &Message{User: s.botUser, To: user, Content: content, ThreadTS: req.args["thread_ts"]}
	s.put(c, m)
	return done(Object{"message_ts": m.TS})
}

// content reads text, blocks and metadata of a new message.
func (s *Slack) content(req *request) (Content, *reply) {
	c := Content{Text: req.args["text"], Metadata: req.args["metadata"]}
	var bad *reply
	if c.Blocks, bad = s.blocks(req.args["blocks"], req.method == "response_url"); bad != nil {
		return c, bad
	}
	if raw := req.args["attachments"]; raw != "" && raw != "[]" && raw != "null" {
		return c, refusal("invalid_attachments") // they are legacy, and none are played
	}
	if c.Metadata, bad = metadata(c.Metadata, req.method == "response_url"); bad != nil {
		return c, bad
	}
	if c.Text == "" && len(c.Blocks) == 0 {
		return c, refusal("no_text")
	}
	if utf8.RuneCountInString(c.Text) > maxText {
		c.Text = string([]rune(c.Text)[:maxText])
	}
	return c, nil
}

// blocks reads and checks the blocks of a message and gives ids to those without.
// A response_url was seen to take blocks that are too long together.
func (s *Slack) blocks(raw string, byHook bool) ([]Object, *reply) {
	if raw == "" || raw == "null" {
		return nil, nil
	}
	blocks, ok := objects(value([]byte(raw)))
	if !ok {
		return nil, refusal("invalid_blocks_format")
	}
	if problems := checkBlocks(blocks, inMessage, "/blocks", s.noBlocks); len(problems) > 0 {
		bad := invalidBlocks(saidOf(problems))
		return nil, &bad
	}
	if !byHook && sizeOf(blocks) > maxBlocksText {
		return nil, refusal("msg_blocks_too_long")
	}
	s.nameBlocks(blocks)
	return blocks, nil
}

// metadata is that of a message: the type of an event and what it carries. The SDKs send
// an empty one to a response_url, which is none.
func metadata(raw string, byHook bool) (string, *reply) {
	if raw == "" || raw == "null" {
		return "", nil
	}
	o, ok := object([]byte(raw))
	if !ok {
		return "", refusal("invalid_metadata_format")
	}
	if byHook && str(o, "event_type") == "" && o["event_payload"] == nil {
		return "", nil
	}
	kind, named := o["event_type"].(string)
	_, carries := o["event_payload"].(Object)
	if !named || kind == "" || !carries {
		return "", refusal("invalid_metadata_schema")
	}
	for name := range o {
		if name != "event_type" && name != "event_payload" && name != "entities" {
			return "", refusal("invalid_metadata_schema")
		}
	}
	return raw, nil
}
