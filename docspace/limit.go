package docspace

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// The server's own limits, which a cloud portal enforces for each user, and for
// each address without one. Staying below them is cheaper than being refused:
// most refusals do not say how long to wait.
const (
	maxReads  = 50 // GETs at once
	maxWrites = 15 // other requests at once
	perSecond = 24 // with burst, at most 1500 in any minute
	burst     = 60
)

// errThrottled is a request that would have had to wait longer than it may.
var errThrottled = errors.New("waiting for the rate limit")

// limits holds back the requests of one client. The zero value is ready.
type limits struct {
	once   sync.Once
	reads  chan struct{}
	writes chan struct{}

	mu      sync.Mutex
	next    time.Time // when the bucket has its next token, were it empty
	closed  time.Time // nobody goes before
	strikes int       // refusals in a row
}

// enter waits for a place; leave gives it back. An error is that nothing was
// sent.
func (l *limits) enter(ctx context.Context, write bool) (leave func(), err error) {
	l.once.Do(func() {
		l.reads, l.writes = make(chan struct{}, maxReads), make(chan struct{}, maxWrites)
	})
	places := l.reads
	if write {
		places = l.writes
	}
	select {
	case places <- struct{}{}:
	case <-ctx.Done():
		return nil, canceled(ctx)
	}
	leave = func() { <-places }
	if wait := l.take(time.Now()); wait > 0 {
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= wait {
			leave()
			return nil, fmt.Errorf("%w for another %s", errThrottled, wait.Round(time.Millisecond))
		}
		if pause(ctx, wait) != nil {
			leave()
			return nil, canceled(ctx)
		}
	}
	return leave, nil
}

// take takes a token and says how long to wait before it counts.
func (l *limits) take(now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	const each = time.Second / perSecond
	if full := now.Add(-(burst - 1) * each); l.next.Before(full) {
		l.next = full
	}
	wait := max(l.next.Sub(now), l.closed.Sub(now), 0)
	l.next = l.next.Add(each)
	return wait
}

// learn closes the gate for all after a refusal, for longer each time, and
// opens it with the first success.
func (l *limits) learn(refused bool, asked time.Duration, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !refused {
		l.strikes = 0
		return
	}
	own := time.Second << min(l.strikes, 5)
	l.strikes++
	if until := now.Add(min(max(own, asked), maxWait)); until.After(l.closed) {
		l.closed = until
	}
}
