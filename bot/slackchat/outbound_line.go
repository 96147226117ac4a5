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

// urgency orders those who wait for the same limit, the most urgent first.
type urgency int

const (
	urgentPress  urgency = iota // a card that somebody waits to press
	urgentEnd                   // how a restore ended
	urgentAlarm                 // that something looks wrong
	urgentNews                  // any other change
	urgentUpdate                // progress: a later one says it better
)

// waiterGone is how long after its time somebody who waits counts as gone.
const waiterGone = 5 * time.Second

// line is one limit of Slack's, and those who wait for it in the order in which
// they will be served. Nobody waits inside: who may not go is told when to ask
// again, and keeps their place until then.
type line struct {
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
	key     string // what is to be sent
	urgency urgency
	due     time.Time // when it was told to ask again
}

func newLine(rate Rate, now time.Time) *line {
	return &line{rate: rate, tokens: float64(rate.Burst), at: now}
}

// ask returns 0 if key may go now, and else when it should ask again.
func (l *line) ask(key string, u urgency, now time.Time) time.Duration {
	l.refill(now)
	l.waiting = slices.DeleteFunc(l.waiting, func(w waiter) bool { return w.key != key && now.Sub(w.due) > waiterGone })
	i := l.place(key, u)
	wait := l.until(i+1, now)
	if wait <= 0 {
		l.take(now)
		l.waiting = slices.Delete(l.waiting, i, i+1)
		return 0
	}
	l.waiting[i].due = now.Add(wait)
	return wait
}

// place finds key among those who wait or puts it there, behind those who are
// as urgent.
func (l *line) place(key string, u urgency) int {
	i := slices.IndexFunc(l.waiting, func(w waiter) bool { return w.key == key })
	if i >= 0 && l.waiting[i].urgency == u {
		return i
	}
	if i >= 0 { // what it says has become more urgent, or less
		l.waiting = slices.Delete(l.waiting, i, i+1)
	}
	i = slices.IndexFunc(l.waiting, func(w waiter) bool { return w.urgency > u })
	if i < 0 {
		i = len(l.waiting)
	}
	l.waiting = slices.Insert(l.waiting, i, waiter{key: key, urgency: u})
	return i
}

// spare takes a token if keep of them are left for others and nobody waits.
func (l *line) spare(keep int, now time.Time) (wait time.Duration) {
	l.refill(now)
	if wait := l.until(len(l.waiting)+keep+1, now); wait > 0 {
		return wait
	}
	l.take(now)
	return 0
}

// take lets one go.
func (l *line) take(now time.Time) {
	l.tokens--
	l.use, l.useAt = l.used(now)+1, now
}

// used is how many went in the last minute, about.
func (l *line) used(now time.Time) float64 {
	return l.use * math.Exp(-now.Sub(l.useAt).Minutes())
}

// until is how long it takes until there are n tokens.
func (l *line) until(n int, now time.Time) (wait time.Duration) {
	if lack := float64(n) - l.tokens; lack > 1e-9 {
		wait = max(time.Duration(lack*float64(l.every())), time.Millisecond)
	}
	return max(wait, l.held.Sub(now))
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

// slow halves the rate: a 429 although it was kept means that another replica,
// or another app's idea of a minute, has a share of the limit. Where not a third
// of the rate was used, half of it would spare Slack nothing, and a card that is
// edited now and then would only keep buttons for longer that do nothing.
func (l *line) slow(now time.Time) {
	if l.used(now) < time.Minute.Seconds()/l.every().Seconds()/3 {
		return
	}
	if l.slowed < slowedMost && now.Sub(l.slowAt) > slowedOnce {
		l.slowed++
		l.tokens = 0
	}
	l.slowAt = now
}

// every is how long one call takes at the rate as it is now.
func (l *line) every() time.Duration { return l.rate.Every << l.slowed }

// hold lets nobody go for a while.
func (l *line) hold(now time.Time, d time.Duration) {
	if until := now.Add(d); until.After(l.held) {
		l.held = until
	}
}

func (l *line) refill(now time.Time) {
	if l.slowed > 0 && now.Sub(l.slowAt) > slowedFor {
		l.slowed, l.slowAt = l.slowed-1, now
	}
	l.tokens = min(float64(l.rate.Burst), l.tokens+float64(now.Sub(l.at))/float64(l.every()))
	l.at = now
}

// idle reports whether forgetting the line would change nothing.
func (l *line) idle(now time.Time) bool {
	l.refill(now)
	return len(l.waiting) == 0 && l.tokens >= float64(l.rate.Burst) && !l.held.After(now)
}
