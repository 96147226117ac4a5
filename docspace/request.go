package docspace

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"
)

// request is one operation of the API.
type request struct {
	op        string // for the error
	method    string
	path      []string // elements below the base, each escaped here
	query     url.Values
	signature Secret        // of the service for OAuth apps, beside the key
	body      any           // sent as JSON unless nil
	anonymous bool          // without the key
	page      bool          // an HTML page is wanted, and redirects within the host are followed
	once      bool          // sent again only if it certainly was not performed
	needed    bool          // an answer without a response is an error
	long      bool          // the answer is a list that may be very long
	within    time.Duration // bounds an attempt; 0 is Client.Timeout, below 0 is none
}

func (r request) write() bool { return r.method != http.MethodGet }

// most is how many bytes of the answer are read.
func (r request) most() int64 {
	if r.long {
		return MaxHistory
	}
	return MaxBody
}

var (
	errInvalid    = errors.New("not sent")
	errCanceled   = errors.New("canceled")
	errUnreadable = errors.New("unreadable answer")
	errNothing    = errors.New("it holds no response")
	errTooLong    = errors.New("answer longer")
)

// invalid is the error of a request that the client will not send.
func (r request) invalid(format string, args ...any) *Error {
	err := fmt.Errorf("%w: %w", errInvalid, fmt.Errorf(format, args...))
	return &Error{Op: r.op, Err: err, write: r.write(), unsent: true}
}

// url puts the path below the base. The base may have a path of its own.
func (c *Client) url(r request) (*url.URL, *Error) {
	u, err := parseBase(c.BaseURL)
	if err != nil {
		return nil, r.invalid("BaseURL %w", err)
	}
	escaped := make([]string, 0, len(r.path))
	for _, element := range r.path {
		if element == "" || element == "." || element == ".." {
			return nil, r.invalid("%q cannot be a part of a path", element)
		}
		escaped = append(escaped, url.PathEscape(element))
	}
	base := strings.TrimRight(u.EscapedPath(), "/")
	raw := base + "/" + strings.Join(escaped, "/")
	if u.Path, err = url.PathUnescape(raw); err != nil {
		return nil, r.invalid("BaseURL has a broken path")
	}
	u.RawPath, u.RawQuery = raw, r.query.Encode()
	return u, nil
}

// build makes the HTTP request anew for each attempt.
func (c *Client) build(ctx context.Context, r request) (*http.Request, *Error) {
	u, bad := c.url(r)
	if bad != nil {
		return nil, bad
	}
	var body io.Reader
	if r.body != nil {
		b, err := json.Marshal(r.body)
		if err != nil {
			return nil, r.invalid("the request cannot be written as JSON")
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, u.String(), body)
	if err != nil {
		return nil, r.invalid("the request cannot be built")
	}
	req.Header.Set("User-Agent", c.UserAgent)
	if c.UserAgent == "" {
		req.Header.Set("User-Agent", "docspace-go")
	}
	req.Header.Set("Accept", "application/json")
	if r.page {
		req.Header.Set("Accept", "text/html")
	}
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if !r.signature.IsZero() {
		req.Header.Set("x-signature", r.signature.Reveal())
	}
	if r.anonymous {
		return req, nil
	}
	credential := strings.TrimSpace(c.Key.Reveal())
	if credential == "" {
		return nil, r.invalid("the call needs a key and Client.Key is empty")
	}
	if strings.ContainsFunc(credential, func(r rune) bool { return r < ' ' || r > '~' }) {
		return nil, r.invalid("Client.Key holds a character that no header may hold")
	}
	// A key without the scheme would be taken for a cookie's value and refused.
	if strings.HasPrefix(credential, "sk-") {
		credential = "Bearer " + credential
	}
	req.Header.Set("Authorization", credential)
	return req, nil
}

// api is the path of an operation below the base.
func api(elements ...string) []string { return append([]string{"api", "2.0"}, elements...) }

// dumpQuery is the query that all operations with a dump flag share.
func dumpQuery(dump bool) url.Values {
	return url.Values{"dump": {strconv.FormatBool(dump)}}
}

// elsewhere names the target of a redirect without what may be secret in it.
func elsewhere(location string) string {
	u, err := url.Parse(location)
	if err != nil || u.Host == "" {
		return path.Clean("/" + strings.SplitN(location, "?", 2)[0])
	}
	return u.Scheme + "://" + u.Host + u.EscapedPath()
}
