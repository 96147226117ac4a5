package docspacetest_test

import (
	"errors"
	"go/parser"
	"go/token"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

func TestReleasesAnswerInTheirOwnShape(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		version           string
		status, keys, bad bool // the status field, API keys, a bad key refused where none is needed
	}{
		{"2.6.0", false, false, false},
		{"3.0.0", false, false, false},
		{"3.1.0", false, true, false},
		{"3.6.1", false, true, false},
		{"3.7.1", true, true, true},
		{"3.7.2", true, true, true},
	} {
		p, c := bundle(docspacetest.Config{Version: tt.version})
		if _, err := c.KeySelf(t.Context()); (err == nil) != tt.keys {
			t.Errorf("%s: the key's own record: %v", tt.version, err)
		}
		dump, _, err := ask(t, p, http.MethodGet, "/api/2.0/backup/getrestoreprogress?dump=perhaps", "")
		if err != nil || (dump.Status == http.StatusBadRequest) != tt.keys {
			t.Errorf("%s: the flag dump: %+v %v", tt.version, dump, err)
		}
		p.StartElsewhere(p.Backups()[0].ID)
		got, ok, err := c.RestoreProgress(t.Context(), docspace.AnyTask)
		if err != nil || !ok || (got.Status != "") != tt.status || got.Terminal() {
			t.Errorf("%s: %+v %v %v", tt.version, got, ok, err)
		}
		if _, err := c.PersonSelf(t.Context()); (err == nil) != tt.keys {
			t.Errorf("%s: with a key: %v", tt.version, err)
		}
		person := &docspace.Client{BaseURL: c.BaseURL, HTTP: c.HTTP, Key: docspace.NewSecret(p.Token())}
		if who, err := person.PersonSelf(t.Context()); err != nil || !who.CanRestore() {
			t.Errorf("%s: with a token: %+v %v", tt.version, who, err)
		}
		p.RevokeKeys()
		a, _, err := ask(t, p, http.MethodGet, "/api/2.0/backup/getrestoreprogress", "")
		if err != nil || (a.Status == http.StatusForbidden) != tt.bad {
			t.Errorf("%s: with a bad key: %+v %v", tt.version, a, err)
		}
	}
}

func TestAnswersUnderAnyHostAndPath(t *testing.T) {
	t.Parallel()
	p := docspacetest.New(docspacetest.Config{})
	s := httptest.NewServer(p)
	t.Cleanup(s.Close)
	for _, prefix := range []string{"", "/a", "/a/b/"} {
		c := &docspace.Client{BaseURL: s.URL + prefix, HTTP: s.Client(), Key: docspace.NewSecret(p.Key())}
		if got, err := c.Settings(t.Context()); err != nil || got.TenantAlias != "docs" || !got.Standalone {
			t.Errorf("%q: %+v %v", prefix, got, err)
		}
		if err := c.LoginPage(t.Context()); err != nil {
			t.Errorf("%q: %v", prefix, err)
		}
		if _, err := c.KeySelf(t.Context()); err != nil {
			t.Errorf("%q: %v", prefix, err)
		}
	}
	p.SetTenantStatus(4)
	c := &docspace.Client{BaseURL: s.URL + "/a", HTTP: s.Client()}
	if err := c.LoginPage(t.Context()); err != nil {
		t.Errorf("locked, people get the page that says so: %v", err)
	}
}

func TestOneHostIsOnePortal(t *testing.T) {
	t.Parallel()
	p := docspacetest.New(docspacetest.Config{Host: "docs.example.com"})
	for base, known := range map[string]bool{"https://docs.example.com": true, "https://DOCS.example.com:8443": true, "https://x.example.com": false} {
		c := &docspace.Client{BaseURL: base, HTTP: docspacetest.Via(p)}
		if _, err := c.Settings(t.Context()); (err == nil) != known {
			t.Errorf("%s: %v", base, err)
		}
	}
}

func TestWebClientsNameOfTheAPIIsAnswered(t *testing.T) {
	t.Parallel()
	p := docspacetest.New(docspacetest.Config{})
	a, _, err := ask(t, p, http.MethodPost, "/api/2.0/portal/startrestore", `{"backupId":"`+p.Backups()[0].ID+`","storageType":"0"}`)
	if err != nil || a.Status != 200 || len(p.Restores()) != 1 || p.Starts() != 1 {
		t.Errorf("%+v %v", a, err)
	}
}

func TestRestoreKeepsOnlyBackupsThatCanBeRestored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		var backups []docspacetest.Backup
		for storage := range 6 {
			backups = append(backups, docspacetest.Backup{StorageType: storage, CreatedOn: now, FileName: strconv.Itoa(storage), Users: 5, Rooms: 2})
		}
		p, c := bundle(docspacetest.Config{Backups: backups})
		before := p.Backups()
		start(t, p, c)
		time.Sleep(time.Minute)
		var kept []string
		for _, b := range p.Backups() {
			kept = append(kept, b.FileName)
			if slices.ContainsFunc(before, func(old docspacetest.Backup) bool { return old.ID == b.ID }) {
				t.Errorf("backup %s kept its id", b.FileName)
			}
		}
		if strings.Join(kept, "") != "35" {
			t.Errorf("kept %q", kept)
		}
		c = &docspace.Client{BaseURL: c.BaseURL, HTTP: c.HTTP, Key: docspace.NewSecret(p.IssueKey(docspacetest.Key{}))}
		users, err := c.UsersCount(t.Context())
		if err != nil || users != 5 {
			t.Errorf("%d users %v", users, err)
		}
		if rooms, err := c.RoomsCount(t.Context()); err != nil || rooms != 2 {
			t.Errorf("%d rooms %v", rooms, err)
		}
	})
}

