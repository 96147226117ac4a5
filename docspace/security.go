package docspace

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
)

// TwoFactor is the second factor that the portal asks of people.
type TwoFactor struct {
	App bool // an app is required
	SMS bool // a message is required
}

// On reports whether a second factor is required.
func (t TwoFactor) On() bool { return t.App || t.SMS }

// TwoFactor asks which second factor the portal requires. settings/tfaappwithlink
// is not the same: it changes something.
//
// It needs a key with "*:read" or "*:write"; any account is told. Every release
// has it.
//
// Errors, in the order of the server's checks: [ErrUnauthorized]; [ErrScope];
// [ErrNoPortal]; [ErrRestoring]; [ErrPlan]; [ErrAddress].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/get-tfa-settings/
func (c *Client) TwoFactor(ctx context.Context) (TwoFactor, error) {
	list, err := required[[]struct {
		ID      string `json:"id"`
		Enabled bool   `json:"enabled"`
	}](ctx, c, request{op: "two-factor settings", method: http.MethodGet, path: api("settings", "tfaapp")})
	var t TwoFactor
	for _, w := range list {
		t.App = t.App || w.ID == "app" && w.Enabled
		t.SMS = t.SMS || w.ID == "sms" && w.Enabled
	}
	return t, err
}

// IPRestrictions are the addresses that people may come from.
type IPRestrictions struct {
	Enabled bool
	Rules   []IPRule
}

// IPRule is one of them: an address, a range with a dash, or a net with a slash.
type IPRule struct {
	Addresses string `json:"ip"`
	Admins    bool   `json:"forAdmin"` // admins only
}

// IPRestrictions asks whether the portal answers to some addresses only, and to
// which. It takes two requests.
//
// It needs a key with "*:read" or "*:write" whose creator is the owner or a
// DocSpace admin. Every release has it.
//
// Errors, in the order of the server's checks: [ErrUnauthorized]; [ErrScope];
// [ErrNoPortal]; [ErrPlan]; [ErrAddress]; [ErrForbidden]; [ErrRestoring], which the
// first of the two requests does not meet.
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/settings/ip-restrictions/read-ip-restrictions-settings
func (c *Client) IPRestrictions(ctx context.Context) (IPRestrictions, error) {
	var r IPRestrictions
	on, err := required[struct {
		Enable bool `json:"enable"`
	}](ctx, c, request{
		op: "address restrictions", method: http.MethodGet, path: api("settings", "iprestrictions", "settings"),
	})
	if err != nil {
		return r, err
	}
	r.Enabled = on.Enable
	r.Rules, _, err = call[[]IPRule](ctx, c, request{
		op: "address restrictions", method: http.MethodGet, path: api("settings", "iprestrictions"),
	})
	return r, err
}

// Allows reports whether the list lets an address in, if it is enabled. A rule
// that cannot be read lets nobody in.
func (r IPRestrictions) Allows(a netip.Addr) bool {
	if !r.Enabled {
		return true
	}
	for _, rule := range r.Rules {
		if rule.holds(a.Unmap()) {
			return true
		}
	}
	return false
}

func (r IPRule) holds(a netip.Addr) bool {
	text := strings.TrimSpace(r.Addresses)
	if net, err := netip.ParsePrefix(text); err == nil {
		return net.Contains(a)
	}
	first, last, isRange := strings.Cut(text, "-")
	if !isRange {
		last = first
	}
	from, err := netip.ParseAddr(strings.TrimSpace(first))
	if err != nil {
		return false
	}
	to, err := netip.ParseAddr(strings.TrimSpace(last))
	return err == nil && from.BitLen() == a.BitLen() && from.Compare(a) <= 0 && a.Compare(to) <= 0
}

// Mail tells by which server the portal sends mail. Its account is not read.
type Mail struct {
	Host    string // "" where none is set, as on SaaS with the vendor's own
	Default bool   // the installation's settings, not the portal's
}

// Mail asks by which server the portal sends mail. It does not tell whether mail arrives:
// smtpsettings/smtp/test is a GET that sends one, and must not be asked.
//
// It needs a key with "*:read" or "*:write" whose creator is the owner or a
// DocSpace admin. Every release has it.
//
// Errors, in the order of the server's checks: [ErrUnauthorized]; [ErrScope];
// [ErrNoPortal]; [ErrRestoring]; [ErrPlan]; [ErrAddress]; [ErrForbidden].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/get-smtp-settings/
func (c *Client) Mail(ctx context.Context) (Mail, error) {
	w, err := required[struct {
		Host    string `json:"host"`
		Default bool   `json:"isDefaultSettings"`
	}](ctx, c, request{op: "mail settings", method: http.MethodGet, path: api("smtpsettings", "smtp")})
	return Mail{Host: strings.TrimSpace(w.Host), Default: w.Default}, err
}
