package slackchat

import (
	"context"
	"errors"
	"fmt"
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
	return d.people.get(ctx, user, func() (bot.Person, error) {
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
	return d.places.get(ctx, channel, func() (bot.Place, error) {
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
	ids, err := d.members.get(ctx, group, func() ([]string, error) {
		ids, err := d.API.GetUserGroupMembersContext(ctx, group)
		return ids, chatError("ask for a user group", err)
	})
	return slices.Clone(ids), err
}

// remembered holds answers for a while. Its zero value is ready.
type remembered[T any] struct {
	mu    sync.Mutex
	held  map[string]answered[T]
	asked map[string]*question[T]
}

type answered[T any] struct {
	value T
	until time.Time
}

// question is one that is being asked; who wants to know the same waits for it:
// a crowd that presses at once would use up what Slack allows.
type question[T any] struct {
	done  chan struct{} // closed when value and err are there
	value T
	err   error
}

// forget makes the next get ask anew, also if somebody is asking already.
func (m *remembered[T]) forget(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.held, key)
	delete(m.asked, key)
}

// get returns the answer held for key, or asks. No lock is held meanwhile.
func (m *remembered[T]) get(ctx context.Context, key string, ask func() (T, error)) (T, error) {
	for {
		value, theirs, mine := m.known(key)
		switch {
		case mine != nil:
			m.answer(key, mine, ask)
			return mine.value, mine.err
		case theirs == nil:
			return value, nil
		}
		select {
		case <-theirs.done:
		case <-ctx.Done():
			var none T
			return none, fmt.Errorf("ask slack: %w", context.Cause(ctx))
		}
		// One who gave up has not heard a no: the next one asks.
		if gaveUp := errors.Is(theirs.err, context.Canceled) || errors.Is(theirs.err, context.DeadlineExceeded); !gaveUp {
			return theirs.value, theirs.err
		}
	}
}

// known returns the answer held for key, or the question of somebody who asks,
// or one for the caller to ask.
func (m *remembered[T]) known(key string) (value T, theirs, mine *question[T]) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if held, ok := m.held[key]; ok && time.Now().Before(held.until) {
		return held.value, nil, nil
	}
	if q := m.asked[key]; q != nil {
		return value, q, nil
	}
	if m.asked == nil {
		m.asked = map[string]*question[T]{}
	}
	q := &question[T]{done: make(chan struct{})}
	m.asked[key] = q
	return value, nil, q
}

// answer asks a question and remembers a good answer, unless it was forgotten
// meanwhile.
func (m *remembered[T]) answer(key string, q *question[T], ask func() (T, error)) {
	asked := time.Now()
	q.err = errAskPanicked
	defer func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		defer close(q.done)
		if m.asked[key] != q {
			return
		}
		delete(m.asked, key)
		if q.err != nil {
			return
		}
		if m.held == nil || len(m.held) >= directoryHeld {
			m.held = map[string]answered[T]{}
		}
		m.held[key] = answered[T]{q.value, asked.Add(directoryFresh)}
	}()
	value, err := ask()
	if err == nil {
		q.value = value
	}
	q.err = err
}

// errAskPanicked is what those hear who waited for somebody whose call panicked.
var errAskPanicked = errors.New("asking slack failed")
