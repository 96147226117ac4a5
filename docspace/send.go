package docspace

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// envelope is what every JSON answer is wrapped in. An absent response and a
// null one are the same: there is nothing.
type envelope[T any] struct {
	Response *T `json:"response"`
}

// call performs r and decodes the response; false is an answer without one.
func call[T any](ctx context.Context, c *Client, r request) (T, bool, error) {
	var none T
	body, attempts, failed := c.perform(ctx, r)
	if failed != nil {
		return none, false, failed
	}
	var e envelope[T]
	err := json.Unmarshal(body, &e)
	if err == nil && e.Response == nil && r.needed {
		err = errNothing
	}
	if err != nil {
		return none, false, &Error{
			Op: r.op, Status: http.StatusOK, Attempts: attempts, write: r.write(),
			Err: fmt.Errorf("%w: %w", errUnreadable, c.scrubbed(err)),
		}
	}
	if e.Response == nil {
		return none, false, nil
	}
	return *e.Response, true, nil
}

// required is for the operations that always answer something.
func required[T any](ctx context.Context, c *Client, r request) (T, error) {
	r.needed = true
	v, _, err := call[T](ctx, c, r)
	return v, err
}

// attempt sends r once, when the limits let it.
func (c *Client) attempt(ctx context.Context, r request) ([]byte, *Error) {
	leave, err := c.limits.enter(ctx, c.clock(), r.method)
	if err != nil {
		fail := &Error{Op: r.op, Err: err, write: r.write(), unsent: true}
		if throttled, ok := errors.AsType[*throttledError](err); ok {
			fail.RetryAfter = throttled.wait
		}
		return nil, fail
	}
	defer leave()
	body, fail := c.exchange(ctx, r)
	if fail == nil || fail.Status != 0 {
		refused := fail != nil && fail.Status == http.StatusTooManyRequests
		var asked time.Duration
		if refused {
			asked = fail.RetryAfter
		}
		c.limits.learn(r.method, refused, asked, c.clock().now())
	}
	return body, fail
}

// exchange sends r and reads the whole answer.
func (c *Client) exchange(ctx context.Context, r request) ([]byte, *Error) {
	limit := c.timeout()
	bounded, cancel := context.WithCancel(ctx)
	if limit > 0 {
		bounded, cancel = context.WithTimeoutCause(ctx, limit,
			fmt.Errorf("no answer within %s: %w", limit, context.DeadlineExceeded))
	}
	defer cancel()

	var wire wire
	req, bad := c.build(httptrace.WithClientTrace(bounded, wire.trace()), r)
	if bad != nil {
		return nil, bad
	}
	resp, err := c.follow(req, r)
	if err != nil {
		return nil, c.unanswered(ctx, bounded, r, err, wire.untouched(err))
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, MaxBody+1))
	fail := &Error{Op: r.op, Attempts: 1, write: r.write()}
	switch {
	case resp.StatusCode >= 300:
		// Even half a body has a status.
		fail.describe(resp.StatusCode, resp.Header, body[:min(len(body), MaxBody)], c.clock().now())
		if to := resp.Header.Get("Location"); resp.StatusCode < 400 && to != "" {
			fail.Message = oneLine("redirected to " + elsewhere(to))
		}
	case err != nil:
		fail = c.unanswered(ctx, bounded, r, err, false)
		fail.Status, fail.cut = resp.StatusCode, true
	case len(body) > MaxBody:
		fail.Status, fail.Err = resp.StatusCode, errTooLong
	case r.page:
		return body, nil
	case rejected(body):
		fail.describe(resp.StatusCode, resp.Header, body, c.clock().now())
		if fail.Proxy {
			fail.Message = "a page instead of an answer"
		}
	default:
		return body, nil
	}
	fail.Message = c.scrub(fail.Message)
	return nil, fail
}

// rejected reports whether a 2xx is no success after all: the server does not
// always respect HTTP status codes, and a proxy may serve its own page.
func rejected(body []byte) bool {
	text := strings.TrimSpace(string(body[:min(len(body), 512)]))
	if text == "" || text[0] != '{' {
		return text != "" // nothing at all is left to the decoder
	}
	var probe struct {
		Error json.RawMessage `json:"error"`
	}
	return json.Unmarshal(body, &probe) == nil && present(probe.Error)
}

// follow sends the request; only a page follows redirects, within its host and
// without a credential.
func (c *Client) follow(req *http.Request, r request) (*http.Response, error) {
	const most = 5
	hc := c.sender()
	for hop := 0; ; hop++ {
		resp, err := hc.Do(req)
		if err != nil || !r.page || resp.StatusCode < 300 || resp.StatusCode >= 400 {
			return resp, err
		}
		to, err := resp.Location()
		if err != nil || hop == most || to.Hostname() != req.URL.Hostname() {
			return resp, nil //nolint:nilerr // the redirect itself is the answer then
		}
		_ = resp.Body.Close()
		next := req.Clone(req.Context())
		next.URL, next.Host = to, ""
		req = next
	}
}

// unanswered is the error of a request whose answer did not come, or not whole.
func (c *Client) unanswered(ctx, bounded context.Context, r request, err error, unsent bool) *Error {
	// A url.Error repeats the URL; what it wraps says enough.
	var wrapped *url.Error
	for errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	switch {
	case ctx.Err() != nil:
		err = canceled(ctx)
	case bounded.Err() != nil:
		err = context.Cause(bounded)
	default:
		err = c.scrubbed(err)
	}
	return &Error{Op: r.op, Attempts: 1, Err: err, write: r.write(), unsent: unsent}
}

// canceled is the end of the caller's context, with its cause.
func canceled(ctx context.Context) error {
	cause := context.Cause(ctx)
	if cause == nil {
		return errCanceled // the caller's own Sleep gave up
	}
	if errors.Is(cause, ctx.Err()) {
		return fmt.Errorf("%w: %w", errCanceled, cause)
	}
	return fmt.Errorf("%w: %w: %w", errCanceled, ctx.Err(), cause)
}

// scrub is the last defense for a server that repeats the key, with its scheme
// or without.
func (c *Client) scrub(s string) string {
	key := strings.TrimSpace(c.Key.Reveal())
	_, bare, _ := strings.Cut(key, " ")
	for _, secret := range []string{key, strings.TrimSpace(bare)} {
		if len(secret) >= 8 { // shorter is no key, and not safely replaced
			s = strings.ReplaceAll(s, secret, redacted)
		}
	}
	return s
}

// scrubbed is err, or its mere text without the key if the text repeats it.
func (c *Client) scrubbed(err error) error {
	text := err.Error()
	if clean := c.scrub(text); clean != text {
		return errors.New(clean)
	}
	return err
}

// wire watches whether a request can have reached anybody.
type wire struct {
	asked atomic.Bool // the transport is one that reports
	got   atomic.Bool // a connection was there to write on
}

func (w *wire) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { w.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { w.got.Store(true) },
	}
}

// untouched reports whether certainly no byte was sent. A transport that does
// not report gets the benefit of the doubt only for a failed dial.
func (w *wire) untouched(err error) bool {
	if w.got.Load() {
		return false
	}
	var dial *net.OpError
	return w.asked.Load() || errors.As(err, &dial) && dial.Op == "dial"
}

// sleepFor is how long to wait before attempt n+1, n from 1: a doubling window
// with jitter, so that many clients do not come back together.
func sleepFor(n int, jitter float64) time.Duration {
	const first, longest = 250 * time.Millisecond, 5 * time.Second
	window := min(first<<min(n-1, 10), longest)
	return window/2 + time.Duration(jitter*float64(window)/2)
}
