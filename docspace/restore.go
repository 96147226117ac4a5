package docspace

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
)

// RestoreRequest says what to restore.
type RestoreRequest struct {
	// BackupID is a record of the history. Then the server takes storage and place
	// from the record and ignores the two fields below, except that it looks whether
	// the caller may read a filePath among them. An id that is not a GUID, "" too,
	// needs the parameter filePath.
	BackupID      string
	StorageType   StorageType // "" leaves it to the server, which takes Documents
	StorageParams []Param     // no key twice
	// Notify sends mails about the restore to all users; without it the owner alone
	// gets them.
	Notify bool
	// Dump restores the whole installation and must be true exactly for a backup
	// out of BackupHistory(ctx, true).
	Dump bool
}

// wireRestore is the request as the server reads it. The backup id is sent even
// when empty, because the server insists on the field; and the storage type,
// because the first releases do.
type wireRestore struct {
	BackupID      string      `json:"backupId"`
	StorageType   wireStorage `json:"storageType"`
	StorageParams []Param     `json:"storageParams,omitempty"`
	Notify        bool        `json:"notify"`
	Dump          bool        `json:"dump"`
}

// StartRestore starts a restore of the portal. It is sent once and never again,
// whatever happens.
//
// The bool is true when the answer named a task. That task is not necessarily
// new: while another restore of the portal runs and is still downloading, the
// server answers with that one and ignores the request. So ask
// [Client.RestoreProgress] before, and compare task ids with [Joined]: the same id
// means joined. A restore that has ended is no hindrance: a second call would
// restore again.
//
// It needs a key with "*:write" whose creator is the owner or a DocSpace admin.
// Every release has it. Dump came with 3.1: an older server ignores the flag and
// would restore the portal alone, so ask [Client.Settings] for the version first.
//
// Every error matches exactly one of [ErrRefused] and [ErrAmbiguous]. Refused,
// in the order of the server's checks: [ErrUnauthorized]; [ErrScope];
// [ErrNoPortal]; [ErrRestoring] when the portal is locked already; [ErrPlan]
// unpaid; [ErrAddress]; [ErrBadRequest]; [ErrForbidden] for a dump on SaaS or
// for a person without the right; ErrPlan without restores; [ErrNotFound] for an
// unknown backup. Also refused is what was never sent. Ambiguous is everything
// else: no answer in time, a cut connection, a 5xx, a proxy's page, an answer that
// is unreadable or names no task.
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/start-backup-restore/
func (c *Client) StartRestore(ctx context.Context, restore RestoreRequest) (Progress, bool, error) {
	r := request{
		op: OpStart, method: http.MethodPost, path: api("backup", "startrestore"),
		body: wireRestore{
			restore.BackupID, wireStorage(cmp.Or(restore.StorageType, StorageDocuments)), restore.StorageParams, restore.Notify, restore.Dump,
		},
	}
	if err := restore.check(); err != nil {
		return Progress{}, false, r.invalid("%w", err)
	}
	p, err := required[Progress](ctx, c, r)
	return p, err == nil, err
}

// check refuses what would come back as a 500, or be accepted and fail in the
// worker after the portal is locked.
func (restore RestoreRequest) check() error {
	id, ok := ParseGUID(restore.BackupID)
	if id == zeroGUID {
		return fmt.Errorf("backup id %.40q is the empty GUID", restore.BackupID)
	}
	if _, given := param(restore.StorageParams, "filePath"); !ok && !given {
		return fmt.Errorf("backup id %.40q is not a GUID, so the parameter filePath is needed", restore.BackupID)
	}
	return checkStorage(restore.StorageType, restore.StorageParams)
}

func checkStorage(t StorageType, params []Param) error {
	if t != "" && !t.Known() {
		return fmt.Errorf("unknown storage type %.40q", string(t))
	}
	seen := make(map[string]bool, len(params))
	for _, p := range params {
		if p.Key == "" || seen[p.Key] {
			return fmt.Errorf("storage parameter %.40q is empty or given twice", p.Key)
		}
		seen[p.Key] = true
	}
	return nil
}

// param finds a parameter by its name.
func param(params []Param, key string) (string, bool) {
	for _, p := range params {
		if p.Key == key {
			return p.Value, true
		}
	}
	return "", false
}

// Scope says which restore tasks [Client.RestoreProgress] looks for. On SaaS the
// server treats every scope as TenantOnly.
type Scope int

// The scopes.
const (
	// AnyTask finds a dump as well as this portal's own restore, which is what "does
	// anything run here?" wants. It is the request without the dump parameter.
	AnyTask Scope = iota
	// TenantOnly finds this portal's own restore, before and after the tenants are
	// swapped. It is dump=false and does not see a running dump.
	TenantOnly
	// DumpOnly finds a restore of the whole installation. It is dump=true.
	DumpOnly
)

// RestoreScope is the scope in which a request with that Dump is found.
func RestoreScope(dump bool) Scope {
	if dump {
		return DumpOnly
	}
	return TenantOnly
}

func (s Scope) query() url.Values {
	if s == AnyTask {
		return nil
	}
	return dumpQuery(s == DumpOnly)
}

// RestoreProgress looks at the restore task of the portal; false is none, which
// is also the answer 24 hours after the last change of one.
//
// It needs no key and is sent without one: the call is open to all, also while the
// portal is locked, and with a key that the restore has made invalid it would be
// refused, from 3.7.1 on. Every release has it; before 3.7 there is no status,
// before 3.1 no dump, and from 3.2 to 3.6 the percentage goes back now and then.
//
// Errors, in the order of the server's checks: [ErrNoPortal] and [ErrServer], both
// possible for a moment while the tenants are swapped; [ErrForbidden].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/get-restore-progress/
func (c *Client) RestoreProgress(ctx context.Context, scope Scope) (Progress, bool, error) {
	return call[Progress](ctx, c, request{
		op: OpRestoreProgress, method: http.MethodGet, path: api("backup", "getrestoreprogress"),
		query: scope.query(), anonymous: true,
	})
}
