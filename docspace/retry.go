package docspace

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"
)

// maxWait is the longest that a GET sits out a Retry-After by itself; a longer
// one is the caller's to decide.
const maxWait = 30 * time.Second

// perform sends r, and again where that is safe and may help. It returns the
// body and how often the request was sent.
func (c *Client) perform(ctx context.Context, r request) ([]byte, int, *Error) {
	var last *Error
	for n := 1; ; n++ {
		if ctx.Err() != nil {
			return nil, n - 1, &Error{Op: r.op, Attempts: n - 1, Err: canceled(ctx), write: r.write(), unsent: n == 1}
		}
		body, fail := c.attempt(ctx, r)
		if fail == nil {
			return body, n, nil
		}
		if last != nil && errors.Is(fail.Err, errThrottled) {
			return nil, n - 1, last // what the server said is worth more
		}
		if fail.Attempts > 0 {
			fail.Attempts = n
		}
		last = fail
		if n > c.retries() || !r.worthRepeating(fail) {
			return nil, n, fail
		}
		wait := max(sleepFor(n, rand.Float64()), fail.RetryAfter) //nolint:gosec // jitter needs no secrecy
		if wait > maxWait || !fits(ctx, wait) {
			return nil, n, fail
		}
		if c.clock().sleep(ctx, wait) != nil {
			return nil, n, fail.whileCanceled(ctx)
		}
	}
}

// whileCanceled keeps what the server said and adds that the wait was ended.
func (e *Error) whileCanceled(ctx context.Context) *Error {
	e.Err = canceled(ctx)
	return e
}

// fits reports whether the context lives longer than the wait.
func fits(ctx context.Context, wait time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return !ok || time.Until(deadline) > wait
}

// worthRepeating reports whether the same request may do better. Writes never
// are: nobody knows what became of the first one.
func (r request) worthRepeating(e *Error) bool {
	if r.write() || errors.Is(e.Err, errInvalid) || errors.Is(e.Err, errCanceled) || errors.Is(e.Err, errThrottled) {
		return false
	}
	if r.once {
		return e.unsent || e.Status == http.StatusTooManyRequests
	}
	if e.cut {
		return true
	}
	switch e.Status {
	case 0, http.StatusRequestTimeout, http.StatusTooManyRequests,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}
