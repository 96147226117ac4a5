package docspace_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// The traps of this API, one test each: what would go wrong with a client that
// takes the API by its description.

func TestTrapRestoreKillsEveryCredential(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{})
		person := clientOf(p)
		person.Key = docspace.NewSecret(p.Token())
		start(t, p, c)
		time.Sleep(time.Minute)
		for name, c := range map[string]*docspace.Client{"key": c, "token": person} {
			if _, err := c.PersonSelf(t.Context()); !errors.Is(err, docspace.ErrUnauthorized) {
				t.Errorf("the %s still works: %v", name, err)
			}
		}
		got, ok, err := c.RestoreProgress(t.Context(), docspace.AnyTask)
		if err != nil || !ok || !got.Succeeded() || got.TenantID != p.TenantID() {
			t.Errorf("the end cannot be seen: %+v %v %v", got, ok, err)
		}
	})
}

func TestTrapProgressIsAskedWithoutAuthorization(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{})
		start(t, p, c)
		time.Sleep(time.Minute)
		if _, _, err := c.RestoreProgress(t.Context(), docspace.AnyTask); err != nil {
			t.Errorf("with a key that is dead: %v", err)
		}
		for _, r := range p.Requests() {
			if strings.HasSuffix(r.Path, "getrestoreprogress") && len(r.Header["Authorization"]) > 0 {
				t.Error("the key was sent")
			}
		}
		// The trap is there: the same request with the dead key is refused.
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://docs.example.com/api/2.0/backup/getrestoreprogress", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+p.Key())
		resp, err := docspacetest.Via(p).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusForbidden {
			t.Errorf("with the key: %d", resp.StatusCode)
		}
	})
}

func TestTrapCompletedIsNotSuccess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{})
		p.Break(func(f *docspacetest.Faults) {
			f.FailText, f.FailAt, f.LeakStack = "The backup file is invalid.", 10, true
		})
		start(t, p, c)
		time.Sleep(time.Minute)
		got, _, err := c.RestoreProgress(t.Context(), docspace.AnyTask)
		if err != nil || !got.Completed || got.Status != docspace.TaskCompleted || got.Succeeded() || !got.Failed() {
			t.Errorf("%+v %v", got, err)
		}
		if got.Error != "The backup file is invalid." {
			t.Errorf("error %q", got.Error)
		}
	})
}

func TestTrapNoTaskIsAnAbsentResponse(t *testing.T) {
	t.Parallel()
	p, c := bundle(docspacetest.Config{})
	got, ok, err := c.RestoreProgress(t.Context(), docspace.AnyTask)
	if ok || err != nil || got != (docspace.Progress{}) {
		t.Errorf("%+v %v %v", got, ok, err)
	}
	p.Break(func(f *docspacetest.Faults) { f.NoResponse = true })
	_, ok, err = c.StartRestore(t.Context(), docspace.RestoreRequest{BackupID: p.Backups()[0].ID})
	if ok || !errors.Is(err, docspace.ErrAmbiguous) {
		t.Errorf("a start that names no task: %v %v", ok, err)
	}
}

func TestTrapSecondStartIsJoinedOrRestoresAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{})
		theirs := p.StartElsewhere(p.Backups()[1].ID)
		time.Sleep(2 * time.Second)
		before, _, err := c.RestoreProgress(t.Context(), docspace.AnyTask)
		if err != nil {
			t.Fatal(err)
		}
		got, ok, err := c.StartRestore(t.Context(), docspace.RestoreRequest{BackupID: p.Backups()[0].ID})
		if err != nil || !ok || !docspace.Joined(before, got) || got.TaskID != theirs {
			t.Errorf("%+v %v %v", got, ok, err)
		}
		if p.Restores()[0].BackupID == p.Backups()[0].ID || len(p.Restores()) != 1 {
			t.Errorf("%+v", p.Restores())
		}
		time.Sleep(time.Minute)
		p.IssueKey(docspacetest.Key{})
		before, _, err = c.RestoreProgress(t.Context(), docspace.AnyTask)
		if err != nil {
			t.Fatal(err)
		}
		got, _, err = clientOf(p).StartRestore(t.Context(), docspace.RestoreRequest{BackupID: p.Backups()[0].ID})
		if err != nil || docspace.Joined(before, got) || len(p.Restores()) != 2 {
			t.Errorf("after the end a start is a new restore: %+v %v", got, err)
		}
	})
}

