package docspace

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"sync"
	"time"
)

// The server's own limits, which a cloud portal enforces for each user, and for
// each address without one. Staying below them is cheaper than being refused:
// most refusals do not say how long to wait.
const (
	maxReads  = 50     // GETs at once
	maxWrites = 15     // other requests at once
	perSecond = 24     // with burst, at most 1500 in any minute
	burst     = 60     // at once after a pause
	perDay    = 10_000 // POSTs and PUTs

	// longestInLine is more than the bucket and the gate can ask for; a wait beyond
	// is for the next day, and nobody's to sit out in a call.
	longestInLine = time.Minute
)

// errThrottled is a request that would have to wait too long.
var errThrottled = errors.New("waiting for the rate limit")

// throttledError is an errThrottled with the time to wait.
type throttledError struct{ wait time.Duration }

func (e *throttledError) Error() string {
	return fmt.Sprintf("%v for another %s", errThrottled, e.wait.Round(time.Millisecond))
}

func (e *throttledError) Unwrap() error { return errThrottled }

// limits holds back the requests of one client. The zero value is ready.
type limits struct {
	once   sync.Once
	reads  chan struct{}
	writes chan struct{}

	mu      sync.Mutex
	next    time.Time   // time of an empty bucket's next token
	closed  time.Time   // no request before
	spent   time.Time   // no POST or PUT before: the day's are used up
	strikes int         // refusals in a row
	day     []time.Time // times of the POSTs and PUTs of the last 24 hours
}

// daily reports whether the method counts towards the day's limit.
func daily(method string) bool { return method == http.MethodPost || method == http.MethodPut }

// enter waits for a place; leave gives it back. An error is that nothing was
// sent.
func (l *limits) enter(ctx context.Context, c clock, method string) (leave func(), err error) {
	l.once.Do(func() {
		l.reads, l.writes = make(chan struct{}, maxReads), make(chan struct{}, maxWrites)
	})
	places := l.writes
	if method == http.MethodGet {
		places = l.reads
	}
	select {
	case places <- struct{}{}:
	case <-ctx.Done():
		return nil, canceled(ctx)
	}
	leave = func() { <-places }
	patience := time.Duration(math.MaxInt64)
	if deadline, bounded := ctx.Deadline(); bounded {
		patience = time.Until(deadline)
	}
	wait := l.take(method, c.now(), patience)
	if wait > 0 && wait >= patience || wait > longestInLine {
		leave()
		return nil, &throttledError{wait}
	}
	if wait > 0 && c.sleep(ctx, wait) != nil {
		leave()
		return nil, canceled(ctx)
	}
	return leave, nil
}

// take takes a token and returns the time until it counts. It takes none if that is too
// long to wait.
func (l *limits) take(method string, now time.Time, patience time.Duration) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	const each = time.Second / perSecond
	if full := now.Add(-(burst - 1) * each); l.next.Before(full) {
		l.next = full
	}
	wait := max(l.next.Sub(now), l.closed.Sub(now), 0)
	if daily(method) {
		wait = max(wait, l.untilADayAllows(now))
	}
	if wait > 0 && wait >= patience || wait > longestInLine {
		return wait
	}
	l.next = l.next.Add(each)
	if daily(method) {
		l.day = append(l.day, now)
	}
	return wait
}

// untilADayAllows is the wait of the next POST or PUT for the day's limit. The server's
// days begin at an unknown hour: a client within the limit in any 24 hours is within it
// in each of those days.
func (l *limits) untilADayAllows(now time.Time) time.Duration {
	old := 0
	for old < len(l.day) && now.Sub(l.day[old]) >= 24*time.Hour {
		old++
	}
	l.day = l.day[old:]
	wait := l.spent.Sub(now)
	if len(l.day) >= perDay {
		wait = max(wait, l.day[0].Add(24*time.Hour).Sub(now))
	}
	return wait
}

// learn closes the gate for all after a refusal, for longer each time, and
// opens it with the first success. A refusal that asks for hours is the day's
// limit, which stops POSTs and PUTs alone.
func (l *limits) learn(method string, refused bool, asked time.Duration, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !refused {
		l.strikes = 0
		return
	}
	if daily(method) && asked > maxWait {
		l.spent = now.Add(asked)
		return
	}
	own := time.Second << min(l.strikes, 5)
	l.strikes++
	if until := now.Add(min(max(own, asked), maxWait)); until.After(l.closed) {
		l.closed = until
	}
}
