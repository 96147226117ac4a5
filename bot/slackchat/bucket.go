package slackchat

import (
	"slices"
	"time"

	"golang.org/x/time/rate"
)

// urgency orders the calls that wait for the same limit, the most urgent first.
type urgency int

const (
	urgentPress  urgency = iota // a card that somebody waits to press
	urgentEnd                   // the end of a restore
	urgentAlarm                 // an alarm
	urgentNews                  // any other change
	urgentUpdate                // progress: the next edit replaces it
)

// waiterGone is how long a waiting call may be late before its place is given away.
const waiterGone = 5 * time.Second

// bucket is one limit of Slack's and the calls that wait for it, in the order in
// which they will be made: [rate.Limiter] orders nobody by urgency. It never blocks: a
// call that has to wait is told when to ask again, and keeps its place until then.
type bucket struct {
	limiter *rate.Limiter
	full    rate.Limit // of the limiter, unless it is slowed
	slowed  time.Time  // when it last was slowed, or that was half taken back
	held    time.Time  // until when Slack wants no call
	waiting []waiter
}

type waiter struct {
	key     string // names the message
	urgency urgency
	due     time.Time // when it was told to ask again
}

func newBucket(every time.Duration, burst int) *bucket {
	return &bucket{limiter: rate.NewLimiter(rate.Every(every), burst), full: rate.Every(every)}
}

// ask returns 0 if key may go now, and else when it should ask again.
func (b *bucket) ask(key string, u urgency, now time.Time) time.Duration {
	b.recover(now)
	b.waiting = slices.DeleteFunc(b.waiting, func(w waiter) bool { return w.key != key && now.Sub(w.due) > waiterGone })
	i := b.place(key, u)
	wait := b.until(i+1, now)
	if wait <= 0 {
		b.limiter.AllowN(now, 1)
		b.waiting = slices.Delete(b.waiting, i, i+1)
		return 0
	}
	b.waiting[i].due = now.Add(wait)
	return wait
}

// place returns the place of key in the queue. A new key goes behind those of the same
// urgency.
func (b *bucket) place(key string, u urgency) int {
	i := slices.IndexFunc(b.waiting, func(w waiter) bool { return w.key == key })
	if i >= 0 && b.waiting[i].urgency == u {
		return i
	}
	if i >= 0 { // its urgency has changed
		b.waiting = slices.Delete(b.waiting, i, i+1)
	}
	i = slices.IndexFunc(b.waiting, func(w waiter) bool { return w.urgency > u })
	if i < 0 {
		i = len(b.waiting)
	}
	b.waiting = slices.Insert(b.waiting, i, waiter{key: key, urgency: u})
	return i
}

// tryTake takes a token if nobody waits and keep tokens stay for others.
func (b *bucket) tryTake(keep int, now time.Time) (wait time.Duration) {
	b.recover(now)
	if wait := b.until(len(b.waiting)+keep+1, now); wait > 0 {
		return wait
	}
	b.limiter.AllowN(now, 1)
	return 0
}

// until returns the time until the bucket has n tokens.
func (b *bucket) until(n int, now time.Time) (wait time.Duration) {
	if lack := float64(n) - b.limiter.TokensAt(now); lack > 1e-9 {
		wait = max(time.Duration(lack*float64(b.every())), time.Millisecond)
	}
	return max(wait, b.held.Sub(now))
}

// every is the time between two calls at the current rate.
func (b *bucket) every() time.Duration {
	return time.Duration(float64(time.Second) / float64(b.limiter.Limit()))
}

const (
	// slowedLeast is the part of the rate that is left however often Slack says 429:
	// four replicas share a limit so.
	slowedLeast = 4
	// slowedFor is after how long without a 429 one halving is taken back.
	slowedFor = 15 * time.Minute
	// slowedOnce keeps 429s that come together from counting more than once.
	slowedOnce = 10 * time.Second
)

// slow halves the rate: a 429 below our own limit means that another replica shares
// it.
func (b *bucket) slow(now time.Time) {
	if now.Sub(b.slowed) > slowedOnce {
		b.limiter.SetLimitAt(now, max(b.limiter.Limit()/2, b.full/slowedLeast))
	}
	b.slowed = now
}

// recover takes back one halving when there was no 429 for long.
func (b *bucket) recover(now time.Time) {
	if b.limiter.Limit() < b.full && now.Sub(b.slowed) > slowedFor {
		b.limiter.SetLimitAt(now, min(b.limiter.Limit()*2, b.full))
		b.slowed = now
	}
}

// hold stops all calls for a while.
func (b *bucket) hold(now time.Time, d time.Duration) {
	if until := now.Add(d); until.After(b.held) {
		b.held = until
	}
}

// idle reports whether forgetting the bucket would change nothing.
func (b *bucket) idle(now time.Time) bool {
	return len(b.waiting) == 0 && b.until(b.limiter.Burst(), now) <= 0
}
