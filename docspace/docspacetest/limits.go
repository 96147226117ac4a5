package docspacetest

import (
	"net"
	"net/http"
	"strconv"
	"time"
)

// The cloud's limits for each user, and for each address without one.
const (
	mostAMinute = 1500
	mostReads   = 50 // at once
	mostWrites  = 15 // at once
	mostADay    = 10_000
)

// budget is what one user or address has used up.
type budget struct {
	minute        []time.Time // of the last 60 seconds
	reads, writes int         // under way
	day           time.Time   // the first POST or PUT of the window
	daily         int
}

// admit counts a request and returns what to call at its end; nil is that it
// was refused, and answered with 429.
func (p *Portal) admit(x *exchange) func() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick()
	if !p.config.RateLimits || x.op == "" {
		return func() {}
	}
	who, _, _ := net.SplitHostPort(x.r.RemoteAddr)
	if p.identify(x.r).known {
		who = p.ownerID
	}
	b := p.budgets[who]
	if b == nil {
		b = &budget{}
		p.budgets[who] = b
	}
	now := p.tickedAt
	old := 0
	for old < len(b.minute) && now.Sub(b.minute[old]) >= time.Minute {
		old++
	}
	b.minute = b.minute[old:]
	if now.Sub(b.day) >= 24*time.Hour {
		b.day, b.daily = now, 0
	}
	underWay, most := &b.writes, mostWrites
	if x.r.Method == http.MethodGet {
		underWay, most = &b.reads, mostReads
	}
	counted := x.r.Method == http.MethodPost || x.r.Method == http.MethodPut
	switch {
	case len(b.minute) >= mostAMinute:
		x.tooMany(mostAMinute, 0)
		return nil
	case *underWay >= most:
		x.tooMany(most, 0)
		return nil
	case counted && b.daily >= mostADay:
		x.tooMany(mostADay, b.day.Add(24*time.Hour).Sub(now))
		return nil
	}
	b.minute = append(b.minute, now)
	*underWay++
	if counted {
		b.daily++
	}
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		*underWay--
	}
}

// tooMany is the answer to a request too much; only the day's limit tells how
// long to wait.
func (x *exchange) tooMany(limit int, wait time.Duration) {
	x.empty(http.StatusTooManyRequests)
	x.header.Set("X-RateLimit-Limit", strconv.Itoa(limit))
	x.header.Set("X-RateLimit-Remaining", "0")
	if wait > 0 {
		seconds := strconv.Itoa(int((wait + time.Second - 1) / time.Second))
		x.header.Set("Retry-After", seconds)
		x.header.Set("X-RateLimit-Reset", seconds)
	}
}
