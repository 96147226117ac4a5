package app

import (
	"context"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace"
)

// portals makes the portals that the settings name, asked through transport.
func (s Settings) portals(transport http.RoundTripper) bot.Portals {
	var ps bot.Portals
	for _, p := range s.Portals {
		ps = append(ps, bot.Portal{
			PortalName: bot.PortalName{Name: p.Name, URL: p.URL},
			API:        &keyed{url: p.URL, key: p.Key.Reveal(), file: p.KeyFile, http: &http.Client{Transport: transport}},
			KeyFrom:    p.KeyFrom,
			Own:        p.Own, Safety: p.Safety,
		})
	}
	return ps
}

// keyed asks a portal with the key that its file holds now: a restore kills the
// key, and a new one must do without a restart. A file that is missing, empty
// or half-written leaves the key as it was.
type keyed struct {
	url, file string
	http      *http.Client // kept: its connections outlive a key

	mu     sync.Mutex
	key    string
	client *docspace.Client
}

func (k *keyed) now() *docspace.Client {
	k.mu.Lock()
	defer k.mu.Unlock()
	key := k.key
	if k.file != "" {
		if content, err := os.ReadFile(k.file); err == nil && strings.TrimSpace(string(content)) != "" {
			key = strings.TrimSpace(string(content))
		}
	}
	if k.client == nil || key != k.key {
		k.key = key
		k.client = &docspace.Client{BaseURL: k.url, Key: docspace.NewSecret(key), HTTP: k.http}
	}
	return k.client
}

var _ bot.API = (*keyed)(nil)

func (k *keyed) Settings(ctx context.Context) (docspace.Settings, error) {
	return k.now().Settings(ctx)
}

// ClockSkew is how far the portal's clock is ahead, as it last told the time.
func (k *keyed) ClockSkew() (time.Duration, bool) { return k.now().ClockSkew() }

func (k *keyed) KeySelf(ctx context.Context) (docspace.Key, error) { return k.now().KeySelf(ctx) }

// PersonSelf is for the doctor: whom the key stands for.
func (k *keyed) PersonSelf(ctx context.Context) (docspace.Person, error) {
	return k.now().PersonSelf(ctx)
}

func (k *keyed) LoginPage(ctx context.Context) error { return k.now().LoginPage(ctx) }

func (k *keyed) UsersCount(ctx context.Context) (int, error) { return k.now().UsersCount(ctx) }

func (k *keyed) RoomsCount(ctx context.Context) (int, error) { return k.now().RoomsCount(ctx) }

func (k *keyed) BackupHistory(ctx context.Context, dump bool) ([]docspace.Backup, error) {
	return k.now().BackupHistory(ctx, dump)
}

func (k *keyed) StartRestore(ctx context.Context, r docspace.RestoreRequest) (docspace.Progress, bool, error) {
	return k.now().StartRestore(ctx, r)
}

func (k *keyed) RestoreProgress(ctx context.Context, scope docspace.Scope) (docspace.Progress, bool, error) {
	return k.now().RestoreProgress(ctx, scope)
}

func (k *keyed) StartBackup(ctx context.Context, r docspace.BackupRequest) (docspace.Progress, bool, error) {
	return k.now().StartBackup(ctx, r)
}

func (k *keyed) BackupProgress(ctx context.Context, dump bool) (docspace.Progress, bool, error) {
	return k.now().BackupProgress(ctx, dump)
}

func (k *keyed) BackupServiceEnabled(ctx context.Context) (bool, error) {
	return k.now().BackupServiceEnabled(ctx)
}

func (k *keyed) BackupsCount(ctx context.Context, from, to time.Time, paid bool) (int, error) {
	return k.now().BackupsCount(ctx, from, to, paid)
}
