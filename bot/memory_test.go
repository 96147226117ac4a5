package bot_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/loss"
	"docspace-restorebot/bot/policy"
)

// memory keeps restores for tests of the domain; the real store has its own exam.
type memory struct {
	mu       sync.Mutex
	restores []bot.Restore
	events   []bot.Event
	forms    map[string]bot.Form
	losses   map[string]loss.List
	freeze   bot.Freeze
	told     bot.ToldRules
	broken   error // of the freeze
	consents map[string]bot.Consent
	began    time.Time
	clocks   func() bot.Clock // in the place of its own
}

func (m *memory) Now(context.Context) (time.Time, error) { return time.Now().UTC(), nil }

// clock is read of a process that lives as long as the test.
func (m *memory) clock() bot.Clock {
	if m.clocks != nil {
		return m.clocks()
	}
	if m.began.IsZero() {
		m.began = time.Now()
	}
	return bot.Clock{At: time.Now().UTC(), Process: "memory", Ran: time.Since(m.began)}
}

func (m *memory) CheckConsent(_ context.Context, r bot.Restore) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.agreed(r)
}

func (m *memory) agreed(r bot.Restore) error {
	c, there := m.consents[r.ID]
	if !there {
		return &bot.LapsedError{Cause: bot.LapsedUnseen}
	}
	if lapsed := c.Lapsed(r, m.clock()); lapsed != nil {
		return lapsed
	}
	return nil
}

// agree does with a consent what a save means to it.
func (m *memory) agree(was, next bot.Restore) error {
	if m.consents == nil {
		m.consents = map[string]bot.Consent{}
	}
	c := m.consents[was.ID]
	switch step := bot.ConsentStepOf(was, next); step {
	case bot.ConsentGiven:
		m.consents[was.ID] = bot.NewConsent(m.clock())
	case bot.ConsentWatched:
		m.consents[was.ID] = c.Watch(was, m.clock())
	case bot.ConsentCarried, bot.ConsentUsed:
		if err := m.agreed(was); err != nil {
			return err
		}
		m.consents[was.ID] = c.Carry(m.clock())
	case bot.ConsentOver:
		delete(m.consents, was.ID)
	case bot.ConsentKept:
	}
	return nil
}

func (m *memory) SetFreeze(_ context.Context, f bot.Freeze, events ...bot.Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.freeze = f
	m.events = append(m.events, events...)
	for i, r := range m.restores {
		if r.State == bot.Requested || r.State == bot.Confirmed {
			m.restores[i].Version++
			m.restores[i].Generation++
		}
	}
	return nil
}

func (m *memory) Frozen(context.Context) (bot.Freeze, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.freeze, m.broken
}

func (m *memory) Rules(context.Context) (bot.ToldRules, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.told, m.broken
}

func (m *memory) SaveRules(_ context.Context, was, next bot.ToldRules, events ...bot.Event) (bot.ToldRules, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if was.Version != m.told.Version {
		return bot.ToldRules{}, bot.ErrStale
	}
	next.Version = was.Version + 1
	m.told = next
	m.events = append(m.events, events...)
	return next, nil
}

func (m *memory) PutForm(_ context.Context, f bot.Form) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.forms == nil {
		m.forms = map[string]bot.Form{}
	}
	m.forms[f.ID] = f
	return nil
}

func (m *memory) PutLoss(_ context.Context, l loss.List) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.losses == nil {
		m.losses = map[string]loss.List{}
	}
	m.losses[l.Restore] = l
	return nil
}

func (m *memory) Loss(_ context.Context, restore string) (loss.List, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l, ok := m.losses[restore]
	if !ok || !time.Now().Before(l.Until) {
		return loss.List{}, bot.ErrNotFound
	}
	return l, nil
}

func (m *memory) Form(_ context.Context, id string) (bot.Form, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f, ok := m.forms[id]
	if !ok {
		return bot.Form{}, bot.ErrNotFound
	}
	return f, nil
}

