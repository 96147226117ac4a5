package docspace

import (
	"context"
	"net/http"
)

// TenantStatus is the state of a portal, as the server spells it; "" is not
// told. Decoding takes names and numbers and keeps what it does not know.
type TenantStatus string

// The states of a portal.
const (
	TenantActive        TenantStatus = "Active"
	TenantSuspended     TenantStatus = "Suspended"
	TenantRemovePending TenantStatus = "RemovePending"
	TenantTransferring  TenantStatus = "Transfering" //nolint:misspell // the server's own spelling
	TenantRestoring     TenantStatus = "Restoring"
	TenantMigrating     TenantStatus = "Migrating"
	TenantEncryption    TenantStatus = "Encryption"
)

var tenantNames = []string{
	string(TenantActive), string(TenantSuspended), string(TenantRemovePending), string(TenantTransferring),
	string(TenantRestoring), string(TenantMigrating), string(TenantEncryption),
}

// UnmarshalJSON reads a name or a number; null leaves s as it is.
func (s *TenantStatus) UnmarshalJSON(b []byte) error {
	return decodeEnum(b, tenantNames, (*string)(s))
}

// Settings is what a portal tells everybody about itself. It tells a caller without
// a key nothing about space management, so a portal where it is switched off
// refuses a dump only when asked for one, with [ErrForbidden].
type Settings struct {
	TenantStatus TenantStatus `json:"tenantStatus"`
	TenantAlias  string       `json:"tenantAlias"`
	Standalone   bool         `json:"standalone"` // self-hosted: only there a dump is possible, unless space management is off
	Version      string       `json:"version"`    // of the portal, such as "3.7.2"
}

// Settings asks the portal about itself. It also answers while the portal is
// locked by a restore and so tells that lock from a 403 for other reasons.
//
// It needs no key and is sent without one. Every release has it.
//
// Errors, in the order of the server's checks: [ErrNoPortal] when no portal answers
// to the host, or a removed or suspended one; [ErrForbidden].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/get-portal-settings/
func (c *Client) Settings(ctx context.Context) (Settings, error) {
	return required[Settings](ctx, c, request{
		op: "settings", method: http.MethodGet, path: api("settings"), anonymous: true,
	})
}
