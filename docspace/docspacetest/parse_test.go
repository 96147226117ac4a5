package docspacetest_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

func TestConfigIsReadFromAText(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		got, err := docspacetest.ParseConfig(`
			version 3.6.1            # an older one
			alias docs
			host docs.example.com
			users 42
			rooms 7
			restore queued=1s download=4s import=6s copy=8s swap=1s
			backup 30s
			record storage=local age=27h users=40 rooms=6 name="nightly 1.tar.gz"
			record storage=4 age=6h expires=18h id=9a1c3d52-6b0e-4c59-8d0f-2f6f0c6a7b11
			record age=50h dump missing
			fault lose-start-answer fail-text="The backup # file is invalid." fail-at=10 retry-after=90s
			fault page=startrestore status=504 times=2 performed
			fault error-in-200 delay=1s
			limited-space
			rate-limits
		`)
		if err != nil {
			t.Fatal(err)
		}
		want := docspacetest.Config{
			Version: "3.6.1", Alias: "docs", Host: "docs.example.com", Users: 42, Rooms: 7, LimitedSpace: true, RateLimits: true,
			Script: docspacetest.Script{
				Queued: time.Second, Download: 4 * time.Second, Import: 6 * time.Second, Copy: 8 * time.Second, Swap: time.Second,
			},
			BackupTime: 30 * time.Second,
			Backups: []docspacetest.Backup{
				{StorageType: 3, CreatedOn: now.Add(-27 * time.Hour), Users: 40, Rooms: 6, FileName: "nightly 1.tar.gz"},
				{ID: "9a1c3d52-6b0e-4c59-8d0f-2f6f0c6a7b11", StorageType: 4, CreatedOn: now.Add(-6 * time.Hour), ExpiresOn: now.Add(18 * time.Hour)},
				{CreatedOn: now.Add(-50 * time.Hour), Dump: true, Missing: true},
			},
			Faults: docspacetest.Faults{
				LoseStartAnswer: true, FailText: "The backup # file is invalid.", FailAt: 10, RetryAfter: 90 * time.Second,
				Pages:      []docspacetest.Page{{Path: "startrestore", Status: 504, Times: 2, Performed: true}},
				ErrorIn200: true, Delay: time.Second,
			},
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	})
	got, err := docspacetest.ParseConfig("saas\nno-records\nrestore 20s")
	if err != nil || !got.SaaS || got.Backups == nil || got.Script != docspacetest.Total(20*time.Second) {
		t.Errorf("%+v %v", got, err)
	}
}

func TestEveryBadLineIsNamed(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"release 3.7.2":             `"release" is no word`,
		"version three":             `"three" is no release`,
		"version":                   "takes one value",
		"saas yes":                  `takes nothing, not "yes"`,
		"users many":                `"many" is no number`,
		"restore soon":              `"soon" is no time`,
		"restore 0s":                "takes some time",
		"restore queue=1s":          `"queue" is no phase`,
		"restore -1s":               `"-1s" is no time`,
		"record storage=floppy":     "Documents, ThridpartyDocuments",
		"record size=5":             `no "size"`,
		"fault":                     "name of a switch",
		"fault loose-start-answer":  `no switch "loose-start-answer"`,
		"fault down=maybe":          `switch down: "maybe"`,
		"fault fail-at=ten":         `switch fail-at: "ten"`,
		"fault fail-text":           "switch fail-text: a text",
		"fault page=x status=9":     "9 is no status",
		"fault page=x colour=red":   `no "colour"`,
		"at 5s":                     "a time and what happens",
		"at noon heal":              `"noon" is no time`,
		"after 5s explode":          `"explode" cannot happen`,
		"after 5s heal now":         `takes nothing, not "now"`,
		`fault fail-text="half`:     "quote is not closed",
		"backup 9999999h":           `"9999999h" is no time`,
		"fault rate-limited=1.5":    `switch rate-limited: "1.5"`,
		"record storage=9":          `"9" is no storage type`,
		"record age=yesterday":      `"yesterday" is no time`,
		"fault retry-after=forever": `switch retry-after: "forever"`,
	} {
		_, err := docspacetest.ParseConfig("alias docs\n" + line + "\n\nnonsense")
		if err == nil || !strings.Contains(err.Error(), "line 2: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", line, err, want)
			continue
		}
		if !strings.Contains(err.Error(), "line 4: ") {
			t.Errorf("%q: the next bad line is not named: %v", line, err)
		}
	}
}

func TestTurnsComeAtTheirTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		config, err := docspacetest.ParseConfig(`
			restore 100s
			at 10s fault down
			at 20s heal
			after 50s fault worker-dead
			after 200s heal
			after 201s unlock
		`)
		if err != nil {
			t.Fatal(err)
		}
		p, c := bundle(config)
		c.Retries = -1
		ask := func() error {
			_, _, err := c.RestoreProgress(t.Context(), docspace.AnyTask)
			return err
		}
		if err := ask(); err != nil {
			t.Error(err)
		}
		time.Sleep(11 * time.Second)
		if err := ask(); !errors.Is(err, docspace.ErrUnavailable) {
			t.Errorf("after 11 s: %v", err)
		}
		time.Sleep(10 * time.Second)
		// Nobody looks for a long time: the turns of the restore come in their order all
		// the same, and it stood still from the 50th to the 200th second.
		start(t, p, c)
		time.Sleep(249 * time.Second)
		if got, _, err := c.RestoreProgress(t.Context(), docspace.AnyTask); err != nil || got.Terminal() || p.Locked() {
			t.Errorf("%+v %v, locked %v", got, err, p.Locked())
		}
		time.Sleep(time.Second)
		if got, _, err := c.RestoreProgress(t.Context(), docspace.AnyTask); err != nil || !got.Succeeded() {
			t.Errorf("%+v %v", got, err)
		}
		// The next restore has them anew.
		c = clientOf(p.IssueKey(docspacetest.Key{}), p)
		start(t, p, c)
		time.Sleep(150 * time.Second)
		if got, _, err := c.RestoreProgress(t.Context(), docspace.AnyTask); err != nil || got.Terminal() {
			t.Errorf("%+v %v", got, err)
		}
	})
}

