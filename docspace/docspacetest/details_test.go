package docspacetest_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

func TestBackupIsCheckedAsTheServerDoes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		body string
		saas bool
		want answer
	}{
		"documents":              {`{"storageType":0,"storageParams":[{"key":"folderId","value":7}]}`, false, answer{200, aJSON, `{"response":{"backup`}},
		"documents by default":   {`{"storageParams":[{"key":"folderId","value":"7"}]}`, false, answer{200, aJSON, `{"response":{"backup`}},
		"documents, no number":   {`{"storageType":0,"storageParams":[{"key":"folderId","value":"sbox-7"}]}`, false, answer{400, aJSON, "System.ArgumentException"}},
		"third party, a number":  {`{"storageType":1,"storageParams":[{"key":"folderId","value":"7"}]}`, false, answer{400, aJSON, "System.ArgumentException"}},
		"third party, no folder": {`{"storageType":1}`, false, answer{500, aJSON, "System.Collections.Generic.KeyNotFoundException"}},
		"local, no path":         {`{"storageType":3}`, false, answer{500, aJSON, "System.Collections.Generic.KeyNotFoundException"}},
		"local, a folder":        {`{"storageType":"Local","storageParams":[{"key":"folderId","value":"/b"}]}`, false, answer{500, aJSON, "System.Collections.Generic.KeyNotFoundException"}},
		"local, an empty path":   {`{"storageType":3,"storageParams":[{"key":"filePath","value":""}]}`, false, answer{200, aJSON, `{"response":{"backup`}},
		"local on SaaS":          {`{"storageType":3,"storageParams":[{"key":"filePath","value":"/b"}]}`, true, answer{500, aJSON, "System.Exception"}},
		"a text for a flag":      {`{"storageType":4,"dump":"x"}`, false, answer{400, aProblem, "invalid $"}},
		"a flag for a parameter": {`{"storageType":5,"storageParams":[{"key":"module","value":true},{"key":false,"value":[1]}]}`, false, answer{200, aJSON, `{"response":{"backup`}},
	} {
		p := docspacetest.New(docspacetest.Config{SaaS: tt.saas})
		got, _, err := ask(t, p, http.MethodPost, "/api/2.0/backup/startbackup", tt.body)
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, diff)
		}
		if name == "a flag for a parameter" && (p.BackupTasks()[0].Params["module"] != "True" || p.BackupTasks()[0].Params["False"] != "[1]") {
			t.Errorf("%v", p.BackupTasks()[0].Params)
		}
	}
	p := docspacetest.New(docspacetest.Config{})
	for _, path := range []string{"startbackup", "startrestore"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://docs.example.com/api/2.0/backup/"+path, strings.NewReader(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+p.Key()) // and no content type
		if a, _, err := do(t, p, r); err != nil || a.Status != http.StatusUnsupportedMediaType {
			t.Errorf("%s: %+v %v", path, a, err)
		}
	}
	for _, path := range []string{"getbackuphistory", "getbackupprogress", "getbackupschedule"} {
		if a, _, err := ask(t, p, http.MethodGet, "/api/2.0/backup/"+path+"?Dump=perhaps", ""); err != nil || a.Status != 400 {
			t.Errorf("%s: %+v %v", path, a, err)
		}
	}
	if a, _, err := ask(t, p, http.MethodPost, "/api/2.0/backup/createbackupschedule", `{"storageType":4,"cronParams":7}`); err != nil || a.Status != 400 {
		t.Errorf("schedule: %+v %v", a, err)
	}
}

// What is accepted at first and fails in the worker.
func TestRestoreFailsInTheWorker(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		body string
		want string
	}{
		"GUID of zeros":      {`{"backupId":"{00000000-0000-0000-0000-000000000000}"}`, "File not found."},
		"file that is gone":  {`{"backupId":"9a1c3d52-6b0e-4c59-8d0f-2f6f0c6a7b11"}`, "File not found."},
		"module in capitals": {`{"backupId":"x","storageType":5,"storageParams":[{"key":"filePath","value":"a"},{"key":"module","value":"S3"}]}`, "Object reference not set to an instance of an object."},
		"no module":          {`{"backupId":"x","storageType":5,"storageParams":[{"key":"filePath","value":"a"}]}`, "The given key 'module' was not present in the dictionary."},
		"custom cloud":       {`{"backupId":"x","storageType":2,"storageParams":[{"key":"filePath","value":"a"}]}`, "Unknown storage type."},
		"nothing goes wrong": {`{"backupId":"x","storageType":4,"storageParams":[{"key":"filePath","value":"a"}]}`, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			p, c := bundle(docspacetest.Config{Backups: []docspacetest.Backup{}})
			p.AddBackup(docspacetest.Backup{ID: "9a1c3d52-6b0e-4c59-8d0f-2f6f0c6a7b11", StorageType: 3, Missing: true})
			a, _, err := ask(t, p, http.MethodPost, startURL, tt.body)
			if err != nil || a.Status != 200 {
				t.Fatalf("%s: %+v %v", name, a, err)
			}
			time.Sleep(time.Minute)
			got, _, err := c.RestoreProgress(t.Context(), docspace.AnyTask)
			if err != nil || got.Error != tt.want || got.Succeeded() != (tt.want == "") || p.Locked() {
				t.Errorf("%s: %+v %v", name, got, err)
			}
		})
	}
}

