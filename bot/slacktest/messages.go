package slacktest

import (
	"fmt"
	"slices"
	"time"
)

// A Message is what stands in a channel. It is a copy: it does not change when the channel
// does. Blocks are shared and must not be changed.
type Message struct {
	Channel  string
	TS       string
	ThreadTS string // of a reply, and of a parent that has replies
	User     string // author: the bot's user id or a person's
	At       time.Time
	Content
	ReplyBroadcast bool      // a reply that also stands in the channel
	Typed          string    // the slash command that Slack shows above an in_channel answer
	TypedBy        string    // who typed it
	To             string    // the one person who sees it; empty: not ephemeral
	Edits          int       // how often it was edited
	EditedAt       time.Time // last; zero: never
	Edited         bool      // shows "(edited)": only an edit without blocks does
	Deleted        bool

	kept map[string]Object // what elements keep showing although an edit says otherwise
}

// Content is the part of a message that an edit replaces.
type Content struct {
	Text     string
	Blocks   []Object
	Metadata string   // JSON as it came
	Files    []string // ids of the files that were uploaded with it
}

// Ephemeral reports whether only one person sees the message.
func (m Message) Ephemeral() bool { return m.To != "" }

// Reply reports whether the message stands in a thread below another.
func (m Message) Reply() bool { return m.ThreadTS != "" && m.ThreadTS != m.TS }

type messageKey struct{ channel, ts string }

// room is a channel and its messages.
type room struct {
	Channel
	messages []*Message // oldest first, deleted ones included
}

// A Room is a look into a channel.
type Room struct {
	s  *Slack
	id string
}

// Channel looks into a channel by its id.
func (s *Slack) Channel(id string) Room { return Room{s, id} }

// Messages returns what stands in the channel, oldest first: without deleted messages,
// without ephemeral ones, replies included.
func (r Room) Messages() []Message {
	return r.filter(func(*Message) bool { return true })
}

// Main returns what the channel shows outside threads, broadcast replies included.
func (r Room) Main() []Message {
	return r.filter(func(m *Message) bool { return !m.Reply() || m.ReplyBroadcast })
}

// Thread returns the parent with the given ts and its replies.
func (r Room) Thread(ts string) []Message {
	return r.filter(func(m *Message) bool { return m.TS == ts || m.ThreadTS == ts })
}

func (r Room) filter(keep func(*Message) bool) []Message {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	var found []Message
	if c := r.s.channels[r.id]; c != nil {
		for _, m := range c.messages {
			if !m.Deleted && keep(m) {
				found = append(found, *m)
			}
		}
	}
	return found
}

// Message returns the current state of a message, ephemeral or not, deleted or not.
func (s *Slack) Message(channel, ts string) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.messages[messageKey{channel, ts}]; m != nil {
		return *m, true
	}
	return Message{}, false
}

// Ephemerals returns the ephemeral messages that a person sees, oldest first.
func (s *Slack) Ephemerals(user string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []Message
	for _, m := range s.ephemerals[user] {
		if !m.Deleted {
			found = append(found, *m)
		}
	}
	return found
}

// Say posts a message as a person: something the bot may not edit.
func (s *Slack) Say(user, channel, text string) (Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[channel]
	if c == nil {
		return Message{}, fmt.Errorf("slacktest: no channel %q", channel)
	}
	m := &Message{Channel: channel, User: user, Content: Content{Text: text}}
	s.put(c, m)
	return *m, nil
}

// Delete removes a message, as an admin can whoever wrote it. It reports false
// if there is none.
func (s *Slack) Delete(channel, ts string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.messages[messageKey{channel, ts}]
	if m == nil || m.Deleted {
		return false
	}
	s.remove(m)
	return true
}

// Forge gives a message metadata, which any app can write.
func (s *Slack) Forge(m Message, metadata string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.messages[messageKey{m.Channel, m.TS}]; now != nil {
		now.Metadata = metadata
	}
}

// put adds a message to a channel and gives it its ts. The caller holds mu.
func (s *Slack) put(c *room, m *Message) {
	m.TS, m.At = s.nextTS()
	m.Channel = c.ID
	s.messages[messageKey{m.Channel, m.TS}] = m
	kind := MessagePosted
	if m.To != "" {
		s.ephemerals[m.To] = append(s.ephemerals[m.To], m)
		kind = EphemeralShown
	} else {
		c.messages = append(c.messages, m)
	}
	if parent := s.messages[messageKey{c.ID, m.ThreadTS}]; parent != nil && m.To == "" {
		parent.ThreadTS = parent.TS
	}
	s.emitMessage(kind, m)
}

// edit replaces the content of a message. The caller holds mu.
func (s *Slack) edit(m *Message, c Content) {
	m.Edits, m.EditedAt = m.Edits+1, time.Now()
	m.kept = keptStates(m, c.Blocks)
	m.Content = c
	m.Edited = len(c.Blocks) == 0
	s.emitMessage(MessageEdited, m)
}

// remove deletes a message. The caller holds mu.
func (s *Slack) remove(m *Message) {
	m.Deleted = true
	s.emitMessage(MessageDeleted, m)
}

func (s *Slack) emitMessage(kind EventKind, m *Message) {
	snapshot := *m
	s.emit(Event{Kind: kind, User: m.User, TS: m.TS, Message: &snapshot})
}

// nextTS returns a ts that was never used: a message's time, unique in the workspace.
// The caller holds mu.
func (s *Slack) nextTS() (string, time.Time) {
	now := time.Now()
	t := now.Truncate(time.Microsecond)
	if !t.After(s.lastTS) {
		t = s.lastTS.Add(time.Microsecond)
	}
	s.lastTS = t
	return stamp(t), now
}

// stamp formats a time as Slack does: seconds.micro.
func stamp(t time.Time) string {
	return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/int(time.Microsecond))
}

// messageJSON is a message as the API and a payload show it. The caller holds mu.
func (s *Slack) messageJSON(m *Message) Object {
	o := Object{
		"type": "message", "ts": m.TS, "text": normalText(m.Text), "user": m.User, "team": s.world.TeamID,
	}
	if m.User == s.botUser {
		o["bot_id"], o["app_id"], o["bot_profile"] = s.botID, appID, s.botProfile()
	}
	if m.ThreadTS != "" {
		o["thread_ts"] = m.ThreadTS
	}
	if m.ReplyBroadcast {
		o["subtype"] = "thread_broadcast"
	}
	if len(m.Blocks) > 0 {
		o["blocks"] = normal(m.Blocks)
	}
	if len(m.Files) > 0 {
		files := []Object{}
		for _, f := range s.files {
			if slices.Contains(m.Files, f.ID) {
				files = append(files, s.fileJSON(f))
			}
		}
		o["files"], o["upload"] = files, true
	}
	if m.Metadata != "" {
		o["metadata"] = value([]byte(m.Metadata))
	}
	if m.Edited {
		o["edited"] = Object{"user": m.User, "ts": stamp(m.EditedAt)}
	}
	return o
}
