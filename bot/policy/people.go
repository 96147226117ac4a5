package policy

import (
	"context"
	"errors"
	"slices"
)

// MayRequest checks that a person may ask for a restore.
func (p Policy) MayRequest(ctx context.Context, d Directory, user string) *Refusal {
	ok, err := p.allows(ctx, d, p.Users, user)
	if err != nil {
		return lookupFailed(err, p.Users)
	}
	if !ok {
		return &Refusal{
			Rule: RulePerson,
			What: "You are not on the list of people who may ask for a restore.",
			Do:   "Ask one of the people below.", People: p.Users,
		}
	}
	return nil
}

// MayBreakGlass checks that a person may go alone.
func (p Policy) MayBreakGlass(ctx context.Context, d Directory, user string) *Refusal {
	if p.BreakGlass.Nobody() {
		return &Refusal{
			Rule: RuleBreakGlass, What: "--break-glass is not set up here.",
			Do: "Ask without it, and have one of the people below confirm.", People: p.Approvers,
		}
	}
	ok, err := p.allows(ctx, d, p.BreakGlass, user)
	if err != nil {
		return lookupFailed(err, p.BreakGlass)
	}
	if !ok {
		return &Refusal{
			Rule: RuleBreakGlass, What: "You are not one of the people who may use --break-glass.",
			Do: "Ask without --break-glass, or ask one of the people below.", People: p.BreakGlass,
		}
	}
	return nil
}

// CheckMembership asks the chat about the person and the channel. It refuses guests,
// bots, deactivated accounts, strangers, direct messages and channels shared with
// another organisation.
func (p Policy) CheckMembership(ctx context.Context, d Directory, c Caller) *Refusal {
	place, err := d.Place(ctx, c.Channel)
	switch {
	case errors.Is(err, ErrNotInChannel):
		return NotInvited()
	case err != nil:
		return LookupFailed(err)
	case place.Direct:
		return p.directMessage()
	case place.Shared:
		return &Refusal{
			Rule: RuleChannel,
			What: "This channel is shared with another organisation.",
			Do:   "Use a channel of your own organisation.", People: p.Channels,
		}
	}
	person, err := d.Person(ctx, c.User)
	if err != nil {
		return LookupFailed(err)
	}
	var why string
	switch {
	case person.Deleted:
		why = "Your account is deactivated."
	case person.Bot:
		why = "Bots may not use this."
	case person.Stranger:
		why = "You belong to another organisation."
	case !p.member(person):
		return p.otherWorkspace()
	case person.Guest:
		why = "Guests may not use this, whatever the lists say."
	default:
		return nil
	}
	return &Refusal{Rule: RulePerson, What: why, Do: "Ask one of the people below.", People: p.Approvers}
}

// member reports whether somebody belongs to the workspace. In an Enterprise
// Grid a person may have another home and still be a member of it.
func (p Policy) member(who Person) bool {
	if who.Team == "" || who.Team == p.Team {
		return true
	}
	return p.enterprise() != "" && who.Enterprise == p.enterprise() && slices.Contains(who.Teams, p.Team)
}

// MayConfirm checks that a person may confirm this restore now.
func (p Policy) MayConfirm(ctx context.Context, d Directory, r Request, user string) *Refusal {
	if r.Order.BreakGlass {
		return p.mayConfirmAlone(ctx, d, r, user)
	}
	ok, err := p.allows(ctx, d, p.Approvers, user)
	if err != nil {
		return lookupFailed(err, p.Approvers)
	}
	if !ok {
		return &Refusal{
			Rule: RuleApprover,
			What: "You are not on the list of people who may confirm a restore.",
			Do:   "Ask one of the people below.", People: p.Approvers,
		}
	}
	own, err := p.samePerson(ctx, d, user, r.Requester)
	if err != nil && (r.NeedsSecondPerson() || !p.SelfApproval) {
		return lookupFailed(err, p.Approvers)
	}
	if own && r.NeedsSecondPerson() {
		why := "--dump replaces the whole server"
		if !r.Order.Dump {
			why = "--unlisted restores what nobody can look at before"
		}
		return &Refusal{
			Rule: RuleSecond,
			What: "You asked for this restore, and " + why + ": somebody else has to confirm it.",
			Do:   "Ask one of the people below.", People: p.Approvers,
		}
	}
	if own && !p.SelfApproval {
		return &Refusal{
			Rule: RuleSecond,
			What: "You asked for this restore, so somebody else has to confirm it.",
			Do:   "Ask one of the people below.", People: p.Approvers,
		}
	}
	return nil
}

