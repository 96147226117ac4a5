package docspace

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// BackupServiceEnabled reports whether the paid backup service is switched on.
//
// It needs a key with "*:read" or "*:write". Errors: [ErrUnauthorized],
// [ErrScope], [ErrRestoring], [ErrForbidden].
func (c *Client) BackupServiceEnabled(ctx context.Context) (bool, error) {
	state, err := required[struct {
		Enabled bool `json:"enabled"`
	}](ctx, c, request{
		op: "backup service state", method: http.MethodGet, path: api("backup", "getservicestate"),
	})
	return state.Enabled, err
}

// BackupsCount counts the backups that were made from one time to another, the
// paid ones or the free ones. A zero time leaves that end to the server.
//
// It needs a key with "*:read" or "*:write". Errors: [ErrUnauthorized],
// [ErrScope], [ErrRestoring], [ErrBadRequest], [ErrForbidden].
func (c *Client) BackupsCount(ctx context.Context, from, to time.Time, paid bool) (int, error) {
	query := url.Values{"paid": {strconv.FormatBool(paid)}}
	for name, t := range map[string]time.Time{"from": from, "to": to} {
		if !t.IsZero() {
			query.Set(name, t.UTC().Format(time.RFC3339))
		}
	}
	n, err := required[number](ctx, c, request{
		op: "backups count", method: http.MethodGet, path: api("backup", "getbackupscount"), query: query,
	})
	return int(n), err
}
