package slackchat

import (
	"math"
	"slices"
	"time"
)

// Rate lets Burst calls through after a silence and then one every Every.
type Rate struct {
	Every time.Duration
	Burst int
}

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
// which they will be made. It never blocks: a call that has to wait is told when to
// ask again, and keeps its place until then.
//
// [golang.org/x/time/rate] orders no waiters, keeps no tokens for the more urgent and
// does not slow down when others use the limit too.
type bucket struct {
	rate    Rate
	tokens  float64
	at      time.Time // when tokens was right
	held    time.Time // until when Slack wants no call, whatever the tokens
	slowed  int       // how often the rate is halved: others use the limit too
	slowAt  time.Time // when it last was
	use     float64   // calls in the last minute, about: each counts less as it ages
	useAt   time.Time // when use was right
	waiting []waiter
}

type waiter struct {
	key     string // names the message
	urgency urgency
	due     time.Time // when it was told to ask again
}

func newBucket(rate Rate, now time.Time) *bucket {
	return &bucket{rate: rate, tokens: float64(rate.Burst), at: now}
}

// ask returns 0 if key may go now, and else when it should ask again.
func (b *bucket) ask(key string, u urgency, now time.Time) time.Duration {
	b.refill(now)
	b.waiting = slices.DeleteFunc(b.waiting, func(w waiter) bool { return w.key != key && now.Sub(w.due) > waiterGone })
	i := b.place(key, u)
	wait := b.until(i+1, now)
	if wait <= 0 {
		b.take(now)
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
	b.refill(now)
	if wait := b.until(len(b.waiting)+keep+1, now); wait > 0 {
		return wait
	}
	b.take(now)
	return 0
}

// take takes a token.
func (b *bucket) take(now time.Time) {
	b.tokens--
	b.use, b.useAt = b.used(now)+1, now
}

// used estimates the calls of the last minute.
func (b *bucket) used(now time.Time) float64 {
	return b.use * math.Exp(-now.Sub(b.useAt).Minutes())
}

// until returns the time until the bucket has n tokens.
func (b *bucket) until(n int, now time.Time) (wait time.Duration) {
	if lack := float64(n) - b.tokens; lack > 1e-9 {
		wait = max(time.Duration(lack*float64(b.every())), time.Millisecond)
	}
	return max(wait, b.held.Sub(now))
}

const (
	// slowedMost bounds how often a rate is halved: a quarter is left, which lets
	// four replicas share a limit, and ten cards a minute lose their buttons even
	// where 429s go on. slowedFor is after how long without a 429 one halving is
	// taken back.
	slowedMost = 2
	slowedFor  = 15 * time.Minute
	// slowedOnce keeps 429s that come together from counting more than once.
	slowedOnce = 10 * time.Second
)

// slow halves the rate. A 429 below our own limit means that another replica shares
// it. Where less than a third of the rate was used, halving would help nobody: a
// card that is edited now and then would only keep its dead buttons for longer.
func (b *bucket) slow(now time.Time) {
	if b.used(now) < time.Minute.Seconds()/b.every().Seconds()/3 {
		return
	}
	if b.slowed < slowedMost && now.Sub(b.slowAt) > slowedOnce {
		b.slowed++
		b.tokens = 0
	}
	b.slowAt = now
}

// every is the time between two calls at the current rate.
func (b *bucket) every() time.Duration { return b.rate.Every << b.slowed }

// hold stops all calls for a while.
func (b *bucket) hold(now time.Time, d time.Duration) {
	if until := now.Add(d); until.After(b.held) {
		b.held = until
	}
}

func (b *bucket) refill(now time.Time) {
	if b.slowed > 0 && now.Sub(b.slowAt) > slowedFor {
		b.slowed, b.slowAt = b.slowed-1, now
	}
	b.tokens = min(float64(b.rate.Burst), b.tokens+float64(now.Sub(b.at))/float64(b.every()))
	b.at = now
}

// idle reports whether forgetting the bucket would change nothing.
func (b *bucket) idle(now time.Time) bool {
	b.refill(now)
	return len(b.waiting) == 0 && b.tokens >= float64(b.rate.Burst) && !b.held.After(now)
}
