package slacktest

import (
	"slices"
	"strconv"
	"strings"
)

func (c Channel) has(user string) bool { return slices.Contains(c.Members, user) }

// DirectMessage returns the id of the direct message between the bot and a person.
func (s *Slack) DirectMessage(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.direct(user).ID
}

// direct is the direct message between the bot and a person, which is opened on first use.
func (s *Slack) direct(user string) *room {
	id := "D0" + strings.TrimLeft(user, "UW")
	c := s.channels[id]
	if c == nil {
		for _, given := range s.channels {
			if given.Direct() && !given.NoBot && given.has(user) {
				return given
			}
		}
		c = &room{Channel: Channel{ID: id, Name: "directmessage", Private: true, Members: []string{user}}}
		s.channels[id] = c
	}
	return c
}

// postable finds a conversation the bot may post in, or says why not.
func (s *Slack) postable(id string) (*room, string) {
	c, code := s.visible(id)
	switch {
	case code != "":
		return nil, code
	case c.Archived:
		return nil, "is_archived"
	case c.NoBot && !s.scopes["chat:write.public"]:
		return nil, "not_in_channel"
	}
	return c, ""
}

// visible finds a conversation the bot can see.
func (s *Slack) visible(id string) (*room, string) {
	c := s.channels[id]
	if c == nil || c.NoBot && (c.Private || c.Direct()) {
		return nil, "channel_not_found"
	}
	return c, ""
}

// readable is visible, for a method whose scope depends on the kind of conversation:
// what is "read" or "history".
func (s *Slack) readable(req *request, what string) (*room, *reply) {
	c, code := s.visible(req.args["channel"])
	if code != "" {
		return nil, refusal(code)
	}
	needed := "channels:" + what
	switch {
	case c.Direct():
		needed = "im:" + what
	case c.Private:
		needed = "groups:" + what
	}
	if !s.scopes[needed] {
		bad := s.missingScope(needed)
		return nil, &bad
	}
	return c, nil
}

// conversationsInfo does conversations.info.
func (s *Slack) conversationsInfo(req *request) reply {
	c, bad := s.readable(req, "read")
	if bad != nil {
		return *bad
	}
	o := s.conversationJSON(c)
	if !c.Direct() {
		o["is_member"] = !c.NoBot
	}
	return done(Object{"channel": o})
}

// conversationJSON is what every method tells of a conversation.
func (s *Slack) conversationJSON(c *room) Object {
	o := Object{
		"id": c.ID, "is_im": c.Direct(), "is_archived": c.Archived, "context_team_id": s.world.TeamID,
		"is_ext_shared": c.ExtShared, "is_shared": c.ExtShared, "is_org_shared": false,
		"is_pending_ext_shared": c.Pending,
	}
	if c.Direct() {
		o["user"] = strings.Join(c.Members[:min(1, len(c.Members))], "")
	} else {
		o["name"], o["name_normalized"] = c.Name, c.Name
		o["is_channel"], o["is_group"], o["is_private"] = !c.Private, c.Private, c.Private
	}
	return o
}

// usersConversations does users.conversations: those that the bot is in. They do not say
// is_member, which goes without saying.
func (s *Slack) usersConversations(req *request) reply {
	types := strings.Split(req.args["types"], ",")
	if req.args["types"] == "" {
		types = []string{"public_channel"}
	}
	for _, kind := range types {
		scope, known := conversationScopes[kind]
		switch {
		case !known:
			return fail("invalid_types")
		case !s.scopes[scope]:
			return s.missingScope(scope)
		}
	}
	var ids []string
	for id, c := range s.channels {
		if slices.Contains(types, c.kind()) && !c.NoBot && (!c.Archived || !req.flag("exclude_archived")) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	part, bad := req.page(len(ids))
	if bad != nil {
		return *bad
	}
	channels := []Object{}
	for _, id := range ids[part.from:part.to] {
		channels = append(channels, s.conversationJSON(s.channels[id]))
	}
	return done(Object{"channels": channels, "response_metadata": Object{"next_cursor": part.cursor}})
}

var conversationScopes = map[string]string{
	"public_channel": "channels:read", "private_channel": "groups:read", "im": "im:read",
}

func (c Channel) kind() string {
	switch {
	case c.Direct():
		return "im"
	case c.Private:
		return "private_channel"
	}
	return "public_channel"
}

// conversationsHistory does conversations.history, newest first.
func (s *Slack) conversationsHistory(req *request) reply {
	return s.history(req, func(m *Message) bool { return !m.Reply() || m.ReplyBroadcast }, true)
}

// conversationsReplies does conversations.replies, oldest first. The parent is
// always among them.
func (s *Slack) conversationsReplies(req *request) reply {
	ts := req.args["ts"]
	if m := s.messages[messageKey{req.args["channel"], ts}]; m == nil || m.Ephemeral() || m.Deleted && !s.hasReplies(m) {
		return fail("thread_not_found")
	}
	return s.history(req, func(m *Message) bool { return m.TS == ts || m.ThreadTS == ts }, false)
}

// hasReplies reports whether somebody replied to a message.
func (s *Slack) hasReplies(parent *Message) bool {
	return slices.ContainsFunc(s.channels[parent.Channel].messages, func(m *Message) bool {
		return m.Reply() && m.ThreadTS == parent.TS && !m.Deleted
	})
}

func (s *Slack) history(req *request, keep func(*Message) bool, newestFirst bool) reply {
	c, bad := s.readable(req, "history")
	if bad != nil {
		return *bad
	}
	if c.NoBot {
		return fail("not_in_channel")
	}
	var found []*Message
	for _, m := range c.messages {
		if !m.Deleted && keep(m) && within(req, m) {
			found = append(found, m)
		}
	}
	if newestFirst {
		slices.Reverse(found)
	}
	part, bad := req.page(len(found))
	if bad != nil {
		return *bad
	}
	messages := []Object{}
	for _, m := range found[part.from:part.to] {
		o := s.messageJSON(m)
		if !req.flag("include_all_metadata") {
			delete(o, "metadata")
		}
		messages = append(messages, o)
	}
	return done(Object{
		"messages": messages, "has_more": part.cursor != "", "response_metadata": Object{"next_cursor": part.cursor},
	})
}

// within reports whether a message lies between oldest and latest, or is the
// parent of the thread that is asked for.
func within(req *request, m *Message) bool {
	if m.TS == req.args["ts"] {
		return true
	}
	oldest, latest := req.args["oldest"], req.args["latest"]
	if req.flag("inclusive") && (m.TS == oldest || m.TS == latest) {
		return true
	}
	at, _ := strconv.ParseFloat(m.TS, 64)
	if from, err := strconv.ParseFloat(oldest, 64); err == nil && at <= from {
		return false
	}
	to, err := strconv.ParseFloat(latest, 64)
	return err != nil || at < to
}
