package slackchat

import (
	"context"
	"time"
)

// hold keeps one slot connected until ctx ends. It returns a [*FatalError] or
// nil. Connections that it leaves behind are closed by Run.
func (s *Sockets) hold(ctx context.Context, slot int) error {
	var pace reopenPace
	var current *socketConn
	for {
		replacement := current != nil && current.is(connRetiring)
		release, ok := s.turns.wait(ctx, pace.after, replacement)
		if !ok {
			return nil // and with ctx every other slot ends: nobody needs the turn
		}
		if !s.set.reserve(ctx) {
			return nil
		}
		ws, wire, err := s.open(ctx)
		if err != nil {
			s.set.unreserve()
			wait, fatal := s.openFailed(ctx, slot, err)
			s.turns.retryAfter(time.Now(), wait)
			release() // the other slots look at retryAfter
			if fatal != nil {
				return fatal
			}
			pace.failed(time.Now())
			continue // which ends if ctx has
		}
		current = newSocketConn(int(s.numbers.Add(1)), ws, wire, s.set, s.dispatcher.accept)
		s.set.join(current)
		release()
		go current.serve() // Run waits for it through the set

		refused := false
		select {
		case <-current.retired:
		case <-current.done:
			refused = current.refused()
		case <-ctx.Done():
			return nil
		}
		lived := time.Since(current.opened)
		if refused {
			pace.failed(time.Now())
		} else {
			pace.ended(time.Now(), lived)
		}
		if wait := time.Until(pace.after); wait > 0 {
			s.Log.InfoContext(ctx, "slack connection was short", "connection", current.number,
				"lived", lived.Round(time.Millisecond), "next_in", wait.Round(time.Millisecond))
		}
	}
}

// openFailed tells of a failed attempt. wait is what a 429 asks for; fatal is
// set when no further attempt can succeed.
func (s *Sockets) openFailed(ctx context.Context, slot int, err error) (wait time.Duration, fatal error) {
	fault := faultOf(err)
	if ctx.Err() == nil { // or else it failed because Run is ending
		s.set.failed(fault.word)
		s.Events.OpenFailed(fault.word)
		s.Log.WarnContext(ctx, "slack connection failed", "slot", slot, "fault", fault.word, "error", fault.detail)
	}
	return fault.wait, fault.fatal
}