func (m *memory) Create(_ context.Context, r bot.Restore, events ...bot.Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, have := range m.restores {
		switch {
		case have.Delivery == r.Delivery:
			return bot.ErrDuplicate
		case boundTo(have) == boundTo(r) && have.State.Open():
			return bot.ErrPortalBusy
		}
	}
	m.restores = append(m.restores, r)
	m.events = append(m.events, events...)
	return nil
}

func (m *memory) find(match func(bot.Restore) bool) (bot.Restore, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := slices.IndexFunc(m.restores, match); i >= 0 {
		return m.restores[i], nil
	}
	return bot.Restore{}, bot.ErrNotFound
}

func (m *memory) Get(_ context.Context, id string) (bot.Restore, error) {
	return m.find(func(r bot.Restore) bool { return r.ID == id })
}

func (m *memory) ByDelivery(_ context.Context, delivery string) (bot.Restore, error) {
	return m.find(func(r bot.Restore) bool { return r.Delivery == delivery })
}

func boundTo(r bot.Restore) string { return cmp.Or(r.Address, r.Portal) }

func (m *memory) OpenOn(_ context.Context, p bot.PortalName) (bot.Restore, bool, error) {
	r, err := m.find(func(r bot.Restore) bool { return boundTo(r) == p.Address() && r.State.Open() })
	if errors.Is(err, bot.ErrNotFound) {
		return bot.Restore{}, false, nil
	}
	return r, err == nil, err
}

func (m *memory) Recent(_ context.Context, limit int) ([]bot.Restore, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := slices.Clone(m.restores)
	slices.Reverse(all)
	return all[:min(limit, len(all))], nil
}

func (m *memory) Search(_ context.Context, limit int, want func(bot.Restore) bool) (found []bot.Restore, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for n, r := range slices.Backward(m.restores) {
		if len(found) == limit || len(m.restores)-n > bot.SearchWindow {
			break
		}
		if want(bot.Restore{ID: r.ID, Portal: r.Portal, Address: r.Address, State: r.State, RequestedAt: r.RequestedAt}) {
			found = append(found, r)
		}
	}
	return found, nil
}

func (m *memory) Runs(_ context.Context, portal string, limit int) (runs []bot.Run, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range slices.Backward(m.restores) {
		if r.Portal == portal && (r.State == bot.Succeeded || r.State == bot.Failed) {
			runs = append(runs, bot.RunOf(r))
		}
	}
	return runs[:min(limit, len(runs))], nil
}

func (m *memory) Trail(_ context.Context, restore string) ([]bot.Event, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var trail []bot.Event
	for _, e := range m.events {
		if e.Restore == restore {
			trail = append(trail, e)
		}
	}
	return trail, nil
}

func (m *memory) Save(_ context.Context, was, next bot.Restore, events ...bot.Event) (bot.Restore, error) {
	return m.save(was, next, 0, events)
}

func (m *memory) Wake(_ context.Context, was, next bot.Restore, events ...bot.Event) (bot.Restore, error) {
	return m.save(was, next, 1, events)
}

func (m *memory) save(was, next bot.Restore, wake int64, events []bot.Event) (bot.Restore, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, have := range m.restores {
		if have.ID != was.ID {
			continue
		}
		if have.Version != was.Version {
			return bot.Restore{}, bot.ErrStale
		}
		if !bot.CanMove(was.State, next.State) {
			return bot.Restore{}, fmt.Errorf("%s may not become %s", was.State, next.State)
		}
		if next.TaskID != "" && next.State.Open() && slices.ContainsFunc(m.restores, func(r bot.Restore) bool {
			return r.ID != next.ID && r.TaskID == next.TaskID && r.State.Open()
		}) {
			return bot.Restore{}, bot.ErrTaskHeld
		}
		if next.State == bot.Starting && was.State != bot.Starting && (m.freeze.On() || m.broken != nil) {
			return bot.Restore{}, bot.ErrFrozen
		}
		if err := m.agree(was, next); err != nil {
			return bot.Restore{}, err
		}
		next.Version, next.Generation = was.Version+1, was.Generation+wake
		m.restores[i] = next
		m.events = append(m.events, events...)
		return next, nil
	}
	return bot.Restore{}, bot.ErrNotFound
}

