package docspacetest_test

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// scopes are the task ids that each scope shows; "" is none.
type scopes struct{ Any, Dump, Tenant string }

func inScopes(t *testing.T, c *docspace.Client) scopes {
	t.Helper()
	var s scopes
	for scope, id := range map[docspace.Scope]*string{docspace.AnyTask: &s.Any, docspace.DumpOnly: &s.Dump, docspace.TenantOnly: &s.Tenant} {
		got, _, err := c.RestoreProgress(t.Context(), scope)
		if err != nil {
			t.Fatalf("scope %d: %v", scope, err)
		}
		*id = got.TaskID
	}
	return s
}

func TestTwoTasksAreToldApartByTheirScope(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{Script: docspacetest.Total(100 * time.Second)})
		own := p.LeaveTask(docspacetest.Leftover{})
		want := scopes{Any: own, Tenant: own}
		if diff := cmp.Diff(want, inScopes(t, c)); diff != "" {
			t.Error("this morning's own: " + diff)
		}
		dump := p.StartDumpElsewhere()
		want.Dump = dump
		if diff := cmp.Diff(want, inScopes(t, c)); diff != "" {
			t.Error("and a dump: " + diff)
		}
		if again := p.StartDumpElsewhere(); again != dump {
			t.Errorf("a second dump was not joined: %s", again)
		}
		// The dump is another tenant's, so a start neither joins it nor is refused.
		time.Sleep(time.Second)
		ours := start(t, p, c)
		want = scopes{Any: dump, Dump: dump, Tenant: ours}
		if diff := cmp.Diff(want, inScopes(t, c)); diff != "" {
			t.Error("beside a start of ours: " + diff)
		}
		time.Sleep(29 * time.Second)
		if !p.Locked() {
			t.Error("a dump locks every portal of the server")
		}
		if got := len(p.Restores()); got != 3 {
			t.Errorf("%d restores, want 3", got)
		}
	})
}

func TestDumpOfThisMorningStaysBesideAStart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{})
		dump := p.LeaveTask(docspacetest.Leftover{Dump: true, Age: 23 * time.Hour, Error: "The backup file is invalid."})
		got, _, err := c.RestoreProgress(t.Context(), docspace.DumpOnly)
		if err != nil || !got.Terminal() || got.Succeeded() || got.Error != "The backup file is invalid." || got.TaskID != dump {
			t.Errorf("%+v %v", got, err)
		}
		ours := start(t, p, c)
		if diff := cmp.Diff(scopes{dump, dump, ours}, inScopes(t, c)); diff != "" {
			t.Error(diff)
		}
		time.Sleep(2 * time.Hour) // a day after its end the server forgets the dump
		if diff := cmp.Diff(scopes{ours, "", ours}, inScopes(t, c)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestTasksAreForgotten(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		after  time.Duration
		locked bool
	}{
		"before the lock": {5 * time.Second, false},
		"after the lock":  {50 * time.Second, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			p, c := bundle(docspacetest.Config{Script: docspacetest.Total(100 * time.Second), BackupTime: time.Hour})
			p.StartBackupElsewhere(4)
			old := start(t, p, c)
			time.Sleep(tt.after)
			p.ForgetTasks()
			time.Sleep(time.Hour)
			if diff := cmp.Diff(scopes{}, inScopes(t, c)); diff != "" || p.Locked() != tt.locked {
				t.Errorf("%s: locked %v, %s", name, p.Locked(), diff)
			}
			p.SetTenantStatus(0)
			if _, ok, err := c.BackupProgress(t.Context(), false); ok || err != nil {
				t.Errorf("%s: the backup: %v %v", name, ok, err)
			}
			if again := start(t, p, c); again == old {
				t.Errorf("%s: a start joined what was forgotten", name)
			}
		})
	}
}

