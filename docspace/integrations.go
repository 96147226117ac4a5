package docspace

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Capabilities are ways into a portal beside a password.
type Capabilities struct {
	LDAP      bool
	SSO       bool
	Providers int  // of social accounts
	OAuthApps bool // the service for OAuth apps is there
}

// Capabilities asks which ways into the portal there are.
//
// It needs no key and is sent without one. Every release has it.
//
// Errors, in the order of the server's checks: [ErrNoPortal]; [ErrRestoring];
// [ErrPlan].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/get-portal-capabilities/
func (c *Client) Capabilities(ctx context.Context) (Capabilities, error) {
	w, err := required[struct {
		LDAP      bool              `json:"ldapEnabled"`
		SSOURL    string            `json:"ssoUrl"`
		Providers []json.RawMessage `json:"providers"`
		Identity  bool              `json:"identityServerEnabled"`
	}](ctx, c, request{op: "capabilities", method: http.MethodGet, path: api("capabilities"), anonymous: true})
	return Capabilities{LDAP: w.LDAP, SSO: w.SSOURL != "", Providers: len(w.Providers), OAuthApps: w.Identity}, err
}

// Keys lists the API keys of the portal: an admin's key sees everybody's. A
// restore that is no dump ends all of them.
//
// It needs a key with "*:read" or "*:write". API keys came with 3.1: before, the
// answer is [ErrNotFound].
//
// Errors, in the order of the server's checks: [ErrUnauthorized]; [ErrScope];
// [ErrNoPortal]; [ErrRestoring]; [ErrAddress].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/get-api-keys/
func (c *Client) Keys(ctx context.Context) ([]Key, error) {
	list, _, err := call[[]wireKey](ctx, c, request{op: "keys", method: http.MethodGet, path: api("keys")})
	keys := make([]Key, 0, len(list))
	for _, w := range list {
		keys = append(keys, w.key())
	}
	return keys, err
}

// WebhooksCount counts the webhooks of the portal, of which an admin's key sees
// everybody's. Nothing else of them is read: their addresses may hold tokens.
//
// It needs a key with "*:read" or "*:write". Not every release has it.
//
// Errors, in the order of the server's checks: [ErrUnauthorized]; [ErrScope];
// [ErrNoPortal]; [ErrRestoring]; [ErrPlan]; [ErrAddress].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/get-tenant-webhooks/
func (c *Client) WebhooksCount(ctx context.Context) (int, error) {
	list, _, err := call[[]struct{}](ctx, c, request{op: "webhooks", method: http.MethodGet, path: api("settings", "webhook")})
	return len(list), err
}

// OAuthAppsCount counts the OAuth apps of the key's owner. It asks for a token of
// the service that keeps them, and reads of the apps no more than that they are
// there: their rows have a secret. Ask [Client.Capabilities] first whether there
// is such a service. That it takes a key is not proven: expect an error.
//
// It needs a key with "*:read" or "*:write". Not every release has it.
//
// Errors, in the order of the server's checks: [ErrUnauthorized]; [ErrScope];
// [ErrNoPortal]; [ErrRestoring]; [ErrPlan]; [ErrAddress].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/oauth-2-0
func (c *Client) OAuthAppsCount(ctx context.Context) (int, error) {
	token, err := required[wireSecret](ctx, c, request{
		op: "OAuth token", method: http.MethodGet, path: api("security", "oauth2", "token"),
	})
	if err != nil {
		return 0, err
	}
	count := 0
	query := url.Values{"limit": {strconv.Itoa(appsPage)}}
	for range appsPages {
		page, err := c.oauthApps(ctx, token.Secret, query)
		if err != nil {
			return count, err
		}
		count += len(page.Data)
		if len(page.Data) < appsPage || page.LastID == "" {
			break
		}
		query.Set("last_client_id", page.LastID)
		query.Set("last_created_on", page.LastOn)
	}
	return count, nil
}

const (
	appsPage  = 50
	appsPages = 20
)

type appsList struct {
	Data   []struct{} `json:"data"`
	LastID string     `json:"last_client_id"`
	LastOn string     `json:"last_created_on"`
}

// oauthApps is one page, which comes without the envelope of all others.
func (c *Client) oauthApps(ctx context.Context, token Secret, query url.Values) (appsList, error) {
	r := request{op: "OAuth apps", method: http.MethodGet, path: api("clients"), query: query, signature: token}
	var list appsList
	got, fail := c.perform(ctx, r)
	if fail != nil {
		return list, fail
	}
	if err := json.Unmarshal(got.body, &list); err != nil {
		return list, &Error{Op: r.op, Status: got.status, Attempts: got.attempts, Err: errUnreadable}
	}
	return list, nil
}

// wireSecret reads a secret that comes as a string.
type wireSecret struct{ Secret }

// UnmarshalJSON reads a string.
func (s *wireSecret) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) != nil {
		return errUnreadable // the decoder's own words would repeat the value
	}
	*s = wireSecret{NewSecret(strings.TrimSpace(text))}
	return nil
}
