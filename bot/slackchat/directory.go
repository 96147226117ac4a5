package slackchat

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
)

const (
	// directoryFresh is how old an answer may be.
	directoryFresh = 2 * time.Minute
	// directoryHeld bounds each cache.
	directoryHeld = 1000
)

// Directory asks Slack who people and channels are, and remembers it for two
// minutes. A failure is never remembered, and an old answer never covers one.
// It is safe for concurrent use.
type Directory struct {
	API *slack.Client // required

	people  remembered[bot.Person]
	places  remembered[bot.Place]
	members remembered[[]string]
}

// Fresh returns a directory that asks anew. What it hears is remembered by d
// too, so that nobody goes on with what is known to be old.
func (d *Directory) Fresh() bot.Directory { return fresh{d} }

type fresh struct{ d *Directory }

func (f fresh) Fresh() bot.Directory { return f }

func (f fresh) Person(ctx context.Context, user string) (bot.Person, error) {
	f.d.people.forget(user)
	return f.d.Person(ctx, user)
}

func (f fresh) Place(ctx context.Context, channel string) (bot.Place, error) {
	f.d.places.forget(channel)
	return f.d.Place(ctx, channel)
}

func (f fresh) Members(ctx context.Context, group string) ([]string, error) {
	f.d.members.forget(group)
	return f.d.Members(ctx, group)
}

var _ bot.Directory = (*Directory)(nil)

var errOtherRecord = errors.New("slack answered for another id")

// Person returns what Slack knows of a user id.
func (d *Directory) Person(ctx context.Context, user string) (bot.Person, error) {
	return d.people.get(user, func() (bot.Person, error) {
		u, err := d.API.GetUserInfoContext(ctx, user)
		if err != nil {
			return bot.Person{}, chatError("ask for a person", err)
		}
		if u.ID != user {
			return bot.Person{}, errOtherRecord
		}
		return bot.Person{
			ID: u.ID, Team: u.TeamID, Deleted: u.Deleted, Stranger: u.IsStranger,
			Bot:   u.IsBot || u.IsConnectorBot || u.IsWorkflowBot,
			Guest: u.IsRestricted || u.IsUltraRestricted,

			Enterprise: u.Enterprise.EnterpriseID, Teams: u.Enterprise.Teams,
		}, nil
	})
}

// Place returns what Slack knows of a channel id, or [bot.ErrNotInChannel] if
// the bot is no member of it; that is never remembered, so an invitation helps
// at once.
func (d *Directory) Place(ctx context.Context, channel string) (bot.Place, error) {
	return d.places.get(channel, func() (bot.Place, error) {
		c, err := d.API.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: channel})
		if err != nil {
			return bot.Place{}, chatError("ask for a channel", err)
		}
		direct := c.IsIM || c.IsMpIM
		switch {
		case c.ID == "":
			return bot.Place{}, errOtherRecord
		case !direct && !c.IsMember:
			return bot.Place{}, bot.ErrNotInChannel
		}
		return bot.Place{
			ID: c.ID, Direct: direct,
			Shared: c.IsExtShared || c.IsPendingExtShared || len(c.PendingShared) > 0,
		}, nil
	})
}

// Members returns the user ids of a user group.
func (d *Directory) Members(ctx context.Context, group string) ([]string, error) {
	ids, err := d.members.get(group, func() ([]string, error) {
		ids, err := d.API.GetUserGroupMembersContext(ctx, group)
		return ids, chatError("ask for a user group", err)
	})
	return slices.Clone(ids), err
}

// remembered holds answers for a while. Its zero value is ready.
type remembered[T any] struct {
	mu   sync.Mutex
	held map[string]answered[T]
}

type answered[T any] struct {
	value T
	until time.Time
}

func (m *remembered[T]) forget(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.held, key)
}

// get returns the answer held for key, or asks. No lock is held meanwhile.
func (m *remembered[T]) get(key string, ask func() (T, error)) (T, error) {
	asked := time.Now()
	m.mu.Lock()
	held, ok := m.held[key]
	m.mu.Unlock()
	if ok && asked.Before(held.until) {
		return held.value, nil
	}
	value, err := ask()
	if err != nil {
		var none T
		return none, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.held == nil || len(m.held) >= directoryHeld {
		m.held = map[string]answered[T]{}
	}
	m.held[key] = answered[T]{value, asked.Add(directoryFresh)}
	return value, nil
}
