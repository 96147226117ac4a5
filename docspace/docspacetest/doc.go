// Package docspacetest is an ONLYOFFICE DocSpace portal in the same process:
// its backup API with the life of a real restore, and a switch for everything
// that goes wrong with one. It speaks JSON of its own and shares no code with
// the client, so that the two cannot share a mistake.
//
//	portal := docspacetest.New(docspacetest.Config{Script: docspacetest.Total(time.Minute)})
//	client := &docspace.Client{
//		BaseURL: "https://docs.example.com",
//		Key:     docspace.NewSecret(portal.Key()),
//		HTTP:    docspacetest.Via(portal),
//	}
//	portal.Break(func(f *docspacetest.Faults) { f.LoseStartAnswer = true })
//	_, _, err := client.StartRestore(ctx, docspace.RestoreRequest{BackupID: portal.Backups()[0].ID})
//	// err is ErrAmbiguous, and portal.Restores() holds the restore that runs.
//
// A [Portal] is a plain http.Handler. It runs no goroutine and sets no timer: a
// restore's place is worked out from the clock at each request, so it works on a
// real listener as well as inside a testing/synctest bubble with [Via]. It
// answers under any host and any path prefix.
//
// # A restore
//
// A restore goes through the phases of its [Script]: queued, downloading (the
// portal is still open), importing and copying (the portal is locked and
// answers 403 to nearly everything), the swap, and the end. Then the portal has a
// new tenant id and the people in it new ids, and every key is dead until
// [Portal.IssueKey] makes another. Of the history only the records with the
// storage types Local and ThirdPartyConsumer are left, under new ids and their
// old file names. The users and rooms are those of the restored record. After a
// dump keys, ids and history are as before.
//
// # More than one task
//
// The server's queue may know two tasks here: this tenant's restore, and a dump
// that another portal of the server started ([Portal.StartDumpElsewhere]). Each is
// shown in its scope. [Portal.LeaveTask] leaves one of this morning behind,
// [Portal.ForgetTasks] empties the queue.
//
// # A backup
//
// A backup takes Config.BackupTime. Its task id is the id of the record that the
// history has when it succeeds. [Portal.StartBackupElsewhere] lets somebody else
// start one, which a request then joins; [Portal.BackupTasks] tells what became
// of each. A restore does not wait for a running backup, and the swap ends it.
//
// # Releases
//
// Config.Version decides the shape: before 3.1 there are no API keys (use
// [Portal.Token]) and dump is ignored; from 3.2 to 3.6 the percentage goes back
// now and then; a backup's warning comes from 3.6 on, a task's status from 3.7 on,
// and with it the 403 for a bad key where none is needed.
//
// # What happened
//
// Config.Events and [Portal.AddEvents] are the audit trail; [Work] makes one of what
// people did. It has the traps of the real one: without the plan's option the 20
// newest rows whatever is asked, no order within a second, rows that come late, a
// 500 for moduleType, 403 while the portal is locked. Rooms, their logs and the
// people follow from it. A restore takes the events after the backup away.
// Config.Details are the settings that a restore touches.
//
// # What it enforces
//
// The order of the server's checks: credential, scope, the portal's state, payment,
// address, and then those of the operation, each with the status and the body of the
// real refusal. Bodies and queries are read as .NET reads them, with its errors. With
// Config.RateLimits the cloud's limits hold.
//
// # What it does not know
//
// Of the portal's API beside backups it answers settings, portal, keys, people/@self,
// counts of people, rooms and bytes, quotas and the tariff, the audit trail and the
// logs of rooms, two-factor and address rules, mail, webhooks, OAuth apps and
// capabilities, as far as their fields are of use to a restore. Every other path is a
// 404, although a real portal has hundreds: files and folders among them. Keys cannot
// be made or revoked by requests. A schedule is kept and told, and never runs. The
// exact texts of exceptions are not promised, their class and status are.
//
// # From another program
//
// [Control] steers a portal on a port from any language.
package docspacetest
