package slackchat

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	// minReopen is the least time between two opens of a slot. Slack ends and
	// refuses connections within milliseconds when something is wrong, and
	// apps.connections.open allows about one call a second.
	minReopen = time.Second
	// maxReopen is the longest wait while connections keep failing.
	maxReopen = time.Minute
	// longLife is the age at which a connection counts as healthy: what ended it
	// was not what it was opened into.
	longLife = time.Minute
	// quickReopens is how many connections of a slot that lived at least
	// minReopen may be followed at once, and quickEvery how soon each is granted
	// again: recycles in quick succession are served, and 4 slots still stay
	// below the 50 calls a minute that apps.connections.open allows.
	quickReopens = 8
	quickEvery   = 7500 * time.Millisecond
	// maxRetryAfter bounds what a 429 may ask: the bot is deaf meanwhile.
	maxRetryAfter = 5 * time.Minute
	// openTurn is how long a slot waits for another one's open call, which may
	// hang, before it makes its own.
	openTurn = 3 * time.Second
)

// reopenPace says when a slot may open its next connection. The zero value
// allows it at once.
type reopenPace struct {
	young  int // attempts and connections in a row that ended early
	after  time.Time
	quick  time.Time                              // when all quickReopens are granted again
	jitter func(upTo time.Duration) time.Duration // nil means random
}

// ended notes the end of a connection.
func (p *reopenPace) ended(now time.Time, lived time.Duration) {
	switch {
	case lived >= longLife:
		p.young = 0
	case lived >= minReopen && p.quick.Sub(now) <= (quickReopens-1)*quickEvery:
		if p.quick.Before(now) {
			p.quick = now
		}
		p.quick = p.quick.Add(quickEvery)
	default:
		p.failed(now)
	}
}

// failed notes an attempt that failed or a connection that ended early. The
// wait doubles each time and is random, so that replicas do not keep in step.
func (p *reopenPace) failed(now time.Time) {
	p.young++
	bound := min(maxReopen, minReopen<<min(p.young, 6))
	jitter := p.jitter
	if jitter == nil {
		jitter = rand.N[time.Duration]
	}
	p.after = now.Add(minReopen + jitter(bound-minReopen))
}

// openTurns spreads the opens of all slots.
type openTurns struct {
	set     *connSet
	stagger time.Duration
	token   chan struct{} // held by the slot that opens

	mu        sync.Mutex
	notBefore time.Time // a 429 is for the app, so for every slot
}

func newOpenTurns(set *connSet, stagger time.Duration) *openTurns {
	return &openTurns{set: set, stagger: stagger, token: make(chan struct{}, 1)}
}

// retryAfter holds every slot back, as a 429 asks.
func (t *openTurns) retryAfter(now time.Time, d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if until := now.Add(min(d, maxRetryAfter)); until.After(t.notBefore) {
		t.notBefore = until
	}
}

// wait returns when a slot may open a connection, and false when ctx ended
// first. release must be called when it is known what came of the open. A
// replacement waits for no other slot: its predecessor will be closed.
func (t *openTurns) wait(ctx context.Context, after time.Time, replacement bool) (release func(), ok bool) {
	release = func() {}
	for turn := replacement; ; {
		if until, early := t.blocked(after, replacement); !until.IsZero() {
			release()
			release, turn = func() {}, replacement
			if !sleepUntil(ctx, until, early) {
				return release, false
			}
			continue // more may have come meanwhile
		}
		if turn {
			return release, ctx.Err() == nil
		}
		if release, turn = t.take(ctx); !turn {
			return release, false
		}
		// Another slot may have been opening: look again at what came of it.
	}
}

// blocked says until when a slot may not open, zero if it may, and what may end
// that early.
func (t *openTurns) blocked(after time.Time, replacement bool) (until time.Time, early <-chan struct{}) {
	t.mu.Lock()
	if t.notBefore.After(after) {
		after = t.notBefore
	}
	t.mu.Unlock()
	if now := time.Now(); after.After(now) {
		return after, nil
	}
	if replacement {
		return time.Time{}, nil
	}
	opened, changed := t.set.living()
	if next := opened.Add(t.stagger); !opened.IsZero() && next.After(time.Now()) {
		return next, changed
	}
	return time.Time{}, nil
}

// take takes the token, or goes without when its holder keeps it too long. It
// reports false when ctx ended first.
func (t *openTurns) take(ctx context.Context) (release func(), ok bool) {
	hung := time.NewTimer(openTurn)
	defer hung.Stop()
	select {
	case t.token <- struct{}{}:
		return func() { <-t.token }, true
	case <-hung.C:
		return func() {}, true
	case <-ctx.Done():
		return func() {}, false
	}
}

// sleepUntil waits for t, or for early to be closed; false means that ctx
// ended first.
func sleepUntil(ctx context.Context, t time.Time, early <-chan struct{}) bool {
	timer := time.NewTimer(time.Until(t))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-early:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}
