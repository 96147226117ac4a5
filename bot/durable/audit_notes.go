package durable

import (
	"context"
	"sync"
	"time"

	"docspace-restorebot/bot"
)

// notesWithin bounds one write of notes, whose callers each have a ctx of their
// own.
const notesWithin = 2 * time.Second

// notes writes what many callers note at once in one transaction: a crowd that
// is refused waits for two commits and not for one each.
type notes struct {
	mu      sync.Mutex
	waiting []*noted
	writing bool
}

// noted is what one caller notes.
type noted struct {
	events []bot.Event
	err    error
	done   chan struct{} // closed when err says what became of it
}

// write returns when the events are written, in the order of the calls. When
// ctx ends first it is not known whether they will be.
func (n *notes) write(ctx context.Context, events []bot.Event, commit func(context.Context, []bot.Event) error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	mine := &noted{events: events, done: make(chan struct{})}
	n.mu.Lock()
	n.waiting = append(n.waiting, mine)
	leads := !n.writing
	n.writing = true
	n.mu.Unlock()
	if leads {
		go n.drain(context.WithoutCancel(ctx), commit)
	}
	select {
	case <-mine.done:
		return mine.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// drain writes until nobody waits.
func (n *notes) drain(ctx context.Context, commit func(context.Context, []bot.Event) error) {
	for {
		n.mu.Lock()
		batch := n.waiting
		n.waiting = nil
		n.writing = len(batch) > 0
		n.mu.Unlock()
		if len(batch) == 0 {
			return
		}
		var events []bot.Event
		for _, one := range batch {
			events = append(events, one.events...)
		}
		within, cancel := context.WithTimeout(ctx, notesWithin)
		err := commit(within, events)
		cancel()
		for _, one := range batch {
			one.err = err
			close(one.done)
		}
	}
}
