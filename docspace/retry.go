package docspace

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"
)

// maxWait is the longest Retry-After that a GET waits for. For a longer one the
// call fails with it in [Error.RetryAfter], and the caller decides.
const maxWait = 30 * time.Second

// perform sends r, and repeats it where a repetition is safe and may help.
func (c *Client) perform(ctx context.Context, r request) (answer, *Error) {
	var last *Error
	for n := 1; ; n++ {
		if ctx.Err() != nil {
			return answer{}, &Error{Op: r.op, Attempts: n - 1, Err: canceled(ctx), write: r.write(), unsent: n == 1}
		}
		got, fail := c.attempt(ctx, r)
		if fail == nil {
			got.attempts = n
			return got, nil
		}
		if last != nil && errors.Is(fail.Err, errThrottled) {
			return answer{}, last // the server's own words tell more
		}
		if fail.Attempts > 0 {
			fail.Attempts = n
		}
		last = fail
		if n > c.retries() || !r.worthRepeating(fail) {
			return answer{}, fail
		}
		wait := max(sleepFor(n, rand.Float64()), fail.RetryAfter) //nolint:gosec // jitter needs no secrecy
		if wait > maxWait || !fits(ctx, wait) {
			return answer{}, fail
		}
		if c.clock().sleep(ctx, wait) != nil {
			return answer{}, fail.whileCanceled(ctx)
		}
	}
}

// whileCanceled adds to the server's answer that the caller ended the wait.
func (e *Error) whileCanceled(ctx context.Context) *Error {
	e.Err = canceled(ctx)
	return e
}

// fits reports whether the context lives longer than the wait.
func fits(ctx context.Context, wait time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return !ok || time.Until(deadline) > wait
}

// worthRepeating reports whether the same request may succeed the next time. A
// write is never repeated: the server may have performed the first one.
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

// sleepFor is the pause before attempt n+1, n from 1: between a half and all of a
// window that doubles. jitter, from 0 to 1, keeps many clients from coming back at
// the same moment.
func sleepFor(n int, jitter float64) time.Duration {
	const first, longest = 250 * time.Millisecond, 5 * time.Second
	window := min(first<<min(n-1, 10), longest)
	return window/2 + time.Duration(jitter*float64(window)/2)
}
