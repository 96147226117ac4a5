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

// quick is a portal whose restores take a moment.
func quick() (*docspacetest.Portal, *docspace.Client) {
	return bundle(docspacetest.Config{
		Script: docspacetest.Total(50 * time.Millisecond), BackupTime: 20 * time.Millisecond,
		Backups: []docspacetest.Backup{
			{ID: "9a1c3d52-6b0e-4c59-8d0f-2f6f0c6a7b11", StorageType: 5, CreatedOn: time.Date(2026, 3, 1, 2, 15, 0, 0, time.UTC)},
			{ID: "0b7e4f9c-1d2a-4b3c-9e8f-7a6b5c4d3e2f", StorageType: 3, CreatedOn: time.Date(2026, 3, 2, 9, 0, 12, 0, time.UTC)},
		},
	})
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
	last, err := docspace.Last(portal.WaitRestore(ctx, docspace.AnyTask, docspace.Wait{
		TaskID: task.TaskID, Interval: 5 * time.Millisecond,
	}))
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

func ExampleClient_WaitBackup() {
	ctx := context.Background()
	_, portal := quick()
	task, _, err := portal.StartBackup(ctx, docspace.BackupRequest{
		StorageType: docspace.StorageLocal, StorageParams: []docspace.Param{{Key: "filePath", Value: "/backups"}},
	})
	if err != nil {
		fmt.Println(err)
	}
	_, err = docspace.Last(portal.WaitBackup(ctx, false, docspace.Wait{TaskID: task.TaskID, Interval: 5 * time.Millisecond}))
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
