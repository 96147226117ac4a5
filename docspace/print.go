package docspace

import (
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"
)

// String names the client by its portal, without a user, password or query that
// does not belong into BaseURL and may be secret.
func (c *Client) String() string {
	if c == nil {
		return "docspace.Client(nil)"
	}
	where := "?"
	if u, err := url.Parse(strings.TrimSpace(c.BaseURL)); err == nil && u.Host != "" {
		where = oneLine((&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String())
	}
	return "docspace.Client(" + where + ")"
}

// Format writes what String returns for every verb and flag.
func (c *Client) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue is what String returns.
func (c *Client) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText is what String returns, for encoding/json and the like.
func (c *Client) MarshalText() ([]byte, error) { return []byte(c.String()), nil }
