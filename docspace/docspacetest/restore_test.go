package docspacetest_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// bundle is a portal and a client for it.
func bundle(config docspacetest.Config) (*docspacetest.Portal, *docspace.Client) {
	p := docspacetest.New(config)
	return p, clientOf(p.Key(), p)
}

// clientOf is a client with that key.
func clientOf(key string, p *docspacetest.Portal) *docspace.Client {
	return &docspace.Client{BaseURL: "https://docs.example.com", Key: docspace.NewSecret(key), HTTP: docspacetest.Via(p)}
}

// start starts the restore of the newest backup and returns its task id.
func start(t *testing.T, p *docspacetest.Portal, c *docspace.Client) string {
	t.Helper()
	b := p.Backups()[0]
	got, ok, err := c.StartRestore(t.Context(), docspace.RestoreRequest{BackupID: b.ID, Dump: b.Dump})
	if err != nil || !ok {
		t.Fatalf("start: %v %v", ok, err)
	}
	return got.TaskID
}

// at is what a client sees at a moment of the restore.
type at struct {
	Seconds int
	Percent int
	Status  docspace.TaskStatus
	Done    bool
	Tenant  docspace.TenantStatus
	Locked  bool // the history is refused
	KeyDead bool
}

func look(t *testing.T, c *docspace.Client, seconds int) at {
	t.Helper()
	p, ok, err := c.RestoreProgress(t.Context(), docspace.AnyTask)
	if err != nil || !ok {
		t.Fatalf("second %d: progress: %v %v", seconds, ok, err)
	}
	s, err := c.Settings(t.Context())
	if err != nil {
		t.Fatalf("second %d: settings: %v", seconds, err)
	}
	_, err = c.BackupHistory(t.Context(), false)
	return at{
		seconds, p.Percent, p.Status, p.Succeeded(), s.TenantStatus,
		errors.Is(err, docspace.ErrRestoring), errors.Is(err, docspace.ErrUnauthorized),
	}
}

func TestLifeOfARestore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{Script: docspacetest.Total(100 * time.Second)})
		start(t, p, c)
		old := p.TenantID()
		var got []at
		for _, second := range []int{1, 6, 26, 40, 60, 97, 100} {
			time.Sleep(time.Until(p.Restores()[0].Started.Add(time.Duration(second) * time.Second)))
			got = append(got, look(t, c, second))
		}
		want := []at{
			{1, 0, docspace.TaskCreated, false, docspace.TenantActive, false, false},
			{6, 0, docspace.TaskRunning, false, docspace.TenantActive, false, false},
			{26, 10, docspace.TaskRunning, false, docspace.TenantRestoring, true, false},
			{40, 75, docspace.TaskRunning, false, docspace.TenantRestoring, true, false},
			{60, 75, docspace.TaskRunning, false, docspace.TenantRestoring, true, false},
			{97, 75, docspace.TaskRunning, false, docspace.TenantRestoring, true, false},
			{100, 100, docspace.TaskCompleted, true, docspace.TenantActive, false, true},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if p.TenantID() == old {
			t.Error("the tenant id did not change")
		}
		c = &docspace.Client{BaseURL: c.BaseURL, HTTP: c.HTTP, Key: docspace.NewSecret(p.IssueKey(docspacetest.Key{}))}
		if _, err := c.KeySelf(t.Context()); err != nil {
			t.Errorf("a new key: %v", err)
		}
	})
}

func TestSecondStartJoinsThenIsRefusedThenRestoresAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{Script: docspacetest.Total(100 * time.Second)})
		first := start(t, p, c)
		time.Sleep(10 * time.Second)
		if again := start(t, p, c); again != first {
			t.Errorf("a start while downloading got task %s, not %s", again, first)
		}
		time.Sleep(30 * time.Second)
		b := p.Backups()[0]
		_, _, err := c.StartRestore(t.Context(), docspace.RestoreRequest{BackupID: b.ID})
		if !errors.Is(err, docspace.ErrRestoring) || !errors.Is(err, docspace.ErrRefused) {
			t.Errorf("a start while locked: %v", err)
		}
		time.Sleep(time.Minute)
		p.IssueKey(docspacetest.Key{})
		c = &docspace.Client{BaseURL: c.BaseURL, HTTP: c.HTTP, Key: docspace.NewSecret(p.Key())}
		if again := start(t, p, c); again == first {
			t.Error("a start after the end did not restore again")
		}
		if got := len(p.Restores()); got != 2 {
			t.Errorf("%d restores began, want 2", got)
		}
		if got := p.Starts(); got != 4 {
			t.Errorf("%d starts received, want 4", got)
		}
	})
}

func TestDeadWorkerLeavesThePortalLocked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{})
		p.Break(func(f *docspacetest.Faults) { f.WorkerDiesAt = 75 })
		start(t, p, c)
		time.Sleep(time.Hour)
		got := look(t, c, 3600)
		want := at{3600, 75, docspace.TaskRunning, false, docspace.TenantRestoring, true, false}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		time.Sleep(24 * time.Hour)
		if _, ok, err := c.RestoreProgress(t.Context(), docspace.AnyTask); ok || err != nil {
			t.Errorf("after a day: %v %v", ok, err)
		}
		if !p.Locked() {
			t.Error("the lock healed by itself")
		}
		p.SetTenantStatus(0)
		if _, err := c.BackupHistory(t.Context(), false); err != nil {
			t.Errorf("after the cure: %v", err)
		}
	})
}

func TestLostAnswerOfAStartIsAStart(t *testing.T) {
	t.Parallel()
	p, c := bundle(docspacetest.Config{})
	p.Break(func(f *docspacetest.Faults) { f.LoseStartAnswer = true })
	_, _, err := c.StartRestore(t.Context(), docspace.RestoreRequest{BackupID: p.Backups()[0].ID})
	if !errors.Is(err, docspace.ErrAmbiguous) {
		t.Errorf("want ambiguous, got %v", err)
	}
	task, ok, err := c.RestoreProgress(t.Context(), docspace.AnyTask)
	if err != nil || !ok || task.TaskID != p.Restores()[0].TaskID {
		t.Errorf("%+v %v %v", task, ok, err)
	}
}
