package socketmode

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
	// freeLimits is how many 429s in a row are followed as soon as they ask:
	// a bot with one connection left needs another.
	freeLimits = 5
	// maxRetryAfter bounds what a 429 may ask: the bot is deaf meanwhile.
	maxRetryAfter = 5 * time.Minute
	// openTurn is how long a slot waits for another one's open call or hello,
	// which may hang, before it opens its own.
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
	p.after = now.Add(minReopen + p.upTo(bound-minReopen))
}

// limited notes an attempt that Slack answered with 429 and the time to come
// back, to which [openTurns] holds every slot. It is no failure of this one.
func (p *reopenPace) limited(now time.Time) {
	p.after = now.Add(minReopen + p.upTo(minReopen/2))
}

// upTo is a random time.
func (p *reopenPace) upTo(bound time.Duration) time.Duration {
	if p.jitter != nil {
		return p.jitter(bound)
	}
	return rand.N(bound) //nolint:gosec // spreads load, guards nothing
}

// openTurns spreads the opens of all slots.
type openTurns struct {
	set     *connSet
	stagger time.Duration
	token   chan struct{} // held by the slot that opens

	mu        sync.Mutex
	notBefore time.Time // a 429 is for the app, so for every slot
	limits    int       // such answers in a row
}

func newOpenTurns(set *connSet, stagger time.Duration) *openTurns {
	return &openTurns{set: set, stagger: stagger, token: make(chan struct{}, 1)}
}

// retryAfter holds every slot back, as a 429 asks; and longer where Slack goes
// on to refuse: each wait after freeLimits is twice the one before, up to 32 s.
func (t *openTurns) retryAfter(now time.Time, d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !now.Before(t.notBefore) { // or else it is an answer to the same crowd
		t.limits++
	}
	d = max(d, minReopen<<min(5, max(0, t.limits-freeLimits)))
	if until := now.Add(min(d, maxRetryAfter)); until.After(t.notBefore) {
		t.notBefore = until
	}
}

// granted notes that Slack gave a connection.
func (t *openTurns) granted() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.limits = 0
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
	opened, hello, changed := t.set.living()
	if opened.IsZero() || t.stagger < 0 {
		return time.Time{}, nil
	}
	next := hello.Add(t.stagger)
	if hello.Before(opened) {
		next = opened.Add(openTurn)
	}
	if next.After(time.Now()) {
		return next, changed
	}
	return time.Time{}, nil
}

// held reports whether a 429 still holds every slot back.
func (t *openTurns) held(now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.notBefore.After(now)
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
