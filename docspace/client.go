package docspace

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// Defaults of a [Client].
const (
	DefaultTimeout        = 10 * time.Second // one request, from dialing to the last byte
	DefaultHistoryTimeout = 90 * time.Second // the same of BackupHistory
	DefaultRetries        = 3                // further attempts of a GET
	MaxBody               = 8 << 20          // bytes read of any answer but a backup history
	MaxHistory            = 32 << 20         // bytes read of a backup history: some 150,000 records
)

// Client talks to one portal. Its zero fields are defaults, except for BaseURL.
// A Client is safe for concurrent use and must not be changed or copied after
// the first call.
type Client struct {
	// BaseURL is where the portal lives: scheme, host and perhaps a path prefix,
	// such as "https://docs.example.com". User info, query, fragment and a port that
	// cannot be are refused. The host decides which portal of an installation answers.
	BaseURL string
	// Key is an API key ("sk-...", sent as a bearer), or the whole value of an
	// Authorization header. Calls that need none are sent without.
	Key Secret
	// HTTP sends the requests; nil is a client of its own. Its cookie jar is not
	// used and its redirects are not followed.
	HTTP *http.Client
	// UserAgent names the caller; "" is "docspace-go".
	UserAgent string
	// Timeout bounds each attempt; 0 is [DefaultTimeout], below 0 is none. The
	// context bounds all attempts together.
	Timeout time.Duration
	// HistoryTimeout takes the place of Timeout in [Client.BackupHistory], where the
	// server looks for the file of each backup before it answers: with many on a
	// cloud that takes 15 s and more. 0 is [DefaultHistoryTimeout], below 0 is none.
	HistoryTimeout time.Duration
	// Retries is how often a failed GET is sent again; 0 is [DefaultRetries],
	// below 0 is never. A POST or DELETE is never sent again.
	Retries int
	// Now and Sleep are the clock: limits, back-off, waits and dates in answers go by
	// it; nil is the machine's. Sleep returns early, with an error, when the context
	// ends. A test that sets one sets both, or a testing/synctest bubble and neither.
	// Timeout and HistoryTimeout are always the machine's time.
	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error

	once   sync.Once
	http   *http.Client
	limits limits
	skew   skew
}

// sender is the HTTP client with the rules of this package: no cookies, because
// a failed call sets clearing ones, and no redirects, because the key must not
// follow them.
func (c *Client) sender() *http.Client {
	c.once.Do(func() {
		hc := http.Client{Transport: c.transport(), CheckRedirect: neverFollow}
		if c.HTTP != nil {
			hc.Timeout = c.HTTP.Timeout
		}
		c.http = &hc
	})
	return c.http
}

func (c *Client) transport() http.RoundTripper {
	if c.HTTP != nil {
		return c.HTTP.Transport // nil is http.DefaultTransport, as the caller asked
	}
	if t, ok := http.DefaultTransport.(*http.Transport); ok {
		return t.Clone()
	}
	return http.DefaultTransport
}

func neverFollow(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// CloseIdleConnections closes the connections that are kept for the next call,
// as [http.Client.CloseIdleConnections] does.
func (c *Client) CloseIdleConnections() { c.sender().CloseIdleConnections() }

func (c *Client) timeout() time.Duration {
	if c.Timeout == 0 {
		return DefaultTimeout
	}
	return c.Timeout
}

func (c *Client) historyTimeout() time.Duration {
	if c.HistoryTimeout == 0 {
		return DefaultHistoryTimeout
	}
	return c.HistoryTimeout
}

func (c *Client) retries() int {
	if c.Retries == 0 {
		return DefaultRetries
	}
	return max(c.Retries, 0)
}
