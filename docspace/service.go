package docspace

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

type serviceState struct {
	Enabled bool `json:"enabled"`
}

// BackupServiceEnabled reports whether the paid backup service is switched on.
//
// It needs a key with "*:read" or "*:write" and an admin. The first releases do not
// have it: there the answer is [ErrNotFound].
//
// Errors, in the order of the server's checks: [ErrUnauthorized]; [ErrScope];
// [ErrNoPortal]; [ErrRestoring]; [ErrPlan]; [ErrAddress]; [ErrForbidden].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/get-backups-service-state/
func (c *Client) BackupServiceEnabled(ctx context.Context) (bool, error) {
	state, err := required[serviceState](ctx, c, request{
		op: "backup service state", method: http.MethodGet, path: api("backup", "getservicestate"),
	})
	return state.Enabled, err
}

// BackupsCount counts the backups that were made from one time to another, the
// paid ones or the free ones, also those deleted since; none is 0. A zero time
// leaves that end to the server: the beginning of this month, and now.
// [Client.BackupHistory] tells which can still be restored.
//
// It needs a key with "*:read" or "*:write" and an admin. The first releases do not
// have it: there the answer is [ErrNotFound].
//
// Errors, in the order of the server's checks: [ErrUnauthorized]; [ErrScope];
// [ErrNoPortal]; [ErrRestoring]; [ErrPlan]; [ErrAddress]; [ErrBadRequest];
// [ErrForbidden].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/get-backups-count/
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
