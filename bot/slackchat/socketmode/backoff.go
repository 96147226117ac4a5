package socketmode

import (
	"math/rand/v2"
	"time"

	"golang.org/x/time/rate"
)

const (
	// minReopen is the least time between two opens of a slot. Slack ends and
	// refuses connections within milliseconds when something is wrong.
	minReopen = time.Second
	// maxReopen is the longest wait while connections keep failing.
	maxReopen = time.Minute
	// longLife is the age at which a connection counts as healthy.
	longLife = time.Minute
	// freeReopens is how many connections of a slot that lived at least minReopen
	// may be followed at once, and freeEvery how soon each is granted again.
	// Recycles in quick succession are served, and 4 slots stay below the 50 calls
	// a minute that apps.connections.open allows.
	freeReopens = 8
	freeEvery   = 7500 * time.Millisecond
	// freeLimits is how many 429s in a row are followed as soon as they ask: a bot
	// with one connection left needs another.
	freeLimits = 5
	// maxRetryAfter bounds the wait that a 429 may ask for: nothing is heard
	// meanwhile.
	maxRetryAfter = 5 * time.Minute
)

// backoff says when a slot may open its next connection.
type backoff struct {
	failures int // attempts and connections in a row that ended early
	after    time.Time
	free     *rate.Limiter
}

func newBackoff() *backoff {
	return &backoff{free: rate.NewLimiter(rate.Every(freeEvery), freeReopens)}
}

// ended notes the end of a connection; one that was refused has lived for 0.
func (b *backoff) ended(now time.Time, lived time.Duration) {
	switch {
	case lived >= longLife:
		b.failures = 0
	case lived >= minReopen && b.free.AllowN(now, 1):
		b.failures = max(0, b.failures-1)
	default:
		b.failed(now)
	}
}

// failed notes a failed attempt. The wait doubles each time and is random, so that
// replicas do not keep in step.
func (b *backoff) failed(now time.Time) {
	b.failures++
	random := min(maxReopen-minReopen, minReopen/4<<min(b.failures, 10))
	b.after = now.Add(minReopen + rand.N(random)) //nolint:gosec // spreads load, guards nothing
}

// limited notes a 429, which itself says when to come back: see [pool.holdAll].
func (b *backoff) limited(now time.Time) {
	b.after = now.Add(minReopen + rand.N(minReopen/2)) //nolint:gosec // spreads load, guards nothing
}
