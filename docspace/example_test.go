package docspace_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// quick is a portal, and a client for it, with a clock of their own: whoever
// sleeps turns it on, so that a restore takes no time.
func quick() (*docspacetest.Portal, *docspace.Client) {
	clock := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	now := func() time.Time { return clock }
	server, portal := bundle(docspacetest.Config{
		Now: now,
		Backups: []docspacetest.Backup{
			{ID: "9a1c3d52-6b0e-4c59-8d0f-2f6f0c6a7b11", StorageType: 5, CreatedOn: time.Date(2026, 3, 1, 2, 15, 0, 0, time.UTC)},
			{ID: "0b7e4f9c-1d2a-4b3c-9e8f-7a6b5c4d3e2f", StorageType: 3, CreatedOn: time.Date(2026, 3, 2, 9, 0, 12, 0, time.UTC)},
		},
	})
	portal.Now = now
	portal.Sleep = func(ctx context.Context, d time.Duration) error { clock = clock.Add(d); return ctx.Err() }
	return server, portal
}

func ExampleClient_BackupHistory() {
	_, portal := quick()
	backups, err := portal.BackupHistory(context.Background(), false)
	if err != nil {
		fmt.Println(err)
	}
	for _, b := range backups {
		fmt.Println(b.CreatedOn.Format(time.DateTime), b.StorageType, b.FileName)
	}
	// Output:
	// 2026-03-02 09:00:12 Local docs_2026-03-02_09-00-12.tar.gz
	// 2026-03-01 02:15:00 ThirdPartyConsumer docs_2026-03-01_02-15-00.tar.gz
}

// A restore from the check of the key to the end.
func ExampleClient_StartRestore() {
	ctx := context.Background()
	_, portal := quick()

	key, err := portal.KeySelf(ctx)
	if err != nil || !key.CanRestore() || key.Expired(time.Now()) {
		fmt.Println("the key cannot restore:", err)
	}
	before, _, err := portal.RestoreProgress(ctx, docspace.AnyTask)
	if err != nil {
		fmt.Println(err)
	}
	task, _, err := portal.StartRestore(ctx, docspace.RestoreRequest{BackupID: "9a1c3d52-6b0e-4c59-8d0f-2f6f0c6a7b11"})
	switch {
	case errors.Is(err, docspace.ErrAmbiguous):
		fmt.Println("it may have started: compare the task ids, do not send it again")
	case err != nil:
		fmt.Println("nothing started:", err)
	case docspace.Joined(before, task):
		fmt.Println("somebody else's restore runs")
	}
	last, err := docspace.Last(portal.WaitRestore(ctx, docspace.AnyTask, docspace.Wait{TaskID: task.TaskID}))
	fmt.Println(last.Percent, last.Phase, err)

	_, err = portal.KeySelf(ctx)
	fmt.Println("the key is dead:", errors.Is(err, docspace.ErrUnauthorized))
	// Output:
	// 100 ended <nil>
	// the key is dead: true
}

// An answer that is lost says nothing about what was done.
func ExampleClient_StartRestore_ambiguous() {
	ctx := context.Background()
	server, portal := quick()
	server.Break(func(f *docspacetest.Faults) { f.LoseStartAnswer = true })

	_, _, err := portal.StartRestore(ctx, docspace.RestoreRequest{BackupID: "9a1c3d52-6b0e-4c59-8d0f-2f6f0c6a7b11"})
	fmt.Println("may have started:", errors.Is(err, docspace.ErrAmbiguous))

	_, running, err := portal.RestoreProgress(ctx, docspace.AnyTask)
	fmt.Println("runs:", running, err)
	// Output:
	// may have started: true
	// runs: true <nil>
}

// What to ask before a restore is offered: is the portal there, what can it do,
// what may the key do, and who stands behind it.
func ExampleClient_Settings() {
	ctx := context.Background()
	_, portal := quick()
	settings, err := portal.Settings(ctx)
	fmt.Println(settings.Version, settings.TenantStatus, "dumps:", settings.Standalone, err)
	key, err := portal.KeySelf(ctx)
	fmt.Println("may restore:", key.CanRestore() && !key.Expired(time.Now()), err)
	person, err := portal.PersonSelf(ctx)
	fmt.Println(person.DisplayName, person.CanRestore(), err)
	// Output:
	// 3.7.2 Active dumps: true <nil>
	// may restore: true <nil>
	// Olga Owner true <nil>
}

// Each phase of a restore, once.
func ExampleClient_WaitRestore() {
	ctx := context.Background()
	server, portal := quick()
	task, _, err := portal.StartRestore(ctx, docspace.RestoreRequest{BackupID: server.Backups()[0].ID})
	if err != nil {
		fmt.Println(err)
	}
	var phase docspace.Phase
	for look, err := range portal.WaitRestore(ctx, docspace.TenantOnly, docspace.Wait{TaskID: task.TaskID}) {
		switch {
		case err != nil:
			fmt.Println("it did not succeed:", err)
		case look.Alarm != "":
			fmt.Println("call somebody:", look.Alarm)
		case look.Phase != phase && (look.Phase == docspace.PhaseCopying || look.Phase == docspace.PhaseEnded):
			phase = look.Phase
			fmt.Println(look.Phase, look.Percent)
		}
	}
	// Output:
	// copying 75
	// ended 100
}

