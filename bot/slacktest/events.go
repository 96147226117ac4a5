package slacktest

import (
	"context"
	"iter"
	"slices"
	"time"
)

// EventKind says what happened.
type EventKind string

// What happens in a workspace.
const (
	MessagePosted  EventKind = "message posted"
	MessageEdited  EventKind = "message edited"
	MessageDeleted EventKind = "message deleted"
	EphemeralShown EventKind = "ephemeral shown"
	NoticeShown    EventKind = "notice shown" // Slack itself tells a person that something failed

	EnvelopeDelivered EventKind = "envelope delivered"
	EnvelopeAcked     EventKind = "envelope acked"
	EnvelopeLost      EventKind = "envelope lost" // its connection died before the ack
	AckIgnored        EventKind = "ack ignored"   // too large, unknown, or on the wrong connection

	ConnectionOpened EventKind = "connection opened"
	ConnectionWarned EventKind = "connection warned" // a disconnect frame was sent
	ConnectionClosed EventKind = "connection closed"
	RateLimited      EventKind = "rate limited"
)

// An Event is one thing that happened. Fields that do not fit the kind are zero.
type Event struct {
	Seq        int // 1, 2, 3 ...
	At         time.Time
	Kind       EventKind
	User       string    // author, or the person it concerns
	TS         string    // of the message
	Message    *Message  // as it was then
	Delivery   *Delivery // of an envelope
	Connection int
	Method     string // of a call that was rate limited
	Detail     string // an error code, a reason
}

// emit records an event and wakes everybody who waits. The caller holds mu.
func (s *Slack) emit(e Event) {
	e.Seq = len(s.log) + 1
	e.At = time.Now()
	s.log = append(s.log, e)
	s.notify()
}

// notify wakes everybody who waits. The caller holds mu.
func (s *Slack) notify() {
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

// wait returns a channel that is closed at the next change. The caller holds mu.
func (s *Slack) wait() <-chan struct{} {
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	return s.changed
}

// Events yields everything that happened since New, in order, and then everything as it
// happens, until ctx ends or s is closed. A slow reader delays nobody and misses nothing.
func (s *Slack) Events(ctx context.Context) iter.Seq[Event] { return s.EventsAfter(ctx, 0) }

// EventsAfter is Events without the events up to and including number seq.
func (s *Slack) EventsAfter(ctx context.Context, seq int) iter.Seq[Event] {
	return func(yield func(Event) bool) {
		for {
			s.mu.Lock()
			fresh := s.log[min(seq, len(s.log)):]
			changed, closed := s.wait(), s.closed
			s.mu.Unlock()
			for _, e := range fresh {
				seq = e.Seq
				if ctx.Err() != nil || !yield(e) {
					return
				}
			}
			if closed && len(fresh) == 0 {
				return
			}
			if len(fresh) > 0 {
				continue
			}
			select {
			case <-changed:
			case <-s.done:
			case <-ctx.Done():
				return
			}
		}
	}
}

// Log returns everything that happened so far.
func (s *Slack) Log() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clip(s.log)
}

// WaitFor blocks until ok(s) is true. It asks after every change and holds no lock while
// it asks, so ok may call every method of s. It returns the cause of ctx, or ErrClosed,
// if that comes first.
func (s *Slack) WaitFor(ctx context.Context, ok func(*Slack) bool) error {
	for {
		s.mu.Lock()
		changed, closed := s.wait(), s.closed
		s.mu.Unlock()
		if ok(s) {
			return nil
		}
		if closed {
			return ErrClosed
		}
		select {
		case <-changed:
		case <-s.done:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// WaitMessage blocks until a message of a channel, not deleted, is as ok wants it, and
// returns it.
func (s *Slack) WaitMessage(ctx context.Context, channel string, ok func(Message) bool) (Message, error) {
	return s.waitIn(ctx, ok, s.Channel(channel).Messages)
}

// WaitEphemeral blocks until an ephemeral message that a person sees is as ok wants it,
// and returns it.
func (s *Slack) WaitEphemeral(ctx context.Context, user string, ok func(Message) bool) (Message, error) {
	return s.waitIn(ctx, ok, func() []Message { return s.Ephemerals(user) })
}

func (s *Slack) waitIn(ctx context.Context, ok func(Message) bool, list func() []Message) (found Message, err error) {
	err = s.WaitFor(ctx, func(*Slack) bool {
		for _, m := range list() {
			if ok(m) {
				found = m
				return true
			}
		}
		return false
	})
	return found, err
}