func TestTrapProgressIsNoClock(t *testing.T) {
	t.Parallel()
	back := map[string]bool{"3.1.1": false, "3.2.1": true, "3.6.1": true, "3.7.2": false}
	for version, goesBack := range back {
		synctest.Test(t, func(t *testing.T) {
			p, c := bundle(docspacetest.Config{Version: version, Script: docspacetest.Total(100 * time.Second)})
			start(t, p, c)
			shown, reported, wentBack := 0, 0, false
			for look, err := range c.WaitRestore(t.Context(), docspace.AnyTask, docspace.Wait{Interval: time.Second}) {
				if err != nil {
					t.Fatal(err)
				}
				if look.Percent < shown {
					t.Errorf("%s: shown %d after %d", version, look.Percent, shown)
				}
				wentBack = wentBack || look.Progress.Percent < reported
				shown, reported = look.Percent, look.Progress.Percent
			}
			if shown != 100 || wentBack != goesBack {
				t.Errorf("%s: ended at %d, went back: %v", version, shown, wentBack)
			}
		})
	}
}

func TestTrapDeadWorkerIsFrozenForEver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{})
		p.Break(func(f *docspacetest.Faults) { f.WorkerDiesAt = 75 })
		id := start(t, p, c)
		alarmed := time.Duration(0)
		for look, err := range c.WaitRestore(t.Context(), docspace.AnyTask, docspace.Wait{TaskID: id}) {
			if err != nil {
				t.Fatal(err)
			}
			if look.Alarm == docspace.AlarmStalled {
				alarmed = look.Elapsed
				break
			}
		}
		if alarmed < 30*time.Minute || alarmed > 31*time.Minute {
			t.Errorf("alarm after %s", alarmed)
		}
		s, err := c.Settings(t.Context())
		if err != nil || s.TenantStatus != docspace.TenantRestoring {
			t.Errorf("%+v %v", s, err)
		}
		_, _, err = c.StartRestore(t.Context(), docspace.RestoreRequest{BackupID: backupID})
		if meant(err) != "forbidden restoring refused" {
			t.Errorf("%v means %q", err, meant(err))
		}
	})
}

func TestTrapDatesHaveNoZoneAndNeverIsTheYearOne(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 2, 15, 0, 0, time.UTC)
	p, c := bundle(docspacetest.Config{Backups: []docspacetest.Backup{{CreatedOn: at, StorageType: 3}}})
	got, err := c.BackupHistory(t.Context(), false)
	if err != nil || len(got) != 1 || !got[0].CreatedOn.Equal(at) || !got[0].ExpiresOn.IsZero() {
		t.Errorf("%+v %v", got, err)
	}
	// The trap is there: the server's date is none of encoding/json's.
	if err := new(time.Time).UnmarshalJSON([]byte(`"2026-03-01T02:15:00"`)); err == nil {
		t.Error("time.Time reads it")
	}
	if p.Starts() != 0 {
		t.Error("a start was sent")
	}
}

func TestTrapHistoryForgetsWhatItDoesNotFind(t *testing.T) {
	t.Parallel()
	now := time.Now()
	p, c := bundle(docspacetest.Config{Backups: []docspacetest.Backup{
		{ID: "old", CreatedOn: now.Add(-2 * time.Hour)},
		{ID: "gone", CreatedOn: now.Add(-time.Hour), Missing: true},
		{ID: "new", CreatedOn: now},
	}})
	p.Break(func(f *docspacetest.Faults) {
		f.Pages = []docspacetest.Page{{Path: "getbackuphistory", Status: 504, Times: 1}}
	})
	if _, err := c.BackupHistory(t.Context(), false); !errors.Is(err, docspace.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	if n := len(p.Requests()); n != 1 {
		t.Errorf("asked %d times for one action", n)
	}
	got, err := c.BackupHistory(t.Context(), false)
	if err != nil || len(got) != 2 || got[0].ID != "new" || got[1].ID != "old" {
		t.Errorf("%+v %v", got, err)
	}
	if len(p.Backups()) != 2 {
		t.Error("the portal remembers what it does not find")
	}
}

func TestTrapKeyInTheDescribedHeaderIsIgnored(t *testing.T) {
	t.Parallel()
	p, c := bundle(docspacetest.Config{})
	if _, err := c.KeySelf(t.Context()); err != nil {
		t.Fatal(err)
	}
	sent := p.Requests()[0].Header
	if sent.Get("Authorization") != "Bearer "+p.Key() || len(sent["Apikeybearer"]) > 0 {
		t.Errorf("sent %v", sent)
	}
	// The trap is there: neither the description's header nor the raw key is taken.
	for _, header := range []string{"ApiKeyBearer", "Authorization"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://docs.example.com/api/2.0/keys/@self", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set(header, p.Key())
		resp, err := docspacetest.Via(p).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: %d", header, resp.StatusCode)
		}
	}
}
