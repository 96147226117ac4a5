package slacktest

import (
	"slices"
	"time"
)

// A World describes a workspace and the app that is installed in it.
// Zero fields have defaults, so New(World{}) is a workspace without people.
type World struct {
	TeamID         string // T0RESTORE
	TeamDomain     string // restorebot
	TeamName       string // Restorebot
	EnterpriseID   string // E...; empty: not on an Enterprise Grid
	EnterpriseName string

	AppID     string   // A0RESTORE
	BotUserID string   // U0BOT
	BotID     string   // B0BOT
	BotName   string   // restore-bot
	AppToken  string   // DefaultAppToken
	BotToken  string   // DefaultBotToken
	Scopes    []string // scopes of the bot token; nil: DefaultScopes
	Commands  []string // slash commands of the app; nil: /restore

	People   []Person
	Groups   []Group
	Channels []Channel

	Limits  Limits  // zero: Slack's own
	Sockets Sockets // zero: Slack's own

	// BaseURL is put before the path of a response_url. Empty: scheme and host of the
	// request that opened the last connection.
	BaseURL string
}

// Tokens of a World that names none.
const (
	DefaultAppToken = "xapp-1-A0RESTORE-1-slacktest" //nolint:gosec // G101: the token of a fake
	DefaultBotToken = "xoxb-1-slacktest"             //nolint:gosec // G101: the token of a fake
)

// DefaultScopes are the scopes of a bot token in a World that names none: what a bot needs
// to answer a slash command, post, and look up people, groups and channels.
var DefaultScopes = []string{"commands", "chat:write", "users:read", "usergroups:read", "channels:read", "groups:read"}

// Sockets says how Socket Mode behaves.
type Sockets struct {
	// PingInterval is the time between two WebSocket PINGs. Zero: 10 s (assumed, Slack's
	// cadence is not documented); negative: none at all.
	PingInterval time.Duration
	// ConnectionLife is how long a connection lives before Slack warns and closes it.
	// Zero: for ever. A connection opened with debug_reconnects=true lives 360 s.
	ConnectionLife time.Duration
	// MaxConnections is how many connections an app may hold. Zero: 10.
	MaxConnections int
	// Redeliver sends an envelope again, on another connection, when the connection it
	// went to dies before the ack.
	Redeliver bool
	// StrictAcks honors an ack only on the connection that delivered the envelope. Off by
	// default: Slack's own SDKs send an ack on a newer connection and rely on it (assumed).
	StrictAcks bool
}

// A Person is a member of the workspace or a guest of a shared channel.
type Person struct {
	ID                string // U... or W...
	Name              string // handle, without @
	RealName          string
	Email             string
	TZ                string // Europe/Riga
	TeamID            string // empty: the World's team
	OrgID             string // enterprise_user.id on a Grid; empty: none is told
	Admin             bool
	IsBot             bool
	Deleted           bool
	IsRestricted      bool // multi-channel guest
	IsUltraRestricted bool // single-channel guest
	IsStranger        bool // of another organization, seen only through a shared channel
}

// A Group is a user group.
type Group struct {
	ID      string // S...
	Handle  string
	Members []string
}

// A Channel is a conversation: public, private or direct.
type Channel struct {
	ID        string // C..., G... or D...
	Name      string // without #
	Private   bool
	Archived  bool
	ExtShared bool // shared with another organization
	Pending   bool // a share with another organization waits for its acceptance
	NoBot     bool // the bot is not a member
	Members   []string
}

// Direct reports whether the channel is a direct message.
func (c Channel) Direct() bool { return c.ID != "" && c.ID[0] == 'D' }

// withDefaults fills the zero fields and copies the slices, so that the caller's World
// is never shared.
func (w World) withDefaults() World {
	for _, d := range []struct {
		field *string
		value string
	}{
		{&w.TeamID, "T0RESTORE"},
		{&w.TeamDomain, "restorebot"},
		{&w.TeamName, "Restorebot"},
		{&w.AppID, "A0RESTORE"},
		{&w.BotUserID, "U0BOT"},
		{&w.BotID, "B0BOT"},
		{&w.BotName, "restore-bot"},
		{&w.AppToken, DefaultAppToken},
		{&w.BotToken, DefaultBotToken},
	} {
		if *d.field == "" {
			*d.field = d.value
		}
	}
	if w.Scopes == nil {
		w.Scopes = DefaultScopes
	}
	if w.Commands == nil {
		w.Commands = []string{"/restore"}
	}
	if w.Sockets.PingInterval == 0 {
		w.Sockets.PingInterval = pingInterval
	}
	if w.Sockets.MaxConnections == 0 {
		w.Sockets.MaxConnections = maxConnections
	}
	w.Scopes = slices.Clone(w.Scopes)
	w.Commands = slices.Clone(w.Commands)
	return w
}