func (m *memory) TrailEnd(context.Context) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return fmt.Sprintf("%d:hash", len(m.events)), nil
}

func (m *memory) Note(_ context.Context, events ...bot.Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.events = append(m.events, events...)
	return nil
}

// channel is a chat that remembers what it was told.
type channel struct {
	mu            sync.Mutex // of what the chat was told: steps of several restores may be taken at once
	posted, edits int
	shown         bot.Card
	replies       []bot.Note
	lists         []bot.Checklist
	answers       []bot.Answer
	postErr       error
	people        map[string]policy.Person
	shared        bool
	gone          string // the channel that the chat does not know
	groups        map[string][]string
	editErr       error

	// trouble, if set, is asked what goes wrong with a call.
	trouble func(call string, c bot.Card) error
	directs []bot.Note
	retired []string
}

func (c *channel) Fresh() policy.Directory { return c }

func (c *channel) Permalink(_ context.Context, channel, ts string) (string, error) {
	return "https://slack.test/" + channel + "/" + ts, nil
}

func (c *channel) failure(call string, card bot.Card) error {
	if c.trouble == nil {
		return nil
	}
	return c.trouble(call, card)
}

func (c *channel) PostCard(_ context.Context, card bot.Card) (string, error) {
	if err := errors.Join(c.postErr, c.failure("post", card)); err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.posted++
	c.shown = card
	return fmt.Sprintf("1.%06d", c.posted), nil
}

func (c *channel) Retire(_ context.Context, _ bot.Restore, ts string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.retired = append(c.retired, ts)
	return nil
}

func (c *channel) EditCard(_ context.Context, card bot.Card) error {
	if err := errors.Join(c.editErr, c.failure("edit", card)); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.edits++
	c.shown = card
	return nil
}

func (c *channel) EditList(_ context.Context, card bot.Card) error {
	if err := c.failure("list", card); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lists = append(c.lists, card.Restore.Checklist)
	return nil
}

func (c *channel) Reply(_ context.Context, card bot.Card, n bot.Note) (string, error) {
	if err := c.failure("reply", card); err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.replies = append(c.replies, n)
	return fmt.Sprintf("2.%06d", len(c.replies)), nil
}

func (c *channel) Direct(_ context.Context, card bot.Card, n bot.Note) (string, error) {
	if err := c.failure("direct", card); err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.directs = append(c.directs, n)
	return fmt.Sprintf("3.%06d", len(c.directs)), nil
}

func (c *channel) Answer(_ context.Context, _ bot.Recipient, a bot.Answer) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers = append(c.answers, a)
	return nil
}

func (c *channel) OpenModal(context.Context, string, bot.Modal) (bot.View, error) {
	return bot.View{}, bot.ErrTriggerGone
}

func (c *channel) UpdateModal(context.Context, bot.View, bot.Modal) (bot.View, error) {
	return bot.View{}, bot.ErrModalGone
}

func (c *channel) Person(_ context.Context, user string) (policy.Person, error) {
	p := c.people[user]
	p.ID = user
	return p, nil
}

func (c *channel) Place(_ context.Context, id string) (policy.Place, error) {
	if id == c.gone {
		return policy.Place{}, policy.ErrNotInChannel
	}
	return policy.Place{ID: id, Shared: c.shared}, nil
}

func (c *channel) Members(_ context.Context, group string) ([]string, error) {
	if ids, ok := c.groups[group]; ok {
		return ids, nil
	}
	return nil, errors.New("no such group here")
}
