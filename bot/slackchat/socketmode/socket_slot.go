package socketmode

import (
	"context"
	"time"

	"github.com/gorilla/websocket"
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
		ws, err := s.open(ctx)
		if err != nil {
			wait, fatal := s.openFailed(ctx, slot, err)
			release() // the other slots look at what a 429 asks for
			switch {
			case fatal != nil:
				return fatal
			case wait > 0:
				pace.limited(time.Now())
			default:
				pace.failed(time.Now())
			}
			continue // which ends if ctx has
		}
		current = s.admit(ws)
		release()
		if current, err = s.settle(ctx, slot, current); err != nil || ctx.Err() != nil {
			return err
		}
		lived := time.Since(current.opened)
		if current.refused() {
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

// admit serves an opened connection, for which room was reserved. Run waits for
// it through the set.
func (s *Sockets) admit(ws *websocket.Conn) *socketConn {
	s.turns.granted()
	conn := newSocketConn(int(s.numbers.Add(1)), ws, s.set, func(c *socketConn, env Envelope) {
		c.lastEnvelope.Store(env.ReceivedAt.UnixNano())
		s.dispatcher.accept(c, env)
	})
	s.set.join(conn)
	go conn.serve()
	return conn
}

// openFailed gives the room of a failed attempt back and tells of it. wait is
// what a 429 asks of every slot; fatal is set when no further attempt can
// succeed.
func (s *Sockets) openFailed(ctx context.Context, slot int, err error) (wait time.Duration, fatal error) {
	s.set.unreserve()
	fault := faultOf(err)
	if ctx.Err() == nil { // or else it failed because Run is ending
		s.set.failed(fault.word)
		s.Events.OpenFailed(fault.word)
		s.Log.WarnContext(ctx, "slack connection failed", "slot", slot, "fault", fault.word, "err", fault.detail)
	}
	if fault.wait > 0 {
		s.turns.retryAfter(time.Now(), fault.wait)
	}
	return fault.wait, fault.fatal
}
