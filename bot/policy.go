package bot

import (
	"context"
	"errors"
	"slices"
	"time"
)

// Policy says who may do what, where and for how long. The zero value lets
// nobody do anything.
type Policy struct {
	Team string // the workspace, from auth.test
	App  string // the app's id, "" where it is not known yet

	Users     AllowList // who may request
	Approvers AllowList // who may confirm
	Channels  AllowList
	// Approvals is how many distinct people must confirm; 0 means 1.
	Approvals int
	// SelfApproval lets the requester be one of them, but never for a dump.
	SelfApproval bool
	// TTL is the life of a request.
	TTL time.Duration
}

// Caller is who did something, and where. All of it comes from outside: ids
// only, and none of them trusted before the policy has seen them.
type Caller struct {
	App     string // api_app_id
	Team    string // team_id: the workspace of the channel
	Home    string // user.team_id where Slack gives it: the workspace of the person
	Channel string
	User    string
}

// Refusal says no, why, and who can help. The zero value is no refusal.
type Refusal struct {
	Rule    Rule
	What    string // what is refused, and that nothing was changed
	Do      string // what to do, or who can help
	Suggest string // the nearest right spelling, "" if there is none near
	// Restore is the one in the way, "" if none is.
	Restore string
	// People are ids of those who can help.
	People AllowList
}

// Admit checks the workspace, the app, the channel and the person's id, in this
// order, without asking anybody but for the members of user groups.
func (p Policy) Admit(ctx context.Context, d Directory, c Caller) *Refusal {
	if no := p.Origin(c); no != nil {
		return no
	}
	if len(c.Channel) > 0 && c.Channel[0] == 'D' {
		return &Refusal{
			Rule: RuleChannel,
			What: "Restores are not asked for in direct messages: the team has to see them. Nothing was started.",
			Do:   "Use the command in one of the channels that are set up for it.", People: p.Channels,
		}
	}
	if !p.Channels.Any && !slices.Contains(p.Channels.IDs, c.Channel) {
		return &Refusal{
			Rule: RuleChannel,
			What: "This channel is not set up for restores. Nothing was started.",
			Do:   "Use one of the channels below, or have this one's id added to RESTORE_CHANNELS.", People: p.Channels,
		}
	}
	ok, err := p.Users.Has(ctx, d, c.User)
	if err != nil {
		return unreadable(p.Users)
	}
	if !ok {
		return &Refusal{
			Rule: RulePerson,
			What: "You are not on the list of people who may ask for a restore. Nothing was started.",
			Do:   "Ask one of the people below.", People: p.Users,
		}
	}
	return nil
}

// Origin checks that something comes from the workspace and the app that the
// bot serves.
func (p Policy) Origin(c Caller) *Refusal {
	switch {
	case p.Team == "" || c.Team != p.Team:
		return &Refusal{
			Rule: RuleWorkspace,
			What: "This came from a workspace that the bot does not serve. Nothing was started.",
			Do:   "Ask a member of the workspace that installed the bot.",
		}
	case c.Home != "" && c.Home != p.Team:
		return &Refusal{
			Rule: RuleWorkspace,
			What: "You belong to another workspace. Nothing was changed.",
			Do:   "Ask one of the people below.", People: p.Approvers,
		}
	case p.App != "" && c.App != p.App:
		return &Refusal{
			Rule: RuleApp,
			What: "This came from another Slack app. Nothing was started.",
			Do:   "Use the command of the app that runs this bot.",
		}
	}
	return nil
}

