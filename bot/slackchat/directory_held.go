package slackchat

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"docspace-restorebot/bot/policy"
)

// remembered holds answers for a while. Its zero value is ready.
type remembered[T any] struct {
	mu    sync.Mutex
	held  map[string]answered[T]
	asked map[string]*question[T]
}

type answered[T any] struct {
	value T
	asked time.Time
}

// question is one that is being asked; who wants to know the same waits for it:
// a crowd that presses at once would use up what Slack allows.
type question[T any] struct {
	asked time.Time
	done  chan struct{} // closed when value and err are there
	value T
	err   error
}

// get returns the answer to a question that was asked no earlier than since, or
// asks. No lock is held meanwhile.
func (m *remembered[T]) get(ctx context.Context, key string, since time.Time, ask func() (T, error)) (T, error) {
	for {
		value, theirs, mine := m.known(key, since)
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
func (m *remembered[T]) known(key string, since time.Time) (value T, theirs, mine *question[T]) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if q := m.asked[key]; q != nil && !q.asked.Before(since) {
		return value, q, nil
	}
	if held, ok := m.held[key]; ok && !held.asked.Before(since) {
		return held.value, nil, nil
	}
	if m.asked == nil {
		m.asked = map[string]*question[T]{}
	}
	q := &question[T]{asked: time.Now(), done: make(chan struct{})}
	m.asked[key] = q
	return value, nil, q
}

// have returns an answer that is held.
func (m *remembered[T]) have(key string, since time.Time) (value T, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	held, ok := m.held[key]
	return held.value, ok && !held.asked.Before(since)
}

// learn holds an answer that came with another one.
func (m *remembered[T]) learn(key string, value T, asked time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if held, ok := m.held[key]; ok && held.asked.After(asked) {
		return
	}
	m.hold(key, value, asked)
}

// hold keeps an answer. The lock is held.
func (m *remembered[T]) hold(key string, value T, asked time.Time) {
	if m.held == nil || len(m.held) >= directoryHeld {
		m.held = map[string]answered[T]{}
	}
	m.held[key] = answered[T]{value, asked}
}

// answer asks a question and remembers a good answer, unless a newer question is
// asked meanwhile. What fails is not known any more; what was not asked, since
// it was not its turn, is as well known as before.
func (m *remembered[T]) answer(key string, q *question[T], ask func() (T, error)) {
	q.err = errAskPanicked
	defer func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		defer close(q.done)
		if m.asked[key] != q {
			return
		}
		delete(m.asked, key)
		switch {
		case q.err == nil:
			m.hold(key, q.value, q.asked)
		case !errors.Is(q.err, policy.ErrChatBusy):
			delete(m.held, key)
		}
	}()
	value, err := ask()
	if err == nil {
		q.value = value
	}
	q.err = err
}

// errAskPanicked is what those hear who waited for somebody whose call panicked.
var errAskPanicked = errors.New("asking slack failed")
