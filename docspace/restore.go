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
	// BackupID is the id of a record of the history. The server takes storage and
	// place from the record. It ignores the two fields below, but checks that the
	// caller may read a filePath among them. An id that is not a GUID, such as "",
	// needs the parameter filePath.
	BackupID      string
	StorageType   StorageType // "" is Documents
	StorageParams []Param     // each key once
	// Notify mails all users about the restore. Without it the server mails the owner
	// alone.
	Notify bool
	// Dump restores the whole installation. It must be true for a backup out of
	// BackupHistory(ctx, true), and false for any other.
	Dump bool
}

// wireRestore is the request as the server reads it. The server insists on the
// field backupId, even an empty one, and the first releases on storageType.
type wireRestore struct {
	BackupID      string      `json:"backupId"`
	StorageType   wireStorage `json:"storageType"`
	StorageParams []Param     `json:"storageParams,omitempty"`
	Notify        bool        `json:"notify"`
	Dump          bool        `json:"dump"`
}

// StartRestore starts a restore of the portal. The client sends the request once
// and never repeats it.
//
// The bool is true when the answer named a task. The task may be an older one: while
// another restore of the portal is still downloading, the server ignores the request
// and answers with the running task. So ask [Client.RestoreProgress] before the
// start, and compare both tasks with [Joined]. A restore that has ended does not
// stop a new one: a second call restores again.
//
// It needs a key with "*:write" whose creator is the owner or a DocSpace admin.
// Every release has it. Dump came with 3.1. An older server ignores the flag and
// restores the portal alone, so ask [Client.Settings] for the version first.
//
// Every error matches exactly one of [ErrRefused] and [ErrAmbiguous]. Refused,
// in the order of the server's checks: [ErrUnauthorized]; [ErrScope];
// [ErrNoPortal]; [ErrRestoring] when the portal is locked already; [ErrPlan]
// unpaid; [ErrAddress]; [ErrBadRequest]; [ErrForbidden] for a dump on SaaS or
// for a person without the right; ErrPlan without restores; [ErrNotFound] for an
// unknown backup. A request that was never sent is refused too. Every other error is
// ambiguous: no answer in time, a cut connection, a 5xx, a proxy's page, an answer
// that is unreadable or names no task.
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

// check refuses a request that the server would answer with 500, or accept and fail
// at after it has locked the portal.
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
	// AnyTask finds this portal's own restore and a dump: it answers whether anything
	// runs. The request has no dump parameter.
	AnyTask Scope = iota
	// TenantOnly finds this portal's own restore, before and after the server swaps
	// the tenants, and no dump. The request has dump=false.
	TenantOnly
	// DumpOnly finds a restore of the whole installation. The request has dump=true.
	DumpOnly
)

// RestoreScope is the scope that finds the task of a request with this Dump.
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

// RestoreProgress returns the restore task of the portal; false is none. The server
// forgets a task 24 hours after its last change.
//
// It needs no key, and the client sends none. The call is open to everybody, also
// while the portal is locked; from 3.7.1 on the server refuses it with a key that
// the restore has made invalid. Every release has it. Before 3.7 there is no status,
// before 3.1 no dump, and from 3.2 to 3.6 the percentage goes back now and then.
//
// Errors, in the order of the server's checks: [ErrNoPortal] and [ErrServer], both
// for a moment while the server swaps the tenants; [ErrForbidden].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/get-restore-progress/
func (c *Client) RestoreProgress(ctx context.Context, scope Scope) (Progress, bool, error) {
	return call[Progress](ctx, c, request{
		op: OpRestoreProgress, method: http.MethodGet, path: api("backup", "getrestoreprogress"),
		query: scope.query(), anonymous: true,
	})
}
