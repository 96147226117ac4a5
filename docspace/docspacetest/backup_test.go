package docspacetest_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

var local = docspace.BackupRequest{
	StorageType: docspace.StorageLocal, StorageParams: []docspace.Param{{Key: "filePath", Value: "/backups"}},
}

// save starts a backup to a folder of the server.
func save(t *testing.T, c *docspace.Client) string {
	t.Helper()
	got, ok, err := c.StartBackup(t.Context(), local)
	if err != nil || !ok || got.Kind != docspace.KindBackup {
		t.Fatalf("%+v %v %v", got, ok, err)
	}
	return got.TaskID
}

func TestLifeOfABackup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{BackupTime: 100 * time.Second})
		began := time.Now()
		id := save(t, c)
		type at struct {
			Percent         int
			Status          docspace.TaskStatus
			Done, InHistory bool
		}
		var got []at
		for _, second := range []int{0, 50, 99, 100} {
			time.Sleep(time.Until(began.Add(time.Duration(second) * time.Second)))
			task, ok, err := c.BackupProgress(t.Context(), false)
			if err != nil || !ok || task.TaskID != id {
				t.Fatalf("%+v %v %v", task, ok, err)
			}
			got = append(got, at{task.Percent, task.Status, task.Succeeded(), p.Backups()[0].ID == id})
		}
		want := []at{
			{0, docspace.TaskCreated, false, false},
			{45, docspace.TaskRunning, false, false},
			{89, docspace.TaskRunning, false, false},
			{100, docspace.TaskCompleted, true, true},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		task := p.BackupTasks()[0]
		if !task.Succeeded || task.TaskID != id || task.Params["filePath"] != "/backups" || task.Ended.Sub(task.Started) != 100*time.Second {
			t.Errorf("%+v", task)
		}
		if p.BackupStarts() != 1 {
			t.Errorf("%d requests", p.BackupStarts())
		}
		// Another one while none runs is a new one; while one runs it is joined.
		theirs := p.StartBackupElsewhere(3)
		if ours := save(t, c); theirs == id || ours != theirs || len(p.BackupTasks()) != 2 || !p.BackupTasks()[1].Elsewhere {
			t.Errorf("%s, %s: %+v", theirs, ours, p.BackupTasks())
		}
	})
}

func TestBackupEndsAsTheSwitchesSay(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fault func(*docspacetest.Faults)
		want  docspacetest.BackupTask
		look  docspace.Progress
	}{
		"fails at the end": {
			func(f *docspacetest.Faults) { f.BackupText = "No space left." },
			docspacetest.BackupTask{Error: "No space left."},
			docspace.Progress{Status: docspace.TaskCompleted, Completed: true, Percent: 90, Error: "No space left."},
		},
		"is never picked up": {
			func(f *docspacetest.Faults) { f.BackupStuck = true },
			docspacetest.BackupTask{},
			docspace.Progress{Status: docspace.TaskCreated},
		},
		"loses its worker": {
			func(f *docspacetest.Faults) { f.BackupDead = true },
			docspacetest.BackupTask{},
			docspace.Progress{Status: docspace.TaskCreated},
		},
		"succeeds with a warning": {
			func(f *docspacetest.Faults) { f.BackupWarning = "Some files were not included." },
			docspacetest.BackupTask{Succeeded: true},
			docspace.Progress{Status: docspace.TaskCompleted, Completed: true, Percent: 100, Warning: "Some files were not included."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p, c := bundle(docspacetest.Config{})
				records := len(p.Backups())
				p.Break(tt.fault)
				tt.look.TaskID = save(t, c)
				time.Sleep(time.Minute)
				got, ok, err := c.BackupProgress(t.Context(), false)
				tt.look.Kind, tt.look.TenantID = docspace.KindBackup, 1
				if diff := cmp.Diff(tt.look, got); diff != "" || !ok || err != nil {
					t.Errorf("%v %v %s", ok, err, diff)
				}
				ignore := cmpopts.IgnoreFields(docspacetest.BackupTask{}, "TaskID", "StorageType", "Params", "Started", "Ended")
				if diff := cmp.Diff(tt.want, p.BackupTasks()[0], ignore); diff != "" {
					t.Error(diff)
				}
				if added := len(p.Backups()) - records; (added == 1) != tt.want.Succeeded {
					t.Errorf("%d records added", added)
				}
			})
		})
	}
}

// The server finds a module by its exact key, and the worker is told no more.
func TestBackupToAModuleInCapitalsFails(t *testing.T) {
	t.Parallel()
	for module, want := range map[string]string{
		"s3": "", "S3": "Object reference not set to an instance of an object.", "dropbox": "Object reference not set to an instance of an object.",
	} {
		synctest.Test(t, func(t *testing.T) {
			p, c := bundle(docspacetest.Config{})
			_, _, err := c.StartBackup(t.Context(), docspace.BackupRequest{
				StorageType: docspace.StorageThirdPartyConsumer, StorageParams: []docspace.Param{{Key: "module", Value: module}},
			})
			time.Sleep(time.Minute)
			if b := p.BackupTasks()[0]; err != nil || b.Error != want || b.Succeeded != (want == "") {
				t.Errorf("%s: %+v %v", module, b, err)
			}
		})
	}
}