// The status alone does not cure a dead worker: its task is still in the queue.
func TestFrozenAndOpenedByHandTheDeadTaskIsJoined(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{Faults: docspacetest.Faults{WorkerDiesAt: 75}})
		dead, tenant := start(t, p, c), p.TenantID()
		time.Sleep(time.Hour)
		p.SetTenantStatus(0)
		want := at{3600, 75, docspace.TaskRunning, false, docspace.TenantActive, false, false}
		if diff := cmp.Diff(want, look(t, c, 3600)); diff != "" {
			t.Error(diff)
		}
		p.Heal()
		p.Break(func(f *docspacetest.Faults) { f.WorkerDead = true })
		if again := start(t, p, c); again != dead || len(p.Restores()) != 1 {
			t.Errorf("got task %s of %d", again, len(p.Restores()))
		}
		p.ForgetTasks()
		p.Heal()
		if again := start(t, p, c); again == dead || p.TenantID() != tenant {
			t.Error("after the whole cure nothing new was started, or the portal was swapped")
		}
	})
}

func TestStartWhoseEventIsLostStaysCreated(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fault     docspacetest.Faults
		status    int
		published bool
	}{
		"published, event lost":   {docspacetest.Faults{LoseStartEvent: true}, 500, true},
		"nothing published":       {docspacetest.Faults{RefuseStart: 500}, 500, false},
		"accepted, event dropped": {docspacetest.Faults{DropStartEvent: true}, 200, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			p, c := bundle(docspacetest.Config{Faults: tt.fault})
			id := p.Backups()[0].ID
			a, _, err := ask(t, p, http.MethodPost, startURL, `{"backupId":"`+id+`"}`)
			if err != nil || a.Status != tt.status {
				t.Errorf("%s: %+v %v", name, a, err)
			}
			p.Heal() // does not bring the event back
			time.Sleep(23 * time.Hour)
			got, ok, err := c.RestoreProgress(t.Context(), docspace.TenantOnly)
			if err != nil || ok != tt.published || ok && got.Status != docspace.TaskCreated || p.Locked() {
				t.Errorf("%s: %+v %v %v", name, got, ok, err)
			}
			again, _, err := c.StartRestore(t.Context(), docspace.RestoreRequest{BackupID: id})
			if err != nil || ok && again.TaskID != got.TaskID {
				t.Errorf("%s: a corrected start: %+v %v", name, again, err)
			}
			time.Sleep(time.Minute)
			if got, _, err := c.RestoreProgress(t.Context(), docspace.TenantOnly); err != nil || !got.Succeeded() {
				t.Errorf("%s: %+v %v", name, got, err)
			}
		})
	}
}

func TestLocalTakesWhatWasUploadedLast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{})
		p.Upload(docspacetest.Backup{FileName: "first.tar.gz", Users: 5})
		p.Upload(docspacetest.Backup{FileName: "last.tar.gz", Users: 6, Rooms: 2})
		_, _, err := c.StartRestore(t.Context(), docspace.RestoreRequest{
			BackupID: "x", StorageType: docspace.StorageLocal, StorageParams: []docspace.Param{{Key: "filePath", Value: "/backups/another.tar.gz"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		r := p.Restores()[0]
		if !r.Succeeded {
			t.Errorf("%+v", r)
		}
		c = clientOf(p.IssueKey(docspacetest.Key{}), p)
		if n, err := c.UsersCount(t.Context()); err != nil || n != 6 {
			t.Errorf("%d people came back: %v", n, err)
		}
		// The slot was the old tenant's.
		second, _, err := c.StartRestore(t.Context(), docspace.RestoreRequest{
			BackupID: "x", StorageType: docspace.StorageLocal, StorageParams: []docspace.Param{{Key: "filePath"}},
		})
		time.Sleep(time.Hour)
		if got, _, _ := c.RestoreProgress(t.Context(), docspace.TenantOnly); err != nil || got.Status != docspace.TaskCreated || got.TaskID != second.TaskID {
			t.Errorf("%+v %v", got, err)
		}
	})
}

func TestAnUploadOfTheWrongKindFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, _ := bundle(docspacetest.Config{})
		p.Upload(docspacetest.Backup{Dump: true})
		a, _, err := ask(t, p, http.MethodPost, startURL, `{"backupId":"","storageType":3,"storageParams":[{"key":"filePath","value":""}]}`)
		time.Sleep(time.Minute)
		if r := p.Restores()[0]; err != nil || a.Status != 200 || r.Error != "The backup file is invalid." {
			t.Errorf("%+v %+v %v", a, r, err)
		}
	})
}

