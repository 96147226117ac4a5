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

// The limits of a cloud portal for one user, or for one address without a user. The
// client stays below them, because most refusals do not say how long to wait.
const (
	maxReads  = 50     // GETs at once
	maxWrites = 15     // other requests at once
	perSecond = 24     // with burst, at most 1500 in any minute
	burst     = 60     // at once after a pause
	perDay    = 10_000 // POSTs and PUTs

	// longestInLine bounds the wait of a call. The bucket and the gate ask for less;
	// only the limit of a day asks for more, and then the call fails.
	longestInLine = time.Minute
)

// errThrottled means that a request would have to wait too long.
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
	next    time.Time   // when the bucket's next token is due
	closed  time.Time   // the gate: no request before it
	spent   time.Time   // no POST or PUT before it: the server refused more for the day
	strikes int         // refusals in a row
	day     []time.Time // the POSTs and PUTs of the last 24 hours
}

// daily reports whether the method counts towards the day's limit.
func daily(method string) bool { return method == http.MethodPost || method == http.MethodPut }

// enter waits until a request may be sent. The caller calls leave when it is
// answered. After an error nothing must be sent.
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

// take takes a token and returns the wait until the request may be sent. It takes
// none if the wait is longer than patience or longestInLine.
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

// untilADayAllows is the wait of the next POST or PUT for the limit of a day. The
// client counts any 24 hours, because the server's days begin at an unknown hour.
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

// learn closes the gate for all requests after a 429, for longer each time in a row.
// A 429 to a POST or PUT that asks for more than maxWait is the limit of a day; it
// stops POSTs and PUTs alone.
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
