package docspace

import (
	"context"
	"net/http"
	"time"
)

// Quota tells whether the portal's plan allows what a restore needs. A flag that the
// server does not tell is nil.
type Quota struct {
	Audit   *bool `json:"audit"`   // the audit trail can be asked
	Restore *bool `json:"restore"` // a restore is a part of the plan
}

// Quota asks what the plan allows: whether the audit trail answers, and whether a
// restore is a part of it. It also answers for a portal that has not paid.
//
// It needs a key with "*:read" or "*:write" whose creator is the owner or a
// DocSpace admin. Every release has it, the first ones without the flags.
//
// Errors, in the order of the server's checks: [ErrUnauthorized]; [ErrScope];
// [ErrNoPortal]; [ErrRestoring]; [ErrAddress]; [ErrForbidden].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/get-portal-quota/
func (c *Client) Quota(ctx context.Context) (Quota, error) {
	return required[Quota](ctx, c, request{op: "quota", method: http.MethodGet, path: api("portal", "quota")})
}

// The states of a tariff.
const (
	TariffTrial   = "Trial"
	TariffPaid    = "Paid"
	TariffDelay   = "Delay"
	TariffNotPaid = "NotPaid"
)

// Tariff is the licence or the subscription of a portal. The customer's id is not
// read.
type Tariff struct {
	State       string    // Trial, Paid, Delay, NotPaid; another is kept
	DueDate     time.Time // zero: never
	LicenseDate time.Time // zero: no licence
	// Enterprise is a server with a licence, which a dump puts back to that of the
	// backup; OpenSource and Developer are the other kinds.
	Enterprise bool
	OpenSource bool
	Developer  bool
}

type wireTariff struct {
	State       tariffState `json:"state"`
	DueDate     date        `json:"dueDate"`
	LicenseDate date        `json:"licenseDate"`
	Enterprise  bool        `json:"enterprise"`
	OpenSource  bool        `json:"openSource"`
	Developer   bool        `json:"developer"`
}

type tariffState string

func (s *tariffState) UnmarshalJSON(b []byte) error {
	return decodeEnum(b, []string{TariffTrial, TariffPaid, TariffDelay, TariffNotPaid}, (*string)(s))
}

// Tariff asks for the licence or the subscription. Of the same section
// settings/license/refresh must not be asked: it is a GET that changes something.
//
// It needs a key with "*:read" or "*:write"; any account is told. It also answers
// for a portal that has not paid. Every release has it.
//
// Errors, in the order of the server's checks: [ErrUnauthorized]; [ErrScope];
// [ErrNoPortal]; [ErrRestoring]; [ErrAddress].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/get-portal-tariff/
func (c *Client) Tariff(ctx context.Context) (Tariff, error) {
	w, err := required[wireTariff](ctx, c, request{op: "tariff", method: http.MethodGet, path: api("portal", "tariff")})
	return Tariff{
		State: string(w.State), DueDate: w.DueDate.Time, LicenseDate: w.LicenseDate.Time,
		Enterprise: w.Enterprise, OpenSource: w.OpenSource, Developer: w.Developer,
	}, err
}
