package docspace

import (
	"context"
	"net/http"
)

// DeleteBackup deletes a backup and its file, and returns the server's answer.
//
// It needs a key with "*:write" and an admin. Every release has it.
//
// Errors, in the order of the server's checks: [ErrBadRequest] for an id that is no
// GUID, which is not sent; [ErrUnauthorized]; [ErrScope]; [ErrNoPortal];
// [ErrRestoring]; [ErrPlan]; [ErrAddress]; [ErrForbidden]; [ErrNotFound].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/delete-backup/
func (c *Client) DeleteBackup(ctx context.Context, id string) (bool, error) {
	plain, ok := ParseGUID(id)
	r := request{op: "delete backup", method: http.MethodDelete, path: api("backup", "deletebackup", plain)}
	if !ok || plain == zeroGUID {
		return false, r.invalid("backup id %.40q is not a GUID", id)
	}
	return required[bool](ctx, c, r)
}

// DeleteBackupHistory deletes all backups of the portal, or with dump those of
// the installation, and their files, and returns what the server says to it. There
// is no way back.
//
// It needs a key with "*:write" and an admin. Every release has it; before 3.1 dump
// is ignored, and the portal's own go.
//
// Errors, in the order of the server's checks: [ErrUnauthorized]; [ErrScope];
// [ErrNoPortal]; [ErrRestoring]; [ErrPlan]; [ErrAddress]; [ErrForbidden].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/delete-backup-history/
func (c *Client) DeleteBackupHistory(ctx context.Context, dump bool) (bool, error) {
	return required[bool](ctx, c, request{
		op: "delete backup history", method: http.MethodDelete, path: api("backup", "deletebackuphistory"),
		query: dumpQuery(dump),
	})
}
