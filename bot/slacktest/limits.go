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

// rate lets one call through every so often, and burst at once after a silence.
type rate struct {
	every time.Duration
	burst int
}

// rates are Slack's (docs: Rate limits; chat.postMessage). Slack promises "50+ per minute"
// and "occasional bursts" without figures; the bursts here are assumed and on the strict
// side, so a bot that passes has something in hand.
var rates = map[tier]rate{
	perChannel: {time.Second, 4},
	tier2:      {time.Minute / 20, 10},
	tier3:      {time.Minute / 50, 20},
	tier4:      {time.Minute / 100, 40},
}

// bucket is a token bucket.
type bucket struct {
	tokens float64
	at     time.Time
}

// take returns how long to wait, 0 if the call may pass.
func (b *bucket) take(r rate, now time.Time) time.Duration {
	b.tokens = min(float64(r.burst), b.tokens+float64(now.Sub(b.at))/float64(r.every))
	b.at = now
	if b.tokens >= 1-1e-9 { // a whole token, but for float rounding
		b.tokens--
		return 0
	}
	return time.Duration((1 - b.tokens) * float64(r.every))
}

// throttle counts a call and returns how long the caller must wait; 0: not at all.
// The caller holds mu.
func (s *Slack) throttle(req *request, m method) time.Duration {
	rate, limited := rates[m.tier]
	if !limited || s.world.Unlimited {
		return 0
	}
	key := req.method
	if m.tier == perChannel {
		key += " " + req.args["channel"]
	}
	now := time.Now()
	b := s.buckets[key]
	if b == nil {
		b = &bucket{tokens: float64(rate.burst), at: now}
		s.buckets[key] = b
	}
	return b.take(rate, now)
}

// SetUnlimited turns the rate limits off, or on with nothing used of them.
func (s *Slack) SetUnlimited(off bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.Unlimited = off
	clear(s.buckets)
}

func (s *Slack) rateLimited(method string, wait time.Duration) reply {
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
