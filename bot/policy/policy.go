package policy

import (
	"context"
	"slices"
	"time"
)

// Policy says who may do what, where and for how long. The zero value lets
// nobody do anything.
type Policy struct {
	Team       string // the workspace, from auth.test
	Enterprise string // the organisation it is part of, "" for none
	Grid       *Grid  // the one that it has joined since, nil for none
	App        string // the app's id, "" to learn it from the connection

	Users     AllowList // who may request
	Approvers AllowList // who may confirm
	Channels  AllowList
	// BreakGlass lists the people who may restore alone with --break-glass.
	BreakGlass AllowList
	// Approvals is how many distinct people must confirm; 0 means 1.
	Approvals int
	// SelfApproval lets the requester be one of them, but never for a dump.
	SelfApproval bool
	// Typing makes each confirmation type the portal's name.
	Typing bool
	// Reason asks everybody who asks for a restore why.
	Reason bool
	// TTL is the life of a request.
	TTL time.Duration
}

// Caller is a person, the place of their act, and the app that brought it. All ids
// come from outside; only a Policy makes them trusted.
type Caller struct {
	App        string // api_app_id
	Via        string // the app whose connection brought it, by Slack's hello
	Team       string // team_id: the workspace of the channel
	Enterprise string // the organisation it came from, "" for none
	Home       string // user.team_id where Slack gives it: the workspace of the person
	Channel    string
	User       string
	// Delivery is the trigger_id of what they did: the same when Slack delivers
	// it again.
	Delivery string
}

// Refusal says no, why, and who can help. A nil Refusal is a yes.
type Refusal struct {
	Rule    Rule
	What    string // why it is refused, in whole sentences
	Effect  Effect // whether anything was changed
	Do      string // what to do, or who can help
	Suggest string // the nearest right spelling, "" if there is none near
	// Restore is the one in the way, "" if none is.
	Restore string
	// Follow is the portal whose restore, started elsewhere, can be followed.
	Follow string
	// People are ids of those who can help.
	People AllowList

	// Busy is set where it was not the bot's turn to ask, which passes.
	Busy bool
}

// Admit checks that a caller may request a restore: the workspace, the app, the
// channel and the person, in this order. It asks the directory for members of user
// groups and nothing else.
func (p Policy) Admit(ctx context.Context, d Directory, c Caller) *Refusal {
	if no := p.CheckPlace(c); no != nil {
		return no
	}
	return p.MayRequest(ctx, d, c.User)
}

// MayUse checks that a caller may use the bot at all: to request, to confirm or to
// restore alone.
func (p Policy) MayUse(ctx context.Context, d Directory, c Caller) *Refusal {
	if no := p.CheckPlace(c); no != nil {
		return no
	}
	no := p.MayRequest(ctx, d, c.User)
	for _, l := range []AllowList{p.Approvers, p.BreakGlass} {
		if no == nil {
			break
		}
		if ok, err := p.allows(ctx, d, l, c.User); ok && err == nil {
			no = nil
		}
	}
	return no
}

// CheckPlace checks the workspace, the app and the channel of an act.
func (p Policy) CheckPlace(c Caller) *Refusal {
	if no := p.CheckOrigin(c); no != nil {
		return no
	}
	if c.Channel != "" && c.Channel[0] == 'D' {
		return p.directMessage()
	}
	if !p.Channels.Any && !slices.Contains(p.Channels.IDs, c.Channel) {
		return &Refusal{
			Rule: RuleChannel,
			What: "This channel is not set up for restores.",
			Do:   "Use one of the channels below, or have this one's id added to RESTORE_CHANNELS.", People: p.Channels,
		}
	}
	return nil
}

func (p Policy) directMessage() *Refusal {
	return &Refusal{
		Rule: RuleChannel,
		What: "Restores are not asked for in direct messages: the team has to see them.",
		Do:   "Use the command in one of the channels that are set up for it.", People: p.Channels,
	}
}

// CheckOrigin checks the workspace and the app of an act. An unknown app is refused.
func (p Policy) CheckOrigin(c Caller) *Refusal {
	switch {
	case p.Team == "" || c.Team != p.Team:
		return &Refusal{
			Rule: RuleWorkspace,
			What: "This came from a workspace that the bot does not serve.",
			Do:   "Ask a member of the workspace that installed the bot.",
		}
	case c.Enterprise != "" && c.Enterprise != p.enterprise():
		return &Refusal{
			Rule: RuleWorkspace,
			What: "This came from an organisation that the bot does not serve.",
			Do:   "Ask a member of the workspace that installed the bot.",
		}
	case c.Home != "" && c.Home != p.Team && p.enterprise() == "":
		return p.otherWorkspace()
	case p.App == "" && c.Via == "":
		return &Refusal{
			Rule: RuleApp,
			What: "Slack has not said yet which app the bot is connected as, so nothing can be checked against it.",
			Do:   "Try again in a minute; if it goes on, ask the bot's operator to look at its log.",
		}
	case p.App != "" && c.App != p.App, c.Via != "" && c.App != c.Via:
		return &Refusal{
			Rule: RuleApp,
			What: "This came from another Slack app.",
			Do:   "Use the command of the app that runs this bot.",
		}
	}
	return nil
}

// NormalizeCaller puts a caller of our own Enterprise Grid into our workspace: in a
// Grid a payload may name the workspace from which the person looks.
// [Policy.CheckMembership] asks Slack whether they are a member of ours.
func (p Policy) NormalizeCaller(c Caller) Caller {
	if grid := p.enterprise(); grid != "" && c.Enterprise == grid {
		c.Team = p.Team
	}
	return c
}

func (p Policy) otherWorkspace() *Refusal {
	return &Refusal{
		Rule: RuleWorkspace,
		What: "You belong to another workspace.",
		Do:   "Ask one of the people below.", People: p.Approvers,
	}
}

// Needed is how many people must confirm.
func (p Policy) Needed() int { return max(p.Approvals, 1) }
