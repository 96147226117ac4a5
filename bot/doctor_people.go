package bot

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"docspace-restorebot/bot/policy"
)

// PolicyCheck checks that the people, groups and channels of the rules exist and can be
// used.
type PolicyCheck struct {
	Policy    policy.Policy
	Portals   Portals // for the rules of their own
	Directory policy.Directory
}

// named holds all ids of all rules, and whether a rule says everybody.
type named struct {
	channels, groups, people map[string]bool
	anyChannel, anybody      bool
}

func (n *named) add(lists ...*policy.AllowList) {
	for _, l := range lists {
		if l == nil {
			continue
		}
		n.anybody = n.anybody || l.Any
		for _, id := range l.IDs {
			n.people[id] = true
		}
		for _, id := range l.Groups {
			n.groups[id] = true
		}
	}
}

func (n *named) place(l *policy.AllowList) {
	if l == nil {
		return
	}
	n.anyChannel = n.anyChannel || l.Any
	for _, id := range l.IDs {
		n.channels[id] = true
	}
}

func (c PolicyCheck) named() named {
	n := named{channels: map[string]bool{}, groups: map[string]bool{}, people: map[string]bool{}}
	n.add(&c.Policy.Users, &c.Policy.Approvers, &c.Policy.BreakGlass)
	n.place(&c.Policy.Channels)
	for _, p := range c.Portals {
		n.add(p.Own.Users, p.Own.Approvers)
		n.place(p.Own.Channels)
	}
	return n
}

// askedAtOnce bounds the checks that ask Slack at once, for its rate limits.
const askedAtOnce = 4

// Examine implements [Examiner].
func (c PolicyCheck) Examine(ctx context.Context) []Finding {
	n := c.named()
	var checks []func() Finding
	each := func(ids map[string]bool, check func(context.Context, string) Finding) {
		for _, id := range slices.Sorted(maps.Keys(ids)) {
			checks = append(checks, func() Finding { return check(ctx, id) })
		}
	}
	each(n.channels, c.channel)
	each(n.groups, c.group)
	each(n.people, c.person)
	found := make([]Finding, len(checks))
	var asked sync.WaitGroup
	turns := make(chan struct{}, askedAtOnce)
	for i, check := range checks {
		turns <- struct{}{}
		asked.Go(func() {
			found[i] = check()
			<-turns
		})
	}
	asked.Wait()
	found = append(found, c.Quorums(ctx)...)
	if n.anyChannel {
		found = append(found, warned("channels", "people can request restores in any channel that the bot is in", "Name the channels in RESTORE_CHANNELS."))
	}
	if n.anybody {
		found = append(found, warned("people", "everybody in the workspace can request or confirm a restore", "Name people or groups in place of *."))
	}
	return found
}

func (c PolicyCheck) channel(ctx context.Context, id string) Finding {
	check := "channel " + id
	place, err := c.Directory.Place(ctx, id)
	switch {
	case errors.Is(err, policy.ErrNotInChannel):
		return faulty(check, "the bot is not in it, or there is none with this id", "In the channel type /invite and the bot's name; the id is at the end of the channel's details.")
	case err != nil:
		return faulty(check, "it could not be looked up: "+err.Error(), "See the line about scopes; then run this again.")
	case place.Shared:
		return faulty(check, "it is shared with another organisation, and the bot refuses restores there", "Name a channel of your own organisation.")
	case place.Direct:
		return faulty(check, "it is a direct message, and the bot refuses restores there", "Name a channel.")
	}
	return passed(check, "the bot is in it, and it is your own")
}

func (c PolicyCheck) group(ctx context.Context, id string) Finding {
	check := "user group " + id
	members, err := c.Directory.Members(ctx, id)
	switch {
	case err != nil:
		return faulty(check, "its members cannot be read: "+err.Error(), "Give the app the scope usergroups:read and install it again; user groups need a paid plan. Until then the bot refuses its members.")
	case len(members) == 0:
		return faulty(check, "it has no members", "Put people in it, or name another group.")
	}
	return passed(check, Count(len(members), "member", "members"))
}

func (c PolicyCheck) person(ctx context.Context, id string) Finding {
	check := "person " + id
	p, err := c.Directory.Person(ctx, id)
	instead := "Take the id out of the list, or name somebody else."
	switch {
	case err != nil:
		return faulty(check, "they could not be looked up: "+err.Error(), "Check the id: in their profile, the three dots, Copy member ID.")
	case p.Deleted:
		return warned(check, "their account is switched off", instead)
	case p.Bot:
		return warned(check, "it is a bot, and the bot refuses other bots", instead)
	case p.Guest:
		return warned(check, "they are a guest, and the bot refuses guests", instead)
	case p.Stranger:
		return warned(check, "they belong to another organisation, and the bot refuses them", instead)
	}
	return passed(check, "a member")
}
