package docspace

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Backup is one record of the backup history.
type Backup struct {
	ID          string // a GUID; it changes with every restore of the portal
	FileName    string // such as "docs_2026-03-01_02-15-00.tar.gz"
	StorageType StorageType
	CreatedOn   time.Time // UTC, to the second
	ExpiresOn   time.Time // UTC; zero: never
}

// Expired reports whether the backup is past its time. The server deletes
// expired ones only some minutes later and lists them until then.
func (b Backup) Expired(at time.Time) bool {
	return !b.ExpiresOn.IsZero() && !at.Before(b.ExpiresOn)
}

// wireBackup is a record as the server writes it.
type wireBackup struct {
	ID          string      `json:"id"`
	FileName    string      `json:"fileName"`
	StorageType StorageType `json:"storageType"`
	CreatedOn   date        `json:"createdOn"`
	ExpiresOn   date        `json:"expiresOn"`
}

// BackupHistory lists the backups of the portal, or with dump those of the
// whole installation, newest first; none is an empty slice.
//
// Call it once per user action and never poll: the server looks for every file
// while it answers and forgets each backup whose file it does not find. For the
// same reason it is sent again only when it certainly was not performed. It takes
// as long as that look does: Client.HistoryTimeout bounds it. One record whose
// storage cannot be read makes the server answer [ErrServer] for all of them.
//
// It needs a key with "*:read" or "*:write" whose creator is the owner or a
// DocSpace admin. Every release has it; before 3.1 dump is ignored.
//
// Errors, in the order of the server's checks: [ErrUnauthorized]; [ErrScope];
// [ErrNoPortal]; [ErrRestoring]; [ErrPlan]; [ErrAddress]; [ErrForbidden].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/get-backup-history/
func (c *Client) BackupHistory(ctx context.Context, dump bool) ([]Backup, error) {
	records, _, err := call[[]wireBackup](ctx, c, request{
		op: OpHistory, method: http.MethodGet, path: api("backup", "getbackuphistory"),
		query: dumpQuery(dump), once: true, long: true, within: c.historyTimeout(),
	})
	if err != nil {
		return nil, err
	}
	backups := make([]Backup, 0, len(records))
	for _, w := range records {
		backups = append(backups, Backup{
			ID: w.ID, FileName: w.FileName, StorageType: w.StorageType,
			CreatedOn: w.CreatedOn.Time, ExpiresOn: w.ExpiresOn.Time,
		})
	}
	// The server gives no order. The id makes ours total.
	slices.SortFunc(backups, func(a, b Backup) int {
		return cmp.Or(b.CreatedOn.Compare(a.CreatedOn), strings.Compare(a.ID, b.ID))
	})
	return backups, nil
}
