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
	// filePath, self-hosted only; or ThirdPartyConsumer with module, spelled as
	// [ConsumerModule] does, and what the module wants. Only backups in the last two
	// outlive a restore.
	StorageType   StorageType
	StorageParams []Param
	Dump          bool // of the whole installation, self-hosted only
}

// wireBackupRequest is the request as the server reads it.
type wireBackupRequest struct {
	StorageType   wireStorage `json:"storageType"`
	StorageParams []Param     `json:"storageParams,omitempty"`
	Dump          bool        `json:"dump"`
}

// StartBackup starts a backup of the portal; the task's id is also the id that
// the backup will have in the history. It is sent once and never again.
//
// The bool is true when the answer named a task. A running backup is joined, as
// restores are: see [Client.StartRestore], also for what an error says about
// whether anything started.
//
// It needs a key with "*:write" whose creator is the owner or a DocSpace admin.
// Every release has it; the dump flag came with 3.1 and is ignored before.
//
// Refused, in the order of the server's checks: [ErrUnauthorized]; [ErrScope];
// [ErrNoPortal]; [ErrRestoring]; [ErrAddress]; [ErrBadRequest]; [ErrForbidden] for
// a dump on SaaS or without the right to the folder; [ErrNotFound] for an unknown
// folder; [ErrPlan] when the month's free backups are used up, on SaaS.
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/start-backup/
func (c *Client) StartBackup(ctx context.Context, backup BackupRequest) (Progress, bool, error) {
	r := request{
		op: "start backup", method: http.MethodPost, path: api("backup", "startbackup"),
		body: wireBackupRequest{wireStorage(backup.StorageType), backup.StorageParams, backup.Dump},
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
// installation. false means that there is no task: also 24 hours after its last change,
// after [Client.CancelBackup], and after a restore.
//
// It needs a key with "*:read" or "*:write". Every release has it; before 3.1 it
// knows one kind of task and dump is ignored, before 3.6 there is no warning, before
// 3.7 no status.
//
// Errors, in the order of the server's checks: [ErrUnauthorized]; [ErrScope];
// [ErrNoPortal]; [ErrRestoring] while a restore has the portal locked;
// [ErrAddress]; [ErrForbidden].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/get-backup-progress/
func (c *Client) BackupProgress(ctx context.Context, dump bool) (Progress, bool, error) {
	return call[Progress](ctx, c, request{
		op: "backup progress", method: http.MethodGet, path: api("backup", "getbackupprogress"), query: dumpQuery(dump),
	})
}

// CancelBackup takes the backup of the portal out of the queue; false is that
// there was none. A backup that has ended counts, too. There is no such call for
// a restore, in no release.
//
// It needs a key with "*:write" and an admin. Not every release has it: where it is
// missing the answer is [ErrNotFound].
//
// Errors, in the order of the server's checks: [ErrUnauthorized]; [ErrScope];
// [ErrNoPortal]; [ErrRestoring]; [ErrPlan]; [ErrAddress]; [ErrForbidden].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/cancel-backup/
func (c *Client) CancelBackup(ctx context.Context) (bool, error) {
	return required[bool](ctx, c, request{
		op: "cancel backup", method: http.MethodPost, path: api("backup", "cancelbackup"),
	})
}

// Resolve makes the link of a finished backup absolute: [Progress] has it as the
// server wrote it, perhaps relative to the portal. The link of nothing is the
// zero Secret. It sends nothing; the error is [ErrAnswer] when the link is no
// http or https URL, [ErrBadRequest] when BaseURL is none.
func (c *Client) Resolve(link Secret) (Secret, error) {
	r := request{op: "resolve link", method: http.MethodGet}
	base, bad := c.url(r)
	switch {
	case link.IsZero():
		return Secret{}, nil
	case bad != nil:
		return Secret{}, bad
	}
	u, err := url.Parse(link.Reveal())
	if err != nil {
		return Secret{}, &Error{Op: r.op, Err: errUnreadable} // the cause repeats the signed link
	}
	u = base.ResolveReference(u)
	if u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return Secret{}, &Error{Op: r.op, Err: fmt.Errorf("%w: no http or https", errUnreadable)}
	}
	return NewSecret(u.String()), nil
}