// A start whose answer was lost: the wait finds the task that was not there before.
func ExampleClient_WaitRestore_ambiguous() {
	ctx := context.Background()
	server, portal := quick()
	before, _, err := portal.RestoreProgress(ctx, docspace.AnyTask)
	if err != nil {
		fmt.Println(err)
	}
	server.Break(func(f *docspacetest.Faults) { f.LoseStartAnswer = true })
	var wait docspace.Wait
	task, _, err := portal.StartRestore(ctx, docspace.RestoreRequest{BackupID: server.Backups()[0].ID})
	switch {
	case errors.Is(err, docspace.ErrAmbiguous):
		wait.Before = before.TaskID
	case err == nil:
		wait.TaskID = task.TaskID
	}
	last, err := docspace.Last(portal.WaitRestore(ctx, docspace.AnyTask, wait))
	fmt.Println(last.Percent, err)
	// Output:
	// 100 <nil>
}

// What a restore is checked by: before it, and after it with a new key.
func ExampleClient_UsersCount() {
	ctx := context.Background()
	_, portal := quick()
	users, err := portal.UsersCount(ctx)
	fmt.Println(users, "users", err)
	rooms, err := portal.RoomsCount(ctx)
	fmt.Println(rooms, "rooms", err)
	backups, err := portal.BackupsCount(ctx, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), time.Time{}, false)
	fmt.Println(backups, "backups", err)
	// Output:
	// 42 users <nil>
	// 7 rooms <nil>
	// 2 backups <nil>
}

func ExampleClient_CancelBackup() {
	ctx := context.Background()
	_, portal := quick()
	if _, _, err := portal.StartBackup(ctx, docspace.BackupRequest{StorageType: docspace.StorageDataStore}); err != nil {
		fmt.Println(err)
	}
	canceled, err := portal.CancelBackup(ctx)
	fmt.Println(canceled, err)
	_, found, err := portal.BackupProgress(ctx, false)
	fmt.Println("still there:", found, err)
	// Output:
	// true <nil>
	// still there: false <nil>
}

func ExampleJoined() {
	ctx := context.Background()
	server, portal := quick()
	server.StartElsewhere(server.Backups()[1].ID) // somebody else was faster
	before, _, err := portal.RestoreProgress(ctx, docspace.AnyTask)
	if err != nil {
		fmt.Println(err)
	}
	task, _, err := portal.StartRestore(ctx, docspace.RestoreRequest{BackupID: server.Backups()[0].ID})
	fmt.Println("joined:", docspace.Joined(before, task), err)
	fmt.Println("restores that began:", len(server.Restores()))
	// Output:
	// joined: true <nil>
	// restores that began: 1
}

func ExampleClient_WaitBackup() {
	ctx := context.Background()
	_, portal := quick()
	task, _, err := portal.StartBackup(ctx, docspace.BackupRequest{
		StorageType: docspace.StorageLocal, StorageParams: []docspace.Param{{Key: "filePath", Value: "/backups"}},
	})
	if err != nil {
		fmt.Println(err)
	}
	_, err = docspace.Last(portal.WaitBackup(ctx, false, docspace.Wait{TaskID: task.TaskID}))
	fmt.Println(err)
	backups, err := portal.BackupHistory(ctx, false)
	fmt.Println(backups[0].ID == task.TaskID, err)
	// Output:
	// <nil>
	// true <nil>
}

func ExampleError() {
	server, portal := quick()
	server.Break(func(f *docspacetest.Faults) { f.RefuseStart = 402 })
	_, _, err := portal.StartRestore(context.Background(), docspace.RestoreRequest{BackupID: "9a1c3d52-6b0e-4c59-8d0f-2f6f0c6a7b11"})
	fmt.Println(err)
	fmt.Println(errors.Is(err, docspace.ErrPlan), errors.Is(err, docspace.ErrRefused))
	if e, ok := errors.AsType[*docspace.Error](err); ok {
		fmt.Println(e.Status, e.Type)
	}
	// Output:
	// docspace: start restore: 402 Payment Required: The operation is not possible
	// true true
	// 402 System.InvalidOperationException
}

func ExampleSecret() {
	key := docspace.NewSecret("sk-very-secret")
	fmt.Printf("%v %+v %#v %d\n", key, struct{ Key docspace.Secret }{key}, key, key)
	log := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	log.Info("connected", "key", key)
	// Output:
	// [redacted] {Key:[redacted]} [redacted] [redacted]
	// level=INFO msg=connected key=[redacted]
}

func ExampleParseStorageType() {
	t, err := docspace.ParseStorageType("thirdpartydocuments")
	fmt.Println(t, err)
	_, err = docspace.ParseStorageType("floppy")
	fmt.Println(err)
	// Output:
	// ThridpartyDocuments <nil>
	// unknown storage type "floppy": one of Documents, ThridpartyDocuments, CustomCloud, Local, DataStore, ThirdPartyConsumer
}

func ExampleConsumerModule() {
	fmt.Printf("%q %q\n", docspace.ConsumerModule("S3"), docspace.ConsumerModule("dropbox"))
	fmt.Println(docspace.ConsumerModules())
	// Output:
	// "s3" ""
	// [s3 googlecloud rackspace]
}
