package docspace

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"time"
)

// answer is a success, as far as HTTP can tell.
type answer struct {
	status   int
	body     []byte
	attempts int
}

// attempt sends r once, when the limits let it.
func (c *Client) attempt(ctx context.Context, r request) (answer, *Error) {
	leave, err := c.limits.enter(ctx, c.clock(), r.method)
	if err != nil {
		fail := &Error{Op: r.op, Err: err, write: r.write(), unsent: true}
		if throttled, ok := errors.AsType[*throttledError](err); ok {
			fail.RetryAfter = throttled.wait
		}
		return answer{}, fail
	}
	defer leave()
	got, fail := c.exchange(ctx, r)
	if fail == nil || fail.Status != 0 {
		refused := fail != nil && fail.Status == http.StatusTooManyRequests
		var asked time.Duration
		if refused {
			asked = fail.RetryAfter
		}
		c.limits.learn(r.method, refused, asked, c.clock().now())
	}
	return got, fail
}

// exchange sends r and reads the whole answer.
func (c *Client) exchange(ctx context.Context, r request) (answer, *Error) {
	limit := cmp.Or(r.within, c.timeout())
	bounded, cancel := context.WithCancel(ctx)
	if limit > 0 {
		bounded, cancel = context.WithTimeoutCause(ctx, limit,
			fmt.Errorf("no answer within %s: %w", limit, context.DeadlineExceeded))
	}
	defer cancel()

	var wire wire
	req, bad := c.build(httptrace.WithClientTrace(bounded, wire.trace()), r)
	if bad != nil {
		return answer{}, bad
	}
	asked := c.clock().now()
	resp, err := c.follow(req, r)
	if err == nil {
		c.skew.learn(resp.Header, asked, c.clock().now())
	}
	if err != nil {
		return answer{}, c.unanswered(ctx, bounded, r, err, wire.untouched(err))
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, r.most()+1))
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
	case int64(len(body)) > r.most():
		fail.Status, fail.Err = resp.StatusCode, fmt.Errorf("%w than %d bytes", errTooLong, r.most())
	case r.page:
		return answer{status: resp.StatusCode, body: body}, nil
	case rejected(body):
		fail.describe(resp.StatusCode, resp.Header, body, c.clock().now())
		if fail.Proxy {
			fail.Message = "a page instead of an answer"
		}
	default:
		return answer{status: resp.StatusCode, body: body}, nil
	}
	fail.Message = c.scrub(fail.Message)
	return answer{}, fail
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
