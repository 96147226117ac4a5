package slacktest

import (
	"context"
	"slices"
	"time"
)

// A Line is a command, who types it and where.
type Line struct{ User, Channel, Text string }

// A Rush is many commands that are about to be typed. All that Slack has to do for
// one is done before, so that a load measures the app and hardly this Slack.
// Make one with [Slack.Prepare].
type Rush struct {
	s    *Slack
	all  []*Delivery
	done chan struct{} // closed when all are settled

	// Guarded by s.mu:
	next    int // the first of all that was not typed
	free    int // people who are not waiting for an ack
	typing  bool
	settled int
}

// Prepare makes the envelopes of commands, in their order, and sends none.
func (s *Slack) Prepare(lines []Line) *Rush {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &Rush{s: s, done: make(chan struct{})}
	s.log = slices.Grow(s.log, 2*len(lines)) // sent, and acked
	for _, l := range lines {
		d := s.command(l.User, l.Channel, l.Text)
		if d.err == nil {
			s.register(d)
			d.rush, d.first = r, d.frame("")
		}
		r.all = append(r.all, d)
	}
	return r
}

// Type types the commands, so many at once, each as soon as one before it is settled,
// and returns when all are; see [Delivery.Wait] for what became of each. The error is
// the cause of ctx, or ErrClosed. A Rush is typed once.
func (r *Rush) Type(ctx context.Context, atOnce int) ([]*Delivery, error) {
	r.s.mu.Lock()
	r.free = max(1, atOnce)
	r.advance()
	r.s.mu.Unlock()
	select {
	case <-r.done:
		return r.all, nil
	case <-ctx.Done():
		return r.all, context.Cause(ctx)
	case <-r.s.done:
		return r.all, ErrClosed
	}
}

// leave is told that one of the commands is settled. The caller holds mu.
func (r *Rush) leave() {
	r.settled++
	r.free++
	r.advance()
}

// advance types for everybody who is free. What fails at once comes back here while it
// is typed. The caller holds mu.
func (r *Rush) advance() {
	if r.typing {
		return
	}
	r.typing = true
	for ; r.free > 0 && r.next < len(r.all); r.next++ {
		d := r.all[r.next]
		if d.err != nil { // Slack has refused it
			r.settled++
			continue
		}
		if t := r.s.triggers[d.TriggerID]; t != nil {
			t.until = time.Now().Add(triggerLife)
		}
		r.free--
		r.s.launch(d)
	}
	r.typing = false
	if r.settled == len(r.all) {
		close(r.done)
	}
}