func TestDumpKeepsKeyAndTenant(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{})
		dumps, err := c.BackupHistory(t.Context(), true)
		if err != nil || len(dumps) != 1 {
			t.Fatal(dumps, err)
		}
		tenant := p.TenantID()
		_, _, err = c.StartRestore(t.Context(), docspace.RestoreRequest{BackupID: dumps[0].ID, Dump: true})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		got, _, err := c.RestoreProgress(t.Context(), docspace.DumpOnly)
		if err != nil || !got.Succeeded() || p.TenantID() != tenant {
			t.Errorf("%+v %v", got, err)
		}
		if _, err := c.KeySelf(t.Context()); err != nil {
			t.Error(err)
		}
		// A dump restored as a portal is found out when the portal is locked already.
		_, _, err = c.StartRestore(t.Context(), docspace.RestoreRequest{BackupID: dumps[0].ID})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		got, _, err = c.RestoreProgress(t.Context(), docspace.TenantOnly)
		if err != nil || got.Error != "The backup file is invalid." || got.Percent != 10 || p.Locked() {
			t.Errorf("%+v %v", got, err)
		}
	})
}

func TestLocalFileMustBeUploaded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{})
		local := docspace.RestoreRequest{StorageType: docspace.StorageLocal, StorageParams: []docspace.Param{{Key: "filePath"}}}
		first, _, err := c.StartRestore(t.Context(), local)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		got, _, err := c.RestoreProgress(t.Context(), docspace.AnyTask)
		if err != nil || got.Status != docspace.TaskCreated {
			t.Errorf("%+v %v", got, err)
		}
		p.Upload(docspacetest.Backup{})
		second, _, err := c.StartRestore(t.Context(), local)
		if err != nil || second.TaskID != first.TaskID || len(p.Restores()) != 1 {
			t.Errorf("a stuck task is taken over under its id: %+v %v", second, err)
		}
		time.Sleep(time.Minute)
		if got, _, err := c.RestoreProgress(t.Context(), docspace.AnyTask); err != nil || !got.Succeeded() {
			t.Errorf("%+v %v", got, err)
		}
	})
}

func TestPortalIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	p, c := bundle(docspacetest.Config{Script: docspacetest.Total(20 * time.Millisecond)})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 25 {
				p.Break(func(f *docspacetest.Faults) { f.NoResponse = !f.NoResponse })
				p.StartElsewhere(p.Backups()[0].ID)
				_, _, _ = c.RestoreProgress(t.Context(), docspace.AnyTask) // the race detector is the judge
				_ = p.Requests()
				_ = p.Restores()
				p.IssueKey(docspacetest.Key{})
			}
		})
	}
	wg.Wait()
	if len(p.Requests()) != 100 {
		t.Errorf("%d requests recorded", len(p.Requests()))
	}
}

func TestFakeLinksNoTestPackage(t *testing.T) {
	t.Parallel()
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file.Name(), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range parsed.Imports {
			switch path := strings.Trim(spec.Path.Value, `"`); {
			case path == "testing", path == "net/http/httptest", strings.HasPrefix(path, "docspace-restorebot"), strings.Contains(path, "."):
				t.Errorf("%s imports %s", file.Name(), path)
			}
		}
	}
}

func TestFirstReleasesTakeNumbersAlone(t *testing.T) {
	t.Parallel()
	p := docspacetest.New(docspacetest.Config{Version: "2.6.0"})
	id := p.Backups()[0].ID
	for name, tt := range map[string]struct {
		path, body string
		status     int
	}{
		"restore, quoted":  {"startrestore", `{"backupId":"` + id + `","storageType":"0"}`, 200},
		"restore, bare":    {"startrestore", `{"backupId":"` + id + `","storageType":0}`, 200},
		"restore, name":    {"startrestore", `{"backupId":"` + id + `","storageType":"Documents"}`, 500},
		"restore, nothing": {"startrestore", `{"backupId":"` + id + `"}`, 500},
		"backup, quoted":   {"startbackup", `{"storageType":"4"}`, 200},
		"backup, bare":     {"startbackup", `{"storageType":4}`, 400},
		"backup, name":     {"startbackup", `{"storageType":"DataStore"}`, 500},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://docs.example.com/api/2.0/backup/"+tt.path, strings.NewReader(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", p.Token())
		if a, _, err := do(t, p, r); err != nil || a.Status != tt.status {
			t.Errorf("%s: %+v %v", name, a, err)
		}
	}
	c := clientOf(p.Token(), p)
	if _, err := c.BackupServiceEnabled(t.Context()); !errors.Is(err, docspace.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}
