package slacktest

import (
	"strings"
)

// updateMessage does chat.update.
func (s *Slack) updateMessage(req *request) reply {
	m, code := s.own(req)
	if code != "" {
		return fail(code)
	}
	if len(req.args["text"]) > maxUpdateText {
		return fail("msg_too_long")
	}
	// Text without blocks removes the blocks (docs: chat.update).
	content, bad := s.content(req)
	if bad != nil {
		return *bad
	}
	if _, given := req.args["metadata"]; !given {
		content.Metadata = m.Metadata
	}
	s.edit(m, content)
	return done(Object{"channel": m.Channel, "ts": m.TS, "text": m.Text, "message": s.messageJSON(m)})
}

// own finds a message of the bot by channel and ts.
func (s *Slack) own(req *request) (*Message, string) {
	c, code := s.visible(req.args["channel"])
	if code != "" {
		return nil, code
	}
	m := s.messages[messageKey{c.ID, req.args["ts"]}]
	switch {
	case m == nil, m.Deleted, m.Ephemeral():
		return nil, "message_not_found"
	case m.User != s.botUser:
		return nil, "cant_update_message"
	case c.Archived:
		return nil, "is_inactive"
	}
	return m, ""
}

// getPermalink does chat.getPermalink.
func (s *Slack) getPermalink(req *request) reply {
	c, code := s.visible(req.args["channel"])
	if code != "" {
		return fail(code)
	}
	m := s.messages[messageKey{c.ID, req.args["message_ts"]}]
	if m == nil || m.Deleted || m.Ephemeral() {
		return fail("message_not_found")
	}
	link := "https://" + s.world.TeamDomain + ".slack.com/archives/" + c.ID + "/p" + strings.ReplaceAll(m.TS, ".", "")
	if m.Reply() {
		link += "?thread_ts=" + m.ThreadTS + "&cid=" + c.ID
	}
	return done(Object{"channel": c.ID, "permalink": link})
}
