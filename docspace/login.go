package docspace

import (
	"bytes"
	"context"
	"net/http"
)

// LoginPage checks that people can reach the portal: its start page answers,
// without a credential, with a status below 400 and HTML. Redirects within the
// host are followed.
//
// Errors: [ErrNotFound], [ErrServer], [ErrUnavailable], [ErrRedirected] when the
// portal sends people to another host, [ErrAnswer] when the page is no HTML.
func (c *Client) LoginPage(ctx context.Context) error {
	r := request{op: "login page", method: http.MethodGet, anonymous: true, page: true}
	got, fail := c.perform(ctx, r)
	if fail != nil {
		return fail
	}
	if !bytes.HasPrefix(bytes.TrimSpace(got.body), []byte("<")) {
		return &Error{Op: r.op, Status: got.status, Attempts: got.attempts, Err: errUnreadable}
	}
	return nil
}