func TestApplyChangesAllOrNothing(t *testing.T) {
	t.Parallel()
	p, c := bundle(docspacetest.Config{})
	c.Retries = -1
	if err := p.Apply("fault down\nfault nonsense"); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("got %v", err)
	}
	if _, err := c.Settings(t.Context()); err != nil {
		t.Errorf("half was applied: %v", err)
	}
	p.SetTenantStatus(4)
	if err := p.Apply("unlock\nfault down"); err != nil || p.Locked() {
		t.Errorf("%v, locked %v", err, p.Locked())
	}
	if _, err := c.Settings(t.Context()); !errors.Is(err, docspace.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	if err := p.Apply("heal"); err != nil {
		t.Error(err)
	}
	if _, err := c.Settings(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestPortalIsSteeredOverHTTP(t *testing.T) {
	t.Parallel()
	p := docspacetest.New(docspacetest.Config{})
	mux := http.NewServeMux()
	mux.Handle("/", p)
	mux.Handle("/_portal/", http.StripPrefix("/_portal", docspacetest.Control(p)))
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	call := func(method, path, body string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), method, s.URL+"/_portal"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := s.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, strings.TrimSpace(string(b))
	}
	status, key := call("POST", "/key", "")
	c := &docspace.Client{BaseURL: s.URL, HTTP: s.Client(), Key: docspace.NewSecret(key)}
	if _, err := c.KeySelf(t.Context()); err != nil || status != 200 {
		t.Fatalf("%d %v", status, err)
	}
	if _, again := call("GET", "/key", ""); again != key {
		t.Errorf("the newest key is %q, not %q", again, key)
	}
	_, task := call("POST", "/elsewhere", "")
	if got, _, err := c.RestoreProgress(t.Context(), docspace.AnyTask); err != nil || got.TaskID != task {
		t.Errorf("%+v %v", got, err)
	}
	_, task = call("POST", "/elsewhere?dump=true", "")
	if got, _, err := c.RestoreProgress(t.Context(), docspace.DumpOnly); err != nil || got.TaskID != task {
		t.Errorf("%+v %v", got, err)
	}
	for path, want := range map[string]string{
		"/requests": `"Path": "/api/2.0/keys/@self"`, "/restores": `"Elsewhere": true`, "/records": `"StorageType": 5`, "/backups": "[]",
	} {
		if status, got := call("GET", path, ""); status != 200 || !strings.Contains(got, want) {
			t.Errorf("%s: %d %s", path, status, got)
		}
	}
	if status, got := call("POST", "/apply", "fault nonsense"); status != 400 || !strings.Contains(got, `no switch "nonsense"`) {
		t.Errorf("%d %s", status, got)
	}
	if status, got := call("POST", "/apply", "fault refuse-start=402"); status != 200 || got != "done" {
		t.Errorf("%d %s", status, got)
	}
	if _, _, err := c.StartRestore(t.Context(), docspace.RestoreRequest{BackupID: p.Backups()[0].ID}); !errors.Is(err, docspace.ErrPlan) {
		t.Errorf("got %v", err)
	}
	empty := docspacetest.Control(docspacetest.New(docspacetest.Config{Backups: []docspacetest.Backup{}}))
	w := httptest.NewRecorder()
	empty.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/elsewhere", http.NoBody))
	if w.Code != http.StatusBadRequest {
		t.Errorf("nothing to restore: %d", w.Code)
	}
}

func TestWorkAndDetailsAreReadFromAText(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		config, err := docspacetest.ParseConfig(`
			work age=3h last=4m files=41 changed=12 saves=2 moved=2 removed=4 rooms=3 invited=2 opened=5 personal=1 people=7
			details two-factor sms sso ldap enterprise restricted address=10.0.0.0/8 address=192.0.2.7 webhooks=2 oauth-apps=1 mail=smtp.example.com
			record storage=Local age=2h files=9
			at 5s work files=2
		`)
		if err != nil {
			t.Fatal(err)
		}
		want := docspacetest.Details{
			TwoFactorApp: true, TwoFactorSMS: true, SSO: true, LDAP: true, Enterprise: true, Restricted: true,
			Addresses: []string{"10.0.0.0/8", "192.0.2.7"}, Webhooks: 2, OAuthApps: 1, MailHost: "smtp.example.com",
		}
		if diff := cmp.Diff(want, config.Details); diff != "" {
			t.Error(diff)
		}
		if n := len(config.Events); n != 41+2*12+2*2+4+3+2+5+1 || config.Backups[0].Files != 9 {
			t.Errorf("%d events", n)
		}
		p := docspacetest.New(config)
		c := &docspace.Client{BaseURL: "https://docs.example.com", Key: docspace.NewSecret(p.Key()), HTTP: docspacetest.Via(p)}
		count := func() int {
			n := 0
			if _, err := c.ReadAudit(t.Context(), docspace.AuditRange{From: time.Now().Add(-4 * time.Hour), To: time.Now()}, func(docspace.AuditEvent) { n++ }); err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := count(); n != 41+2*12+2+4+3+2+5+1 {
			t.Errorf("%d acts", n)
		}
		time.Sleep(6 * time.Second)
		if n := count(); n != 41+2*12+2+4+3+2+5+1+2 {
			t.Errorf("%d acts after some work", n)
		}
	})
	for _, bad := range []string{"work files=x", "work age=x", "work novels=3", "details smoke", "details webhooks=x", "details mail=", "at 5s work novels=1"} {
		if _, err := docspacetest.ParseConfig(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
