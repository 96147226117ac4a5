package slackchat

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"docspace-restorebot/bot/policy"
)

// remembered holds answers for a while. Equal questions at the same time share one call,
// so that many presses at once do not use up Slack's limit. Its zero value is ready.
type remembered[T any] struct {
	flights singleflight.Group
	mu      sync.Mutex
	held    map[string]answered[T]
}

type answered[T any] struct {
	value T
	asked time.Time
}

// get returns an answer that was asked for after since, or asks. It holds no lock while
// it asks.
func (m *remembered[T]) get(ctx context.Context, key string, since time.Time, ask func() (T, error)) (T, error) {
	var none T
	for ctx.Err() == nil {
		if value, ok := m.have(key, since); ok {
			return value, nil
		}
		flight := m.flights.DoChan(key, func() (any, error) { return m.ask(key, ask) })
		select {
		case r := <-flight:
			a, _ := r.Val.(answered[T]) // always is one
			gaveUp := errors.Is(r.Err, context.Canceled) || errors.Is(r.Err, context.DeadlineExceeded)
			if r.Shared && (gaveUp || a.asked.Before(since)) {
				continue // no answer to this question: somebody else gave up, or asked too early
			}
			return a.value, r.Err
		case <-ctx.Done():
		}
	}
	return none, fmt.Errorf("ask slack: %w", context.Cause(ctx))
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
	keep(&m.held, directoryHeld, key, answered[T]{value, asked})
}

// ask asks and holds a good answer. It evicts on failure; an answer is kept when
// Slack's limit alone stood in the way.
func (m *remembered[T]) ask(key string, ask func() (T, error)) (a answered[T], err error) {
	a.asked = time.Now()
	defer func() {
		if v := recover(); v != nil { // on a goroutine of its own it would end the process
			err = fmt.Errorf("ask slack: panic: %v", v)
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		switch {
		case err == nil:
			m.hold(key, a.value, a.asked)
		case !errors.Is(err, policy.ErrChatBusy):
			delete(m.held, key)
		}
	}()
	value, err := ask()
	if err == nil {
		a.value = value
	}
	return a, err
}
