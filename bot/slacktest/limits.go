package slacktest

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// tier is a rate limit class of the Web API (docs: Rate limits).
type tier int

const (
	special    tier = iota // "varying": no limit here
	perChannel             // one message a second and channel
	tier2
	tier3
	tier4
)

// A Rate lets one call through every Every, and Burst at once after a silence.
type Rate struct {
	Every time.Duration
	Burst int
	Off   bool
}

// Limits are the rates of the Web API. A zero Rate is Slack's.
//
// Slack promises "50+ per minute" and "occasional bursts" without figures; the bursts here
// are assumed and on the strict side, so a bot that passes has something in hand.
// The limit of several hundred messages a minute and workspace is not modeled.
type Limits struct {
	PostMessage Rate // for each channel; 1 a second, bursts of 4
	Tier2       Rate // for each method; 20 a minute, bursts of 10
	Tier3       Rate // for each method; 50 a minute, bursts of 20
	Tier4       Rate // for each method; 100 a minute, bursts of 40
}

// Unlimited turns every rate limit off.
func Unlimited() Limits {
	off := Rate{Off: true}
	return Limits{PostMessage: off, Tier2: off, Tier3: off, Tier4: off}
}

// defaultRates are Slack's (docs: Rate limits; chat.postMessage).
var defaultRates = map[tier]Rate{
	perChannel: {Every: time.Second, Burst: 4},
	tier2:      {Every: time.Minute / 20, Burst: 10},
	tier3:      {Every: time.Minute / 50, Burst: 20},
	tier4:      {Every: time.Minute / 100, Burst: 40},
}

func (l Limits) rate(t tier) Rate {
	var r Rate
	switch t {
	case perChannel:
		r = l.PostMessage
	case tier2:
		r = l.Tier2
	case tier3:
		r = l.Tier3
	case tier4:
		r = l.Tier4
	case special:
		return Rate{Off: true}
	}
	if r == (Rate{}) {
		r = defaultRates[t]
	}
	return r
}

// bucket is a token bucket.
type bucket struct {
	tokens float64
	at     time.Time
}

// take returns how long to wait, 0 if the call may pass.
func (b *bucket) take(r Rate, now time.Time) time.Duration {
	b.tokens = min(max(1, float64(r.Burst)), b.tokens+float64(now.Sub(b.at))/float64(r.Every))
	b.at = now
	if b.tokens >= 1-1e-9 { // a whole token, but for float rounding
		b.tokens--
		return 0
	}
	return time.Duration((1 - b.tokens) * float64(r.Every))
}

// throttle counts a call and returns how long the caller must wait; 0: not at all.
// The caller holds mu.
func (s *Slack) throttle(req *request, m method) time.Duration {
	rate := s.world.Limits.rate(m.tier)
	if rate.Off {
		return 0
	}
	key := req.method
	if m.tier == perChannel {
		key += " " + req.args["channel"]
	}
	now := time.Now()
	b := s.buckets[key]
	if b == nil {
		b = &bucket{tokens: max(1, float64(rate.Burst)), at: now}
		s.buckets[key] = b
	}
	return b.take(rate, now)
}

// SetLimits replaces the rate limits and forgets what was used of the old ones.
func (s *Slack) SetLimits(l Limits) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.Limits = l
	clear(s.buckets)
}

func (s *Slack) rateLimited(method string, wait time.Duration) reply {
	s.stats.RateLimited[method]++
	s.emit(Event{Kind: RateLimited, Method: method, Detail: seconds(wait) + " s"})
	return reply{
		status:     http.StatusTooManyRequests,
		retryAfter: wait,
		body:       Object{"ok": false, "error": "ratelimited"},
	}
}

// seconds is a Retry-After: whole seconds, at least one.
func seconds(d time.Duration) string {
	return strconv.Itoa(max(1, int(math.Ceil(d.Seconds()))))
}
