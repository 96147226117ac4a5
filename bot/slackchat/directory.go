package slackchat

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot/policy"
)

const (
	// directoryFresh is how old an answer may be.
	directoryFresh = 2 * time.Minute
	// directoryHeld bounds each cache.
	directoryHeld = 6000
)

// Directory asks Slack who people and channels are, within Slack's limits, and
// remembers it for two minutes. A failure is never remembered, and an old answer
// never covers one. It is safe for concurrent use.
type Directory struct {
	API *slack.Client // required
	// Faults, if set, remembers what Slack refuses for good.
	Faults *Faults

	people  remembered[policy.Person]
	places  remembered[policy.Place]
	members remembered[[]string]
	lists   remembered[int] // of all channels; its one key is ""

	quotas [quotas]quota
}

// Fresh returns a directory that asks Slack again. d remembers its answers too. Where
// Slack's limit is nearly used up its answers may be ten seconds old.
func (d *Directory) Fresh() policy.Directory { return fresh{d} }

type fresh struct{ d *Directory }

func (f fresh) Fresh() policy.Directory { return f }

func (f fresh) Person(ctx context.Context, user string) (policy.Person, error) {
	return f.d.person(ctx, user, f.d.since(quotaPeople))
}

func (f fresh) Place(ctx context.Context, channel string) (policy.Place, error) {
	return f.d.place(ctx, channel, f.d.since(quotaPlaces))
}

func (f fresh) Members(ctx context.Context, group string) ([]string, error) {
	return f.d.group(ctx, group, f.d.since(quotaMembers))
}

// since is the earliest time at which a good answer may have been asked for.
func (d *Directory) since(kind int) time.Time {
	now := time.Now()
	if d.quotas[kind].roomy(kind) {
		return now
	}
	return now.Add(-busyFresh)
}

var _ policy.Directory = (*Directory)(nil)

var errOtherRecord = errors.New("slack answered for another id")

// Person returns what Slack knows of a user id.
func (d *Directory) Person(ctx context.Context, user string) (policy.Person, error) {
	return d.person(ctx, user, time.Now().Add(-directoryFresh))
}

func (d *Directory) person(ctx context.Context, user string, since time.Time) (policy.Person, error) {
	return d.people.get(ctx, user, since, func() (policy.Person, error) {
		var u *slack.User
		err := d.ask(ctx, quotaPeople, "ask for a person", func() (err error) {
			u, err = d.API.GetUserInfoContext(ctx, user)
			return err
		})
		if err != nil {
			return policy.Person{}, err
		}
		if u.ID != user && u.Enterprise.ID != user {
			return policy.Person{}, errOtherRecord
		}
		return policy.Person{
			ID: u.ID, Name: cmp.Or(u.Profile.DisplayName, u.Profile.RealName, u.RealName, u.Name), Org: u.Enterprise.ID, Team: u.TeamID, Deleted: u.Deleted, Stranger: u.IsStranger,
			Bot:   u.IsBot || u.IsConnectorBot || u.IsWorkflowBot,
			Guest: u.IsRestricted || u.IsUltraRestricted,

			Enterprise: u.Enterprise.EnterpriseID, Teams: u.Enterprise.Teams,

			TimeZone: u.TZ, UTCOffset: time.Duration(u.TZOffset) * time.Second,
		}, nil
	})
}

// Place returns what Slack knows of a channel id, or [policy.ErrNotInChannel] if
// the bot is no member of it; that is never remembered, so an invitation helps
// at once.
func (d *Directory) Place(ctx context.Context, channel string) (policy.Place, error) {
	return d.place(ctx, channel, time.Now().Add(-directoryFresh))
}

// place asks for the one channel, and for all of them at once where Slack's
// limit is used up: 500 restores may be in 100 channels.
func (d *Directory) place(ctx context.Context, channel string, since time.Time) (policy.Place, error) {
	place, err := d.places.get(ctx, channel, since, func() (policy.Place, error) {
		var c *slack.Channel
		err := d.ask(ctx, quotaPlaces, "ask for a channel", func() (err error) {
			c, err = d.API.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: channel})
			return err
		})
		if err != nil {
			return policy.Place{}, err
		}
		switch {
		case c.ID == "":
			return policy.Place{}, errOtherRecord
		case !c.IsIM && !c.IsMpIM && !c.IsMember:
			return policy.Place{}, policy.ErrNotInChannel
		}
		return placeOf(*c), nil
	})
	if !errors.Is(err, policy.ErrChatBusy) {
		return place, err
	}
	if d.list(ctx, since) == nil {
		if place, ok := d.places.have(channel, since); ok {
			return place, nil
		}
	}
	return policy.Place{}, err // the error of the list may be about another scope
}

func placeOf(c slack.Channel) policy.Place {
	return policy.Place{
		ID: c.ID, Direct: c.IsIM || c.IsMpIM,
		Shared: c.IsExtShared || c.IsPendingExtShared || len(c.PendingShared) > 0,
	}
}

// Members returns the user ids of a user group.
func (d *Directory) Members(ctx context.Context, group string) ([]string, error) {
	return d.group(ctx, group, time.Now().Add(-directoryFresh))
}

func (d *Directory) group(ctx context.Context, group string, since time.Time) ([]string, error) {
	ids, err := d.members.get(ctx, group, since, func() (ids []string, err error) {
		err = d.ask(ctx, quotaMembers, "ask for the user group "+group, func() (err error) {
			ids, err = d.API.GetUserGroupMembersContext(ctx, group)
			return err
		})
		return ids, err
	})
	return slices.Clone(ids), err
}
