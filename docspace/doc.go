// Package docspace is a client for the backup and restore part of the
// ONLYOFFICE DocSpace REST API. It needs the standard library only.
//
// A restore replaces a portal, so the client is built around what must not go
// wrong then:
//
//   - a POST is sent once and never repeated by the client; an error of
//     [Client.StartRestore] matches exactly one of [ErrRefused] (nothing
//     started) and [ErrAmbiguous] (it may have started: ask
//     [Client.RestoreProgress] and compare task ids);
//   - the progress of a restore is asked without the key, because the restore
//     takes the key's life and a dead key would turn the answer into 403;
//   - "no task" is a result and not an error;
//   - an [*Error] keeps the HTTP status whatever the body was, and never shows
//     the key or the server's stack trace.
//
// The zero value of every [Client] field is a default:
//
//	portal := &docspace.Client{
//		BaseURL: "https://docs.example.com",
//		Key:     docspace.NewSecret(key),
//	}
//	backups, err := portal.BackupHistory(ctx, false)
//
// Package docspacetest has a portal in the same process to test against.
package docspace
