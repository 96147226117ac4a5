package docspace

import (
	"context"
	"net/http"
)

// DeleteBackup deletes a backup and its file, and returns what the server says to
// it.
//
// It needs "*:write" and an admin. Errors: [ErrBadRequest] for an id that is no
// GUID, which is not sent; [ErrUnauthorized]; [ErrScope]; [ErrRestoring];
// [ErrForbidden]; [ErrNotFound].
func (c *Client) DeleteBackup(ctx context.Context, id string) (bool, error) {
	r := request{op: "delete backup", method: http.MethodDelete, path: api("backup", "deletebackup", id)}
	if guidForm(id) != guidProper {
		return false, r.invalid("backup id %.40q is not a GUID", id)
	}
	return required[bool](ctx, c, r)
}

// DeleteBackupHistory deletes all backups of the portal, or with dump those of
// the installation, and their files. There is no way back.
//
// It needs "*:write" and an admin. Errors: [ErrUnauthorized], [ErrScope],
// [ErrRestoring], [ErrForbidden].
func (c *Client) DeleteBackupHistory(ctx context.Context, dump bool) (bool, error) {
	return required[bool](ctx, c, request{
		op: "delete backup history", method: http.MethodDelete, path: api("backup", "deletebackuphistory"),
		query: dumpQuery(dump),
	})
}