func TestSwapShowsWhatTheSwitchesSay(t *testing.T) {
	t.Parallel()
	for want, fault := range map[error]func(*docspacetest.Faults){
		docspace.ErrNoPortal: func(f *docspacetest.Faults) { f.SwapNotFound = true },
		docspace.ErrServer:   func(f *docspacetest.Faults) { f.SwapError = true },
	} {
		synctest.Test(t, func(t *testing.T) {
			p, c := bundle(docspacetest.Config{Script: docspacetest.Total(100 * time.Second)})
			p.Break(fault)
			start(t, p, c)
			time.Sleep(97 * time.Second)
			if _, _, err := c.RestoreProgress(t.Context(), docspace.AnyTask); !errors.Is(err, want) {
				t.Errorf("in the swap: %v, want %v", err, want)
			}
			time.Sleep(3 * time.Second)
			if got, _, err := c.RestoreProgress(t.Context(), docspace.AnyTask); err != nil || !got.Succeeded() {
				t.Errorf("after it: %+v %v", got, err)
			}
		})
	}
}

func TestFateCanComeAtAnyPercentage(t *testing.T) {
	t.Parallel()
	for _, percent := range []int{0, 5, 10, 40, 75, 99} {
		synctest.Test(t, func(t *testing.T) {
			p, c := bundle(docspacetest.Config{Version: "3.1.1"}) // whose percentage is straight
			p.Break(func(f *docspacetest.Faults) { f.FailText, f.FailAt = "No.", percent })
			start(t, p, c)
			time.Sleep(time.Minute)
			got, _, err := c.RestoreProgress(t.Context(), docspace.AnyTask)
			if want := min(percent, 75); err != nil || got.Error != "No." || got.Percent < want || got.Percent > max(want, 10) {
				t.Errorf("%d: %+v %v", percent, got, err)
			}
		})
	}
}

func TestKeyTellsWhenItEnds(t *testing.T) {
	t.Parallel()
	p := docspacetest.New(docspacetest.Config{})
	ends := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	got, err := clientOf(p.IssueKey(docspacetest.Key{ExpiresOn: ends, Name: "night"}), p).KeySelf(t.Context())
	if err != nil || !got.ExpiresOn.Equal(ends) || got.Name != "night" || got.Postfix == "" {
		t.Errorf("%+v %v", got, err)
	}
	narrow := clientOf(p.IssueKey(docspacetest.Key{Permissions: []string{"webhooks:read"}}), p)
	if got, err := narrow.KeySelf(t.Context()); err != nil || got.CanRead() || got.CanRestore() {
		t.Errorf("a key may read its own record, whatever its scopes: %+v %v", got, err)
	}
	if _, err := narrow.PersonSelf(t.Context()); !errors.Is(err, docspace.ErrScope) {
		t.Errorf("and nothing else: %v", err)
	}
	if _, err := clientOf(p.Token(), p).KeySelf(t.Context()); !errors.Is(err, docspace.ErrNotFound) {
		t.Errorf("a person is no key: %v", err)
	}
	// A person may also be known by their cookie.
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://docs.example.com/api/2.0/people/@self", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: "asc_auth_key", Value: p.Token()})
	if a, _, err := do(t, p, r); err != nil || a.Status != 200 {
		t.Errorf("%+v %v", a, err)
	}
}

func TestTasksAreForgottenAfterADay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{SaaS: true})
		save := docspace.BackupRequest{StorageType: docspace.StorageDataStore}
		if _, _, err := c.StartBackup(t.Context(), save); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		for range 2 {
			_, backup, err := c.BackupProgress(t.Context(), true) // on SaaS dump is nothing
			if err != nil {
				t.Fatal(err)
			}
			if old := time.Since(p.BackupTasks()[0].Started) > 24*time.Hour; backup == old {
				t.Errorf("there after a day: %v", old)
			}
			time.Sleep(25 * time.Hour)
		}
		start(t, p, c)
		if _, ok, err := c.RestoreProgress(t.Context(), docspace.DumpOnly); !ok || err != nil {
			t.Errorf("on SaaS every scope is the tenant's: %v %v", ok, err)
		}
	})
}

func TestSomebodyChangesABackup(t *testing.T) {
	t.Parallel()
	p, c := bundle(docspacetest.Config{})
	id := p.Backups()[0].ID
	p.ChangeBackup(id, func(b *docspacetest.Backup) { b.FileName = "other.tar.gz" })
	history, err := c.BackupHistory(t.Context(), false)
	if err != nil || history[0].ID != id || history[0].FileName != "other.tar.gz" {
		t.Errorf("%+v %v", history, err)
	}
}

func TestClockThatGoesBackChangesNothing(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 2, 15, 0, 0, time.UTC)
	p, c := bundle(docspacetest.Config{Now: func() time.Time { return now }})
	start(t, p, c)
	now = now.Add(15 * time.Second)
	before, _, err := c.RestoreProgress(t.Context(), docspace.AnyTask)
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(-time.Hour)
	after, _, err := c.RestoreProgress(t.Context(), docspace.AnyTask)
	if err != nil || after != before || !p.Locked() {
		t.Errorf("%+v became %+v: %v", before, after, err)
	}
}
