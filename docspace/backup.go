package docspace

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// BackupRequest says where to put a new backup.
type BackupRequest struct {
	// StorageType is Documents with the parameter folderId, a number;
	// ThridpartyDocuments with folderId, which is none; DataStore; Local with
	// filePath, self-hosted only; or ThirdPartyConsumer with module and what the
	// module wants. Only backups in the last two outlive a restore.
	StorageType   StorageType
	StorageParams []Param
	Dump          bool // of the whole installation, self-hosted only
}

// wireBackupRequest is the request as the server reads it.
type wireBackupRequest struct {
	StorageType   StorageType `json:"storageType"`
	StorageParams []Param     `json:"storageParams,omitempty"`
	Dump          bool        `json:"dump"`
}

// StartBackup starts a backup of the portal; the task's id is also the id that
// the backup will have in the history. A running backup is joined as restores
// are: see [Client.StartRestore], also for the bool, for what an error
// says about whether anything started, and for what the key needs.
//
// Refused, in the order of the server's checks: [ErrUnauthorized], [ErrScope],
// [ErrNoPortal], [ErrRestoring], [ErrBadRequest], [ErrForbidden] for a dump on
// SaaS or without the right to the folder, [ErrPlan] when the free backups are
// used up, [ErrNotFound] for an unknown folder.
func (c *Client) StartBackup(ctx context.Context, backup BackupRequest) (Progress, bool, error) {
	r := request{
		op: "start backup", method: http.MethodPost, path: api("backup", "startbackup"),
		body: wireBackupRequest(backup),
	}
	if err := checkTarget(backup.StorageType, backup.StorageParams); err != nil {
		return Progress{}, false, r.invalid("%w", err)
	}
	p, err := required[Progress](ctx, c, r)
	return p, err == nil, err
}

// checkTarget refuses what the server would answer with a 500.
func checkTarget(t StorageType, params []Param) error {
	if t == "" {
		return errors.New("a backup needs a storage type")
	}
	if err := checkStorage(t, params); err != nil {
		return err
	}
	needs := map[StorageType]string{
		StorageDocuments: "folderId", StorageThirdpartyDocs: "folderId",
		StorageLocal: "filePath", StorageThirdPartyConsumer: "module",
	}
	name, ok := needs[t]
	value, given := param(params, name)
	switch {
	case !ok:
		return nil
	case !given:
		return fmt.Errorf("storage type %s needs the parameter %s", t, name)
	case name != "folderId":
		return nil
	}
	if _, err := strconv.Atoi(value); (err == nil) != (t == StorageDocuments) {
		return fmt.Errorf("the parameter folderId does not fit storage type %s", t)
	}
	return nil
}

// BackupProgress looks at the backup task of the portal, or with dump of the
// installation; false is none.
//
// It needs a key with "*:read" or "*:write". Errors: [ErrUnauthorized],
// [ErrScope], [ErrNoPortal], [ErrRestoring] while a restore has the portal
// locked, [ErrForbidden], [ErrUnavailable].
func (c *Client) BackupProgress(ctx context.Context, dump bool) (Progress, bool, error) {
	return call[Progress](ctx, c, request{
		op: "backup progress", method: http.MethodGet, path: api("backup", "getbackupprogress"), query: dumpQuery(dump),
	})
}

// CancelBackup takes the backup of the portal out of the queue; false is that
// there was none. A backup that has ended counts, too. There is no such call for
// a restore.
//
// It needs "*:write". Errors: [ErrUnauthorized], [ErrScope], [ErrRestoring],
// [ErrForbidden].
func (c *Client) CancelBackup(ctx context.Context) (bool, error) {
	return required[bool](ctx, c, request{
		op: "cancel backup", method: http.MethodPost, path: api("backup", "cancelbackup"),
	})
}

// Resolve makes the link of a finished backup absolute. The link is signed:
// treat it as a secret. It returns "" for "".
func (c *Client) Resolve(link string) (string, error) {
	if link == "" {
		return "", nil
	}
	base, bad := c.url(request{op: "resolve link"})
	if bad != nil {
		return "", bad
	}
	u, err := url.Parse(link)
	if err != nil {
		return "", errors.New("docspace: the backup's link is not a URL") // the cause repeats the signed link
	}
	u = base.ResolveReference(u)
	if u.Scheme != "https" && u.Scheme != "http" {
		return "", fmt.Errorf("docspace: the backup's link has the scheme %.20q", u.Scheme)
	}
	return u.String(), nil
}
