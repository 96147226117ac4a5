package bot

import (
	"context"
	"time"

	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// API is what a restore needs of a portal; [docspace.Client] is one. Calls keep
// to their own time-outs and are read-only but for StartRestore, which is sent
// exactly once a call and never retried.
type API interface {
	Settings(ctx context.Context) (docspace.Settings, error)
	KeySelf(ctx context.Context) (docspace.Key, error)
	BackupHistory(ctx context.Context, dump bool) ([]docspace.Backup, error)
	StartRestore(ctx context.Context, r docspace.RestoreRequest) (docspace.Progress, bool, error)
	RestoreProgress(ctx context.Context, scope docspace.Scope) (docspace.Progress, bool, error)
	LoginPage(ctx context.Context) error

	// StartBackup is, like StartRestore, sent once a call and never retried.
	StartBackup(ctx context.Context, r docspace.BackupRequest) (docspace.Progress, bool, error)
	BackupProgress(ctx context.Context, dump bool) (docspace.Progress, bool, error)
	// BackupServiceEnabled and BackupsCount tell what a backup may cost on SaaS.
	BackupServiceEnabled(ctx context.Context) (bool, error)
	BackupsCount(ctx context.Context, from, to time.Time, paid bool) (int, error)
	UsersCount(ctx context.Context) (int, error)
	RoomsCount(ctx context.Context) (int, error)
}

// Portal is one DocSpace portal that may be restored.
type Portal struct {
	PortalName
	API API
	// KeyFrom is where its key comes from.
	KeyFrom KeySource
	// Own are the rules that hold for this portal in the place of the bot's.
	Own policy.PortalRules
	// Safety says where its safety backups go; the zero value takes none.
	Safety SafetyTarget
}

// Portals are all that the bot knows; the first is the default.
type Portals []Portal

// Named returns the portal of that name; "" is the default one.
func (ps Portals) Named(name string) (Portal, bool) {
	for i, p := range ps {
		if p.Name == name || (name == "" && i == 0) {
			return p, true
		}
	}
	return Portal{}, false
}

// Names lists the portals' names.
func (ps Portals) Names() []string {
	names := make([]string, 0, len(ps))
	for _, p := range ps {
		names = append(names, p.Name)
	}
	return names
}
