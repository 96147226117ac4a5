package slacktest

import (
	"cmp"
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

	Scopes []string // scopes of the bot token; nil: DefaultScopes

	People   []Person
	Groups   []Group
	Channels []Channel

	Unlimited bool    // no rate limits
	Sockets   Sockets // zero: Slack's own
}

// The app: its tokens, its ids and its command.
const (
	DefaultAppToken = "xapp-1-A0RESTORE-1-slacktest" //nolint:gosec // G101: the token of a fake
	DefaultBotToken = "xoxb-1-slacktest"             //nolint:gosec // G101: the token of a fake

	appID   = "A0RESTORE"
	botName = "restore-bot"
	command = "/restore"
)

// DefaultScopes are the scopes of a bot token in a World that names none: what a bot needs
// to answer a slash command, post, and look up people, groups and channels.
var DefaultScopes = []string{"commands", "chat:write", "users:read", "usergroups:read", "channels:read", "groups:read"}

// Sockets says how Socket Mode behaves.
type Sockets struct {
	// ConnectionLife is how long a connection lives before Slack warns and closes it.
	// Zero: for ever.
	ConnectionLife time.Duration
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
	TZ                string // Europe/Riga
	TeamID            string // empty: the World's team
	OrgID             string // enterprise_user.id on a Grid; empty: none is told
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

// withDefaults fills the zero fields and copies the slice that changes, so that the
// caller's World is never shared.
func (w World) withDefaults() World {
	w.TeamID = cmp.Or(w.TeamID, "T0RESTORE")
	w.TeamDomain = cmp.Or(w.TeamDomain, "restorebot")
	w.TeamName = cmp.Or(w.TeamName, "Restorebot")
	if w.Scopes == nil {
		w.Scopes = DefaultScopes
	}
	w.Scopes = slices.Clone(w.Scopes)
	return w
}
