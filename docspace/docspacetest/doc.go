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
// A restore goes through the phases of its [Script]: queued, downloading (the
// portal is still open), importing and copying (the portal is locked and
// answers 403 to nearly everything), the swap, and the end, when the portal has
// a new tenant id, the keys are dead and the backups have new ids.
package docspacetest