// mayConfirmAlone lets only the requester confirm a restore with --break-glass.
func (p Policy) mayConfirmAlone(ctx context.Context, d Directory, r Request, user string) *Refusal {
	own, err := p.samePerson(ctx, d, user, r.Requester)
	if err != nil {
		return lookupFailed(err, AllowList{})
	}
	if !own {
		return &Refusal{
			Rule: RuleBreakGlass, What: "This was asked for with --break-glass: only the person who asked can confirm it.",
			Do: "An approver can dismiss it.", People: AllowList{IDs: []string{r.Requester}},
		}
	}
	return p.MayBreakGlass(ctx, d, user)
}

// MayDismiss checks that a person may drop this restore: the requester and every
// approver may.
func (p Policy) MayDismiss(ctx context.Context, d Directory, r Request, user string) *Refusal {
	if own, err := p.samePerson(ctx, d, user, r.Requester); own && err == nil {
		return nil
	}
	return p.mayApprove(ctx, d, user, "Only the person who asked and those who may confirm can dismiss a request.")
}

// MayFreeze checks that a person may freeze restores or end a freeze.
func (p Policy) MayFreeze(ctx context.Context, d Directory, user string) *Refusal {
	return p.mayApprove(ctx, d, user, "Only those who may confirm a restore can freeze restores or let them go again.")
}

func (p Policy) mayApprove(ctx context.Context, d Directory, user, why string) *Refusal {
	ok, err := p.allows(ctx, d, p.Approvers, user)
	if err != nil {
		return lookupFailed(err, p.Approvers)
	}
	if !ok {
		return &Refusal{Rule: RuleApprover, What: why, Do: "Ask one of the people below.", People: p.Approvers}
	}
	return nil
}

// MaySeeLoss checks that a person may see by name what a restore takes: those who
// may confirm one, also where somebody else has to confirm this one.
func (p Policy) MaySeeLoss(ctx context.Context, d Directory, r Request, user string) *Refusal {
	lists := []AllowList{p.Approvers}
	if r.Order.BreakGlass {
		lists = append(lists, p.BreakGlass)
	}
	for _, l := range lists {
		ok, err := p.allows(ctx, d, l, user)
		if err != nil {
			return lookupFailed(err, p.Approvers)
		}
		if ok {
			return p.CheckMembership(ctx, d, Caller{Team: r.Team, Channel: r.Channel, User: user})
		}
	}
	return &Refusal{
		Rule: RuleApprover, What: "Names are shown to those who may confirm a restore, and you are not on their list.",
		Do: "The card has the numbers. Ask one of the people below.", People: p.Approvers,
	}
}

// NotInvited refuses because the bot is not in the channel, and tells how to invite
// it.
func NotInvited() *Refusal {
	return &Refusal{
		Rule: RuleChannel,
		What: "The bot is not a member of this channel, so it could not show the team what happens.",
		Do:   "Invite it with /invite and the bot's name, then ask again.",
	}
}

// LookupFailed refuses because the chat cannot tell who somebody is.
func LookupFailed(err error) *Refusal {
	no := lookupFailed(err, AllowList{})
	no.Busy = errors.Is(err, ErrChatBusy)
	return no
}

// lookupFailed refuses because the chat cannot tell who is on a list. Where only a
// person can change that, the refusal names the cause and the person.
func lookupFailed(err error, people AllowList) *Refusal {
	no := &Refusal{
		Rule:   RuleDirectory,
		What:   "Slack could not say who may do this, so nobody may for now.",
		Do:     "Try again in a minute; /restore status shows what runs.",
		People: AllowList{IDs: people.IDs, Groups: people.Groups},
	}
	if refused, ok := errors.AsType[*ChatError](err); ok && errors.Is(refused, ErrChatDenied) {
		no.What = "Slack does not tell the bot who may do this (" + refused.Doing + ": " + RefusedCall(refused.Method, refused.Code, refused.Needs) + "). That stays until somebody changes it."
		no.Do = refused.Fix
		if no.Do == "" {
			no.Do = "The bot's operator has to look at restorebot doctor."
		}
		no.People = AllowList{IDs: people.IDs}
	}
	return no
}