func TestStartOfABackupIsRefusedOrLost(t *testing.T) {
	t.Parallel()
	documents := docspace.BackupRequest{
		StorageType: docspace.StorageDocuments, StorageParams: []docspace.Param{{Key: "folderId", Value: "7"}},
	}
	for name, tt := range map[string]struct {
		fault func(*docspacetest.Faults)
		want  error
		began int
	}{
		"plan":        {func(f *docspacetest.Faults) { f.NoBackupPlan = true }, docspace.ErrPlan, 0},
		"no admin":    {func(f *docspacetest.Faults) { f.NotAdmin = true }, docspace.ErrForbidden, 0},
		"lost answer": {func(f *docspacetest.Faults) { f.LoseBackupAnswer = true }, docspace.ErrAmbiguous, 1},
	} {
		p, c := bundle(docspacetest.Config{})
		p.Break(tt.fault)
		_, ok, err := c.StartBackup(t.Context(), documents)
		if ok || !errors.Is(err, tt.want) || len(p.BackupTasks()) != tt.began || p.BackupStarts() != 1 {
			t.Errorf("%s: %v %v, %d began", name, ok, err, len(p.BackupTasks()))
		}
	}
}

// The safety backup: made before a restore, and the way back after it.
func TestSafetyBackupOutlivesTheRestoreUnderANewID(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{Users: 50, Rooms: 9})
		id := save(t, c)
		time.Sleep(time.Minute)
		old := p.Backups()
		fileName := old[0].FileName
		if _, _, err := c.StartRestore(t.Context(), docspace.RestoreRequest{BackupID: old[1].ID}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		if _, _, err := c.BackupProgress(t.Context(), false); !errors.Is(err, docspace.ErrRestoring) {
			t.Errorf("while locked: %v", err)
		}
		time.Sleep(time.Minute)
		c = clientOf(p.IssueKey(docspacetest.Key{}), p)
		history, err := c.BackupHistory(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(history, func(b docspace.Backup) bool { return b.FileName == fileName })
		if i < 0 || history[i].ID == id {
			t.Fatalf("the safety backup is gone or kept its id: %+v", history)
		}
		for _, b := range history {
			if !b.StorageType.OutlivesRestore() {
				t.Errorf("%s is still there", b.StorageType)
			}
		}
		if _, ok, err := c.BackupProgress(t.Context(), false); ok || err != nil {
			t.Errorf("the old tenant's task is still told: %v %v", ok, err)
		}
		if _, _, err := c.StartRestore(t.Context(), docspace.RestoreRequest{BackupID: id}); !errors.Is(err, docspace.ErrNotFound) {
			t.Errorf("by its old id: %v", err)
		}
		if _, _, err := c.StartRestore(t.Context(), docspace.RestoreRequest{BackupID: history[i].ID}); err != nil {
			t.Errorf("by its new id: %v", err)
		}
		time.Sleep(time.Minute)
		c = clientOf(p.IssueKey(docspacetest.Key{}), p)
		users, err := c.UsersCount(t.Context())
		rooms, err2 := c.RoomsCount(t.Context())
		if users != 50 || rooms != 9 || err != nil || err2 != nil {
			t.Errorf("%d users, %d rooms: %v %v", users, rooms, err, err2)
		}
	})
}

func TestSwapTakesARunningBackupWithIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{BackupTime: time.Hour})
		save(t, c)
		before, err := c.PersonSelf(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		start(t, p, c)
		time.Sleep(time.Minute)
		if b := p.BackupTasks()[0]; !b.Canceled || b.Ended.IsZero() {
			t.Errorf("%+v", b)
		}
		after, err := clientOf(p.IssueKey(docspacetest.Key{}), p).PersonSelf(t.Context())
		if err != nil || after.ID == before.ID {
			t.Errorf("people get new ids: %+v, %+v, %v", before, after, err)
		}
	})
}

func TestBackupsAreCountedByTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // the bubble's clock begins on 2000-01-01
		now := time.Now()
		month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
		p, c := bundle(docspacetest.Config{Backups: []docspacetest.Backup{
			{CreatedOn: month.Add(-48 * time.Hour), StorageType: 3}, {CreatedOn: month, StorageType: 3}, {CreatedOn: month, Dump: true},
		}})
		for _, tt := range []struct {
			from, to time.Time
			paid     bool
			want     int
		}{
			{want: 1},
			{from: month.Add(-72 * time.Hour), want: 2},
			{from: month.Add(-72 * time.Hour), to: month.Add(-time.Hour), want: 1},
			{from: month.Add(-72 * time.Hour), paid: true, want: 0},
		} {
			if n, err := c.BackupsCount(t.Context(), tt.from, tt.to, tt.paid); n != tt.want || err != nil {
				t.Errorf("%+v: %d %v", tt, n, err)
			}
		}
		if _, err := c.DeleteBackup(t.Context(), p.Backups()[0].ID); err != nil {
			t.Fatal(err)
		}
		if n, err := c.BackupsCount(t.Context(), month, time.Time{}, false); n != 1 || err != nil {
			t.Errorf("a deleted one counts, too: %d %v", n, err)
		}
	})
}
