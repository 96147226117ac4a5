package durable

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"
)

// notesWithin bounds one write of notes, whose callers each have a ctx of their
// own.
const notesWithin = 2 * time.Second

const (
	// gatherAtMost is how many may come before the first of them are written.
	gatherAtMost = 256
	// Where a crowd was just written and a small part of it has come again, the
	// others are on their way: they are waited for, for less than a commit takes,
	// which they would have to wait for otherwise.
	crowd     = 8
	gatherFor = 200 * time.Microsecond
)

// notes writes what many callers note at once in one transaction: a crowd that
// is refused waits for two commits and not for one each.
type notes struct {
	mu      sync.Mutex
	waiting []*noted
	writing bool
	before  int // how many were written last
}

// noted is what one caller notes.
type noted struct {
	lines []line
	err   error
	done  chan struct{} // closed when err says what became of it
}

// write returns when the lines are written, in the order of the calls. When
// ctx ends first it is not known whether they will be.
func (n *notes) write(ctx context.Context, lines []line, commit func(context.Context, []line) error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	mine := &noted{lines: lines, done: make(chan struct{})}
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
func (n *notes) drain(ctx context.Context, commit func(context.Context, []line) error) {
	var lines []line
	for batch := n.gather(ctx); len(batch) > 0; batch = n.gather(ctx) {
		lines = slices.Grow(lines[:0], len(batch)) // most note one
		for _, one := range batch {
			lines = append(lines, one.lines...)
		}
		within, cancel := context.WithTimeout(ctx, notesWithin)
		err := commit(within, lines)
		cancel()
		for _, one := range batch {
			one.err = err
			close(one.done)
		}
	}
}

// gather takes all that waits. Whoever is ready to run goes first, for as long
// as each turn brings more: the first of a crowd would be written alone, and all
// others wait for that. Somebody alone waits for no time to pass.
func (n *notes) gather(ctx context.Context) (batch []*noted) {
	for had, waited := 0, false; ; runtime.Gosched() {
		n.mu.Lock()
		now, more := len(n.waiting), n.before >= crowd && len(n.waiting) < n.before/2
		switch {
		case now == 0 || now >= gatherAtMost || now == had && (waited || !more):
			batch, n.waiting = n.waiting, nil
			n.writing, n.before = now > 0, now
			n.mu.Unlock()
			return batch
		case now == had:
			waited = true
			n.mu.Unlock()
			select {
			case <-time.After(gatherFor):
			case <-ctx.Done():
			}
		default:
			had = now
			n.mu.Unlock()
		}
	}
}