func TestAnotherPortalAnswersDuringTheLock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{
			Script: docspacetest.Total(100 * time.Second),
			Faults: docspacetest.Faults{OtherPortal: "intranet"},
		})
		type seen struct {
			Alias  string
			Status docspace.TenantStatus
			Task   bool
			Key    error
		}
		look := func() seen {
			s, err := c.Settings(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			_, ok, err := c.RestoreProgress(t.Context(), docspace.TenantOnly)
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.KeySelf(t.Context())
			if errors.Is(err, docspace.ErrUnauthorized) {
				err = docspace.ErrUnauthorized
			}
			return seen{s.TenantAlias, s.TenantStatus, ok, err}
		}
		start(t, p, c)
		want := seen{"docs", docspace.TenantActive, true, nil}
		if got := look(); got != want {
			t.Errorf("before the lock: %+v", got)
		}
		time.Sleep(50 * time.Second)
		if got := look(); got != (seen{"intranet", docspace.TenantActive, false, docspace.ErrUnauthorized}) {
			t.Errorf("locked: %+v", got)
		}
		time.Sleep(60 * time.Second)
		if got := look(); got != (seen{"docs", docspace.TenantActive, true, docspace.ErrUnauthorized}) {
			t.Errorf("after the swap: %+v", got)
		}
		p.Break(func(f *docspacetest.Faults) { f.OtherPortalStays = true })
		if got := look(); got.Alias != "intranet" || got.Task {
			t.Errorf("the other has the lower id: %+v", got)
		}
	})
}

func TestADumpLocksTheOtherPortalToo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{Faults: docspacetest.Faults{OtherPortal: "intranet"}})
		p.StartDumpElsewhere()
		time.Sleep(10 * time.Second)
		if s, err := c.Settings(t.Context()); err != nil || s.TenantAlias != "docs" || s.TenantStatus != docspace.TenantRestoring {
			t.Errorf("%+v %v", s, err)
		}
		// A lock of the portal alone leaves the other open, and dumps are everybody's.
		p.LeaveTask(docspacetest.Leftover{Dump: true})
		p.SetTenantStatus(4)
		if s, err := c.Settings(t.Context()); err != nil || s.TenantAlias != "intranet" {
			t.Errorf("%+v %v", s, err)
		}
		if got := inScopes(t, c); got.Tenant != "" || got.Any == "" || got.Dump == "" {
			t.Errorf("%+v", got)
		}
	})
}

func TestTheAddressOfTheBackupComesBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{Faults: docspacetest.Faults{SwapHost: "old.example.com"}})
		id := start(t, p, c)
		time.Sleep(time.Minute)
		for range 2 { // for good
			if _, _, err := c.RestoreProgress(t.Context(), docspace.AnyTask); !errors.Is(err, docspace.ErrNotFound) {
				t.Errorf("the progress: %v", err)
			}
			if _, err := c.Settings(t.Context()); !errors.Is(err, docspace.ErrNotFound) {
				t.Errorf("the settings: %v", err)
			}
			time.Sleep(time.Hour)
			p.Heal()
		}
		c.BaseURL = "https://old.example.com"
		if got, _, err := c.RestoreProgress(t.Context(), docspace.AnyTask); err != nil || !got.Succeeded() || got.TaskID != id {
			t.Errorf("%+v %v", got, err)
		}
	})
}