// Inspect checks what only the chat can tell of the person and the channel:
// guests, bots, people who left, channels shared with another organisation.
func (p Policy) Inspect(ctx context.Context, d Directory, c Caller) *Refusal {
	place, err := d.Place(ctx, c.Channel)
	switch {
	case errors.Is(err, ErrNotInChannel):
		return NotInvited()
	case err != nil:
		return unreadable(AllowList{})
	case place.Direct:
		return &Refusal{
			Rule: RuleChannel,
			What: "Restores are not asked for in direct messages: the team has to see them. Nothing was started.",
			Do:   "Use the command in one of the channels that are set up for it.", People: p.Channels,
		}
	case place.Shared:
		return &Refusal{
			Rule: RuleChannel,
			What: "This channel is shared with another organisation. Nothing was started.",
			Do:   "Use a channel of your own organisation.", People: p.Channels,
		}
	}
	person, err := d.Person(ctx, c.User)
	if err != nil {
		return unreadable(AllowList{})
	}
	var why string
	switch {
	case person.Deleted:
		why = "Your account is deactivated."
	case person.Bot:
		why = "Bots may not use this."
	case person.Stranger || (person.Team != "" && person.Team != p.Team):
		why = "You belong to another organisation."
	case person.Guest:
		why = "Guests may not use this, whatever the lists say."
	default:
		return nil
	}
	return &Refusal{Rule: RulePerson, What: why + " Nothing was changed.", Do: "Ask one of the people below.", People: p.Approvers}
}

// MayConfirm checks that a person may confirm this restore now.
func (p Policy) MayConfirm(ctx context.Context, d Directory, r Restore, user string) *Refusal {
	ok, err := p.Approvers.Has(ctx, d, user)
	if err != nil {
		return unreadable(p.Approvers)
	}
	if !ok {
		return &Refusal{
			Rule: RuleApprover,
			What: "You are not on the list of people who may confirm a restore. Nothing was changed.",
			Do:   "Ask one of the people below.", People: p.Approvers,
		}
	}
	if user == r.Requester && r.NeedsOther() {
		return &Refusal{
			Rule: RuleSecond,
			What: "You asked for this restore, and --dump replaces the whole server: somebody else has to confirm it. Nothing was changed.",
			Do:   "Ask one of the people below.", People: p.Approvers,
		}
	}
	if user == r.Requester && !p.SelfApproval {
		return &Refusal{
			Rule: RuleSecond,
			What: "You asked for this restore, so somebody else has to confirm it. Nothing was changed.",
			Do:   "Ask one of the people below.", People: p.Approvers,
		}
	}
	return nil
}

// MayDismiss checks that a person may drop this restore: who asked, and whoever
// may confirm.
func (p Policy) MayDismiss(ctx context.Context, d Directory, r Restore, user string) *Refusal {
	if user == r.Requester {
		return nil
	}
	ok, err := p.Approvers.Has(ctx, d, user)
	if err != nil {
		return unreadable(p.Approvers)
	}
	if !ok {
		return &Refusal{
			Rule: RuleApprover,
			What: "Only the person who asked and those who may confirm can dismiss a request. Nothing was changed.",
			Do:   "Ask one of the people below.", People: p.Approvers,
		}
	}
	return nil
}

// Needed is how many people must confirm.
func (p Policy) Needed() int { return max(p.Approvals, 1) }

// CardRules is what the card says about confirming this restore.
func (p Policy) CardRules(r Restore) CardRules {
	return CardRules{Approvers: p.Approvers, Needed: p.Needed(), Other: r.NeedsOther() || !p.SelfApproval}
}

// NotInvited tells how to let the bot into the channel.
func NotInvited() *Refusal {
	return &Refusal{
		Rule: RuleChannel,
		What: "The bot is not a member of this channel, so it could not show the team what happens. Nothing was started.",
		Do:   "Invite it with /invite and the bot's name, then ask again.",
	}
}

func unreadable(people AllowList) *Refusal {
	return &Refusal{
		Rule:   RuleDirectory,
		What:   "Slack could not say who may do this, so nobody may for now. Nothing was changed.",
		Do:     "Try again in a minute; /restore status shows what runs.",
		People: AllowList{IDs: people.IDs, Groups: people.Groups},
	}
}
