package docspace

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
)

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
