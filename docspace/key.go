package docspace

import (
	"context"
	"net/http"
	"slices"
	"time"
)

// Scopes of an API key that matter here. There is none for backups alone.
const (
	ScopeAll   = "*"
	ScopeRead  = "*:read"
	ScopeWrite = "*:write"
)

// Key is an API key's own record.
type Key struct {
	ID          string
	Name        string
	Postfix     string    // the last characters of the key, to tell keys apart
	Permissions []string  // such as "*:write"; none at all means everything
	Active      bool      // false: switched off by its owner
	CreatedOn   time.Time // zero: not told
	ExpiresOn   time.Time // zero: never
	LastUsedOn  time.Time // zero: never
}

// CanRestore reports whether the key is active and may start a restore, which
// needs the scope "*:write". It does not look at the clock: see [Key.Expired].
// The key acts as its creator, who must also be the owner or a DocSpace admin.
func (k Key) CanRestore() bool { return k.Active && k.may(ScopeWrite) }

// CanRead reports whether the key is active and may read the backup history.
func (k Key) CanRead() bool { return k.Active && (k.may(ScopeRead) || k.may(ScopeWrite)) }

// Expired reports whether the key is dead at that time.
func (k Key) Expired(at time.Time) bool {
	return !k.ExpiresOn.IsZero() && !at.Before(k.ExpiresOn)
}

func (k Key) may(scope string) bool {
	return len(k.Permissions) == 0 || slices.Contains(k.Permissions, ScopeAll) || slices.Contains(k.Permissions, scope)
}

// wireKey is a key as the server writes it.
type wireKey struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	KeyPostfix  string   `json:"keyPostfix"`
	Permissions []string `json:"permissions"`
	LastUsed    date     `json:"lastUsed"`
	CreateOn    date     `json:"createOn"`
	ExpiresAt   date     `json:"expiresAt"`
	IsActive    bool     `json:"isActive"`
}

// KeySelf returns the record of the client's own key. It needs no scope at all
// and also answers while the portal is locked by a restore, so it is the check to
// make before a restore is offered.
//
// API keys came with 3.1: before, the answer is [ErrNotFound], and a person's
// access token takes the key's place.
//
// Errors, in the order of the server's checks: [ErrUnauthorized] when the key is
// wrong, expired, switched off or lost in a restore; [ErrNoPortal]; [ErrAddress].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/get-api-key/
func (c *Client) KeySelf(ctx context.Context) (Key, error) {
	w, err := required[wireKey](ctx, c, request{
		op: "key", method: http.MethodGet, path: api("keys", "@self"),
	})
	return w.key(), err
}

func (w wireKey) key() Key {
	return Key{
		ID: w.ID, Name: w.Name, Postfix: w.KeyPostfix, Permissions: w.Permissions, Active: w.IsActive,
		CreatedOn: w.CreateOn.Time, ExpiresOn: w.ExpiresAt.Time, LastUsedOn: w.LastUsed.Time,
	}
}
