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
	c, code := s.postable(req.args["channel"], byName, byPerson)
	if code != "" {
		return fail(code)
	}
	content, bad := s.content(req)
	if bad != nil {
		return *bad
	}
	m := &Message{User: s.world.BotUserID, Content: content}
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
	c, code := s.postable(req.args["channel"], byName)
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
	m := &Message{User: s.world.BotUserID, To: user, Content: content, ThreadTS: req.args["thread_ts"]}
	s.put(c, m)
	return done(Object{"message_ts": m.TS})
}

// content reads text, blocks, attachments and metadata of a new message.
func (s *Slack) content(req *request) (Content, *reply) {
	c := Content{Text: req.args["text"], Attachments: req.args["attachments"], Metadata: req.args["metadata"]}
	var bad *reply
	if c.Blocks, bad = s.blocks(req.args["blocks"], req.method == "response_url"); bad != nil {
		return c, bad
	}
	if c.Attachments, bad = s.attachments(c.Attachments); bad != nil {
		return c, bad
	}
	if c.Metadata, bad = metadata(c.Metadata, req.method == "response_url"); bad != nil {
		return c, bad
	}
	if c.Text == "" && len(c.Blocks) == 0 && c.Attachments == "" {
		no := fail("no_text")
		return c, &no
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
		bad := fail("invalid_blocks_format")
		return nil, &bad
	}
	if problems := checkBlocks(blocks, inMessage, "/blocks", s.noBlocks); len(problems) > 0 {
		bad := invalidBlocks(saidOf(problems))
		return nil, &bad
	}
	if !byHook && sizeOf(blocks) > maxBlocksText {
		bad := fail("msg_blocks_too_long")
		return nil, &bad
	}
	s.nameBlocks(blocks)
	return blocks, nil
}

// invalidBlocks is the refusal of blocks, with the reasons where Slack puts them.
func invalidBlocks(problems []string) reply {
	return fail("invalid_blocks", Object{
		"errors":            problems,
		"response_metadata": Object{"messages": errorLines(problems)},
	})
}
