package docspace

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// AuditPage is the most rows that the server answers at once.
const AuditPage = 100

// ErrNoAudit is a plan without the audit trail: the server ignores the query and answers
// with its 20 newest rows.
var ErrNoAudit = errors.New("docspace: the plan has no audit trail")

// The accounts behind rows that no person wrote.
const (
	AuditSystem = "a37ee56e-3302-4a7b-b67e-ddbea64cd032"
	AuditGuest  = "712d9ec3-5d2b-4b13-824f-71f00191dcca" // anybody who came by a link
)

// AuditEvent is one row of the audit trail. The address, city, browser, platform
// and page of the row are not read: a page may hold keys of shared links.
type AuditEvent struct {
	ID      int64
	Date    time.Time // UTC; the moment of the act, not of the row
	UserID  string    // a GUID
	User    string    // display name, in the language of the key's owner
	Action  Action
	Targets []string // ids only; of a move the file and then its new folder
	Text    string   // what was done, localized, with the names in it
	Context string   // where: "Rooms: <title>", a section, or a module; localized
}

// wireEvent is a row as the server writes it, without personal data that the client does
// not need.
type wireEvent struct {
	ID      int64   `json:"id"`
	Date    date    `json:"date"`
	User    string  `json:"user"`
	UserID  string  `json:"userId"`
	Action  string  `json:"action"`
	ActID   number  `json:"actionId"`
	Target  targets `json:"target"`
	Context string  `json:"context"`
}

// targets are strings or numbers, in a list or alone.
type targets []string

func (t *targets) UnmarshalJSON(b []byte) error {
	var list []json.RawMessage
	if json.Unmarshal(b, &list) != nil {
		list = []json.RawMessage{b}
	}
	*t = nil
	for _, raw := range list {
		var text string
		switch {
		case string(raw) == "null":
			continue
		case json.Unmarshal(raw, &text) != nil:
			text = string(raw)
		}
		*t = append(*t, text)
	}
	return nil
}

// AuditEvents returns one page of the audit trail between two times, both
// included and of whole seconds, newest first: up to [AuditPage] rows after the
// first skip of them. It holds no logins. [Client.ReadAudit] reads all pages.
//
// The rows have no order within a second, and come some seconds after the act:
// pages may overlap, and the trail is a lower bound. It is asked by time alone,
// because the server fails on most other filters. The reports of the same section
// must not be asked: they put a file into the documents of the key's owner.
//
// A plan without the option answers 200 and its 20 newest rows whatever is asked;
// where that is seen the error is [ErrNoAudit]. Ask [Client.Quota] first.
//
// It needs a key with "*:read" or "*:write" whose creator is the owner or a
// DocSpace admin; "files:read" does not do. Not every release has it.
//
// Errors, in the order of the server's checks: [ErrUnauthorized]; [ErrScope];
// [ErrNoPortal]; [ErrRestoring]; [ErrPlan]; [ErrAddress]; [ErrForbidden].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/get-audit-events-by-filter/
func (c *Client) AuditEvents(ctx context.Context, from, to time.Time, skip int) ([]AuditEvent, error) {
	r := request{
		op: "audit trail", method: http.MethodGet, path: api("security", "audit", "events", "filter"),
		query: url.Values{
			"from": {auditTime(from)}, "to": {auditTime(to)},
			"count": {strconv.Itoa(AuditPage)}, "startIndex": {strconv.Itoa(skip)},
		},
	}
	if from.IsZero() || to.Before(from) || skip < 0 {
		return nil, r.invalid("a page of the trail is between two times, and skips no fewer than none")
	}
	rows, _, err := call[[]wireEvent](ctx, c, r)
	if err != nil {
		return nil, err
	}
	from, to = from.Truncate(time.Second), to.Add(time.Second)
	events := make([]AuditEvent, 0, len(rows))
	for _, w := range rows {
		if w.Date.Before(from) || w.Date.After(to) {
			return nil, ErrNoAudit
		}
		events = append(events, AuditEvent{
			ID: w.ID, Date: w.Date.Time, UserID: w.UserID, User: w.User,
			Action: Action(w.ActID), Targets: w.Target, Text: w.Action, Context: w.Context,
		})
	}
	return events, nil
}

// auditTime is the one form of a time that every server takes: with a fraction
// or without a zone it is refused.
func auditTime(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }
