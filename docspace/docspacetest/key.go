package docspacetest

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Key is an API key.
type Key struct {
	ID          string
	Name        string
	Permissions []string // nil is everything
	CreatedOn   time.Time
	ExpiresOn   time.Time // zero is never
}

// Key returns the newest key. After a restore it is dead until
// [Portal.IssueKey] makes another.
func (p *Portal) Key() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.key
}

// Token returns the access token of a person who is the owner. It dies as keys
// do.
func (p *Portal) Token() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick()
	return p.token
}

// IssueKey makes a further key and returns it; zero fields are defaults.
func (p *Portal) IssueKey(k Key) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick()
	p.key = p.newKey(k)
	return p.key
}

// RevokeKeys makes all keys invalid.
func (p *Portal) RevokeKeys() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick()
	clear(p.keys)
}

func (p *Portal) newKey(k Key) string {
	k.ID, k.Name = cmp.Or(k.ID, newGUID()), cmp.Or(k.Name, "restorebot")
	if k.CreatedOn.IsZero() {
		k.CreatedOn = p.tickedAt
	}
	secret := "sk-" + hexes(32)
	p.keys[secret] = &k
	return secret
}

// caller is who sent a request: nobody, a person, or a key.
type caller struct {
	known  bool
	key    *Key   // nil for a person
	secret string // as it came
	isKey  bool   // it claims to be one, valid or not
}

// identify follows the server's choice of scheme: only a bearer that starts
// with sk- is a key, and a raw one is taken for a person's cookie.
func (p *Portal) identify(r *http.Request) caller {
	value := r.Header.Get("Authorization")
	if value == "" {
		if cookie, err := r.Cookie("asc_auth_key"); err == nil {
			value = cookie.Value
		}
	}
	bare, bearer := strings.CutPrefix(value, "Bearer ")
	c := caller{secret: bare, isKey: bearer && strings.HasPrefix(bare, "sk-") && p.version.hasKeys()}
	if !c.isKey {
		c.known = bare != "" && bare == p.token
		return c
	}
	k := p.keys[bare]
	if k != nil && (k.ExpiresOn.IsZero() || p.tickedAt.Before(k.ExpiresOn)) {
		c.known, c.key = true, k
	}
	return c
}

// may reports whether the key's permissions hold any of the scopes.
func (c caller) may(scopes ...string) bool {
	if c.key == nil || len(c.key.Permissions) == 0 {
		return c.known
	}
	for _, scope := range append(scopes, "*") {
		if slices.Contains(c.key.Permissions, scope) {
			return true
		}
	}
	return false
}

// keySelf is GET keys/@self.
func (p *Portal) keySelf(x *exchange) {
	k := x.who.key
	if k == nil {
		x.exception(http.StatusNotFound, "ASC.Common.Web.ItemNotFoundException", "The record could not be found")
		return
	}
	x.ok(keyRecord(k, x.who.secret), 1)
}

// keyRecord is a key as it is listed: of the secret only its end is told.
func keyRecord(k *Key, secret string) map[string]any {
	end := secret[len(secret)-4:]
	record := map[string]any{
		"id": k.ID, "name": k.Name, "key": "sk-***" + end, "keyPostfix": end,
		"permissions": orEmpty(k.Permissions), "createOn": apiTime(k.CreatedOn), "isActive": true,
	}
	if !k.ExpiresOn.IsZero() {
		record["expiresAt"] = apiTime(k.ExpiresOn)
	}
	return record
}

// keysList is GET keys, in the order of their making. All of them are the
// owner's, so that an admin, who sees everybody's, sees no more.
func (p *Portal) keysList(x *exchange) {
	secrets := slices.SortedFunc(maps.Keys(p.keys), func(a, b string) int {
		return cmp.Or(p.keys[a].CreatedOn.Compare(p.keys[b].CreatedOn), cmp.Compare(p.keys[a].ID, p.keys[b].ID))
	})
	list := make([]any, len(secrets))
	for i, secret := range secrets {
		list[i] = keyRecord(p.keys[secret], secret)
	}
	x.ok(list, len(list))
}

// apiTime is how the server writes dates outside the backup API.
func apiTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }
