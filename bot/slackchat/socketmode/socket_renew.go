package socketmode

import (
	"context"
	"time"
)

// Slack ends each connection at about the same age. Those that were opened
// together are therefore moved apart long before: the younger one of two is
// renewed at half the life of a connection, and of more each at its part.
const (
	// A connection counts as living as long as Slack's hello says, some hours,
	// within these bounds: to be half an hour apart is enough.
	minLife, maxLife = 6 * time.Minute, time.Hour
	// renewedQuiet is how long no envelope has come on a connection that another
	// took the place of when we close it: all acks are written by then.
	renewedQuiet = ackUseful
	// renewBelow is how many connections of the app Slack must have counted less
	// than when one more is opened though none was lost; it allows 10.
	renewBelow = 9
)

// settle keeps a slot on its connection, and on those that it is renewed by,
// until the slot needs another one or ctx ends. It returns the connection that
// it had last.
func (s *Sockets) settle(ctx context.Context, slot int, conn *socketConn) (last *socketConn, fatal error) {
	due := s.set.renewal(conn, s.N)
	for {
		var timeout <-chan time.Time // never, while it is zero
		if !due.IsZero() {
			timeout = time.After(time.Until(due))
		}
		select {
		case <-conn.retired:
			return conn, nil
		case <-conn.done:
			return conn, nil
		case <-ctx.Done():
			return conn, nil
		case <-timeout:
		}
		if !s.set.crowded(conn, s.N) {
			due = time.Time{} // the other one is gone meanwhile
			continue
		}
		fresh, err := s.renew(ctx, slot, conn)
		switch {
		case err != nil:
			return conn, err
		case fresh != nil:
			conn = fresh
			due = s.set.renewal(conn, s.N)
		default:
			due = time.Now().Add(s.set.apart(s.N))
		}
	}
}

// renew opens another connection in the place of one that is in use. Until the
// new one is greeted the old one stays what it was, so an attempt that fails
// costs nothing; nil means that it did.
func (s *Sockets) renew(ctx context.Context, slot int, old *socketConn) (fresh *socketConn, fatal error) {
	if s.turns.held(time.Now()) || !s.set.reserveSpare() {
		return nil, nil //nolint:nilnil // the caller tries again later
	}
	defer s.set.renewed()
	ws, err := s.open(ctx)
	if err != nil {
		_, fatal = s.openFailed(ctx, slot, err)
		return nil, fatal
	}
	fresh = s.admit(ws)
	for !fresh.is(connInUse) {
		_, _, changed := s.set.living()
		if fresh.is(connInUse) {
			break
		}
		select {
		case <-changed:
		case <-old.retired: // then it is a replacement like any other
			return fresh, nil
		case <-old.done:
			return fresh, nil
		case <-fresh.retired: // before its hello: no better than the old one
			return nil, nil //nolint:nilnil // as above
		case <-fresh.done:
			return nil, nil //nolint:nilnil // as above
		case <-ctx.Done():
			return nil, nil //nolint:nilnil // Run closes both
		}
	}
	s.Log.InfoContext(ctx, "slack connection renewed, so that not all are recycled at once",
		"connection", old.number, "by", fresh.number)
	old.replaced()
	return fresh, nil
}

// replaced retires a connection that another took the place of: it is read
// until nothing comes on it any more, and then closed.
func (c *socketConn) replaced() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.phase >= connRetiring {
		return
	}
	c.retiredAt = time.Now()
	c.end(connRetiring, endRenewed)
	c.kill(renewedQuiet, c.closeQuiet)
	close(c.retired)
}

// closeQuiet closes a replaced connection once it is quiet. Where it never is,
// Slack recycles it one day.
func (c *socketConn) closeQuiet() {
	c.mu.Lock()
	wait := renewedQuiet - time.Since(time.Unix(0, c.lastEnvelope.Load()))
	if wait > 0 && c.phase == connRetiring {
		c.kill(wait, c.closeQuiet)
		c.mu.Unlock()
		return
	}
	c.mu.Unlock()
	c.close(endRenewed)
}

// apart is how far the ages of n connections should be from each other. The
// times of Slack's recycles are not exact, so it is half of what it could be.
func (s *connSet) apart(n int) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.part(n) / 2
}

// part is the nth part of a connection's life. The lock is held.
func (s *connSet) part(n int) time.Duration {
	life := s.life
	if life <= 0 {
		life = maxLife
	}
	return min(max(life, minLife), maxLife) / time.Duration(n)
}

// crowded reports whether another of n connections is too near in age.
func (s *connSet) crowded(c *socketConn, n int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.near(c, n) > 0
}

// near is how many others that stay are too near in age. The lock is held.
func (s *connSet) near(c *socketConn, n int) int {
	return s.count(func(other *socketConn) bool {
		return other != c && !other.leaving() && c.opened.Sub(other.opened).Abs() < s.part(n)/2
	})
}

// renewal is when the newest of n connections is to be renewed, zero if its age
// is its own.
func (s *connSet) renewal(newest *socketConn, n int) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	near := s.near(newest, n)
	if near == 0 {
		return time.Time{}
	}
	return newest.opened.Add(time.Duration(near) * s.part(n))
}

// reserveSpare is reserve for a connection that is not needed yet: it waits for
// nothing, and leaves room to replace all. renewed must follow as well.
func (s *connSet) reserveSpare() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.renewing > 0 || s.opening > 0 || s.counted >= renewBelow || s.count((*socketConn).leaving) > 0 {
		return false
	}
	s.opening++
	s.renewing++
	return true
}

// renewed ends what reserveSpare began.
func (s *connSet) renewed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.renewing--
}
