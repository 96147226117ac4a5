package demo

import (
	"cmp"
	"slices"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
)

// maxSeen is how many messages the page shows.
const maxSeen = 200

// person is somebody the page can act as.
type person struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role string `json:"role"`
}

func people() []person {
	return []person{
		{stage.Alice, "alice", "may ask and confirm"},
		{stage.Bob, "bob", "may ask and confirm"},
		{stage.Eve, "eve", "may do neither"},
		{stage.Mallory, "mallory", "a guest"},
	}
}

// isPerson reports whether the page can act as somebody.
func isPerson(id string) bool {
	return slices.ContainsFunc(people(), func(p person) bool { return p.ID == id })
}

// seen is all that the page shows to one person.
type seen struct {
	As       string        `json:"as"`
	People   []person      `json:"people"`
	Channel  string        `json:"channel"`
	Messages []seenMessage `json:"messages"`
	Modal    *seenView     `json:"modal"`
	Newest   string        `json:"newest"` // id of the newest backup
	Bot      seenBot       `json:"bot"`
	Portal   seenPortal    `json:"portal"`
	Faults   []seenFault   `json:"faults"`
}

type seenMessage struct {
	TS      string             `json:"ts"`
	Channel string             `json:"channel"`
	Thread  string             `json:"thread,omitempty"`
	Both    bool               `json:"both,omitempty"` // in the thread and in the channel
	User    string             `json:"user"`
	At      int64              `json:"at"` // milliseconds since 1970
	Text    string             `json:"text"`
	Blocks  []slacktest.Object `json:"blocks,omitempty"`
	Only    bool               `json:"only,omitempty"` // nobody else sees it
	Direct  bool               `json:"direct,omitempty"`
	State   slacktest.Object   `json:"state,omitempty"` // what its boxes and menus show to the person
	Typed   string             `json:"typed,omitempty"`
	Edits   int                `json:"edits,omitempty"`
	Notice  bool               `json:"notice,omitempty"` // of Slack itself
}

type seenView struct {
	ID     string             `json:"id"`
	Hash   string             `json:"hash"`
	Title  string             `json:"title"`
	Submit string             `json:"submit"`
	Close  string             `json:"close"`
	Blocks []slacktest.Object `json:"blocks"`
	Errors map[string]string  `json:"errors,omitempty"`
	// Problem is what Slack says where the bot did not answer.
	Problem string `json:"problem,omitempty"`
}

type seenBot struct {
	Running     bool `json:"running"`
	Connections int  `json:"connections"`
}

type seenPortal struct {
	URL    string `json:"url"`
	Locked bool   `json:"locked"`
	Starts int    `json:"starts"`
}

// see is what one person sees now in one tab.
func (p *Page) see(as, tab string) seen {
	slack, portal := p.stage.Slack, p.stage.Portal
	s := seen{
		As: as, People: people(), Channel: "incident-42", Faults: p.faults.seen(),
		Bot:    seenBot{p.stage.Running(), len(slack.Connections())},
		Portal: seenPortal{URL: stage.PortalURL, Locked: portal.Locked(), Starts: portal.Starts()},
	}
	if backups := portal.Backups(); len(backups) > 0 {
		s.Newest = backups[0].ID
	}
	messages := slack.Channel(stage.Channel).Messages()
	messages = append(messages, slack.Ephemerals(as)...)
	messages = append(messages, slack.Channel(slack.DirectMessage(as)).Messages()...)
	for _, m := range messages {
		one := messageSeen(m)
		if one.State = slack.State(as, m); len(one.State) == 0 {
			one.State = nil
		}
		s.Messages = append(s.Messages, one)
	}
	for i, n := range slack.Notices(as) {
		s.Messages = append(s.Messages, seenMessage{TS: "notice" + n.Channel + string(rune('0'+i%10)), User: "slack", Text: n.Text, Only: true, Notice: true})
	}
	slices.SortStableFunc(s.Messages, func(a, b seenMessage) int { return cmp.Compare(a.At, b.At) })
	s.Messages = s.Messages[max(0, len(s.Messages)-maxSeen):]
	if v, ok := slack.Modal(as); ok && p.modals.shows(as, v.ID, tab) {
		s.Modal = &seenView{v.ID, v.Hash, v.Title, v.SubmitText, v.CloseText, v.Blocks, v.Errors, v.Problem}
	}
	return s
}

func messageSeen(m slacktest.Message) seenMessage {
	out := seenMessage{
		TS: m.TS, Channel: m.Channel, Both: m.ReplyBroadcast, User: m.User, At: m.At.UnixMilli(),
		Text: m.Text, Blocks: m.Blocks, Only: m.Ephemeral(), Direct: m.Channel != stage.Channel, Typed: m.Typed, Edits: m.Edits,
	}
	if m.Reply() {
		out.Thread = m.ThreadTS
	}
	return out
}
