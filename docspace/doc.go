// Package docspace is a client for the backup and restore part of the
// ONLYOFFICE DocSpace REST API. It needs the standard library only.
//
// The zero value of every [Client] field is a default:
//
//	portal := &docspace.Client{
//		BaseURL: "https://docs.example.com",
//		Key:     docspace.NewSecret(key),
//	}
//	backups, err := portal.BackupHistory(ctx, false)
//
// A restore replaces a portal, so the client is built to be safe around one.
//
// # Writes
//
// A POST or DELETE is sent once and never repeated by the client. Its error
// matches exactly one of [ErrRefused], nothing was done, and [ErrAmbiguous], it
// may have been done. After an ambiguous [Client.StartRestore] ask
// [Client.RestoreProgress] and compare task ids, or let [Client.WaitRestore] do so
// with Wait.Before.
//
// # Reads
//
// A GET is sent again after an outage, with back-off; "no task" is a result and
// not an error. The progress of a restore is asked without the key, because the
// restore takes the key's life and a dead key would turn the answer into 403. The
// history is the exception: to look at it changes it, so it is asked once.
//
// # Waits
//
// [Client.WaitRestore] and [Client.WaitBackup] are sequences of [Look]. A Look holds one
// [Progress] and the facts that need several: the phase, the largest percentage, the time
// without a change, an [Alarm], the current trouble. [Last] returns the end alone. Only a
// success ends a wait without an error.
//
// # Errors
//
// An [*Error] keeps the HTTP status whatever the body was, the server's .NET
// type and words, its request id, whether a proxy answered in its place, and how
// long to wait. Ask for its meaning with [errors.Is]; the values are in one list
// at [ErrUnauthorized]. It never shows the key or the server's stack trace.
//
// # What happened
//
// [Client.ReadAudit] reads the audit trail, [Action.Meaning] says what a row
// did, and [Action.Words] tells it to people. A restore replaces the trail by the
// backup's own, so read it before the start to know the loss. The calls beside it tell the settings that a restore touches; they
// change nothing and read no secrets.
//
// # Limits
//
// A client stays below the limits of the cloud: 1500 requests a minute, 50 GETs
// and 15 others at once, 10,000 POSTs and PUTs a day. A 429 slows all of its calls
// down, for longer each time if the server does not say for how long. A request
// that would have to wait beyond its context, or for the next day, fails at once
// with [ErrRateLimited] and is not sent. The limits are counted for each Client: let
// all of a program share one for each portal.
//
// # Secrets
//
// Keys and the signed links of backups are [Secret] values, which no verb of fmt,
// no logger and no encoder prints. A Client prints as the address of its portal.
//
// # Releases
//
// It works with DocSpace 2.6 to 3.7. API keys and dumps came with 3.1: before, use
// a person's access token, and mind that dump is ignored. Before 3.7 a task has
// no status: a queued one cannot be told from one that downloads, nor a canceled one
// from a failed one. From 3.2 to 3.6 the percentage goes back now and then;
// Look.Percent does not.
//
// Package docspacetest has a portal in the same process to test against.
package docspace
