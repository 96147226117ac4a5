package docspacetest_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"docspace-restorebot/docspace/docspacetest"
)

const (
	scheduleURL = "/api/2.0/backup/createbackupschedule"
	aFormat     = "System.FormatException"
	aMissingKey = "System.Collections.Generic.KeyNotFoundException"
	anArgument  = "System.ArgumentException"
)

func TestScheduleIsCheckedAsTheServerDoes(t *testing.T) {
	t.Parallel()
	refused := func(status int, class string) answer { return answer{status, aJSON, class} }
	good := answer{200, aJSON, `{"response":true,"co`}
	for name, tt := range map[string]struct {
		body   string
		config docspacetest.Config
		want   answer
	}{
		"every day":                 {`{"storageType":4,"cronParams":{"period":0,"hour":23}}`, docspacetest.Config{}, good},
		"every day by default":      {`{"storageType":4,"cronParams":{}}`, docspacetest.Config{}, good},
		"every day, a day":          {`{"storageType":4,"cronParams":{"period":"everyday","day":99}}`, docspacetest.Config{}, good},
		"24 o'clock":                {`{"storageType":4,"cronParams":{"hour":24}}`, docspacetest.Config{}, refused(500, aFormat)},
		"before midnight":           {`{"storageType":4,"cronParams":{"hour":-1}}`, docspacetest.Config{}, refused(500, aFormat)},
		"Sunday":                    {`{"storageType":4,"cronParams":{"period":"EveryWeek","day":1}}`, docspacetest.Config{}, good},
		"no day of the week":        {`{"storageType":4,"cronParams":{"period":1}}`, docspacetest.Config{}, refused(500, aFormat)},
		"the 8th day of the week":   {`{"storageType":4,"cronParams":{"period":"1","day":8}}`, docspacetest.Config{}, refused(500, aFormat)},
		"the 31st":                  {`{"storageType":4,"cronParams":{"period":2,"day":31}}`, docspacetest.Config{}, good},
		"no day of the month":       {`{"storageType":4,"cronParams":{"period":2,"day":0}}`, docspacetest.Config{}, refused(500, aFormat)},
		"the 32nd":                  {`{"storageType":4,"cronParams":{"period":2,"day":32}}`, docspacetest.Config{}, refused(500, aFormat)},
		"a period by number":        {`{"storageType":4,"cronParams":{"period":9}}`, docspacetest.Config{}, refused(500, aFormat)},
		"a period by name":          {`{"storageType":4,"cronParams":{"period":"Hourly"}}`, docspacetest.Config{}, answer{400, aProblem, "invalid $.cronParams.period"}},
		"local":                     {`{"storageType":3,"storageParams":[{"key":"filePath","value":"/b"}],"cronParams":{}}`, docspacetest.Config{}, good},
		"local, no path":            {`{"storageType":3,"cronParams":{}}`, docspacetest.Config{}, refused(500, aMissingKey)},
		"local on SaaS":             {`{"storageType":3,"storageParams":[{"key":"filePath","value":"/b"}],"cronParams":{}}`, docspacetest.Config{SaaS: true}, refused(500, "System.Exception")},
		"third party, no folder":    {`{"storageType":1,"cronParams":{}}`, docspacetest.Config{}, refused(500, aMissingKey)},
		"dump":                      {`{"storageType":4,"dump":true,"cronParams":{}}`, docspacetest.Config{}, good},
		"dump on SaaS":              {`{"storageType":4,"dump":true,"cronParams":{}}`, docspacetest.Config{SaaS: true}, refused(403, "System.Security.SecurityException")},
		"dump with a tenant":        {`{"storageType":4,"dump":true,"storageParams":[{"key":"tenantId","value":1}],"cronParams":{}}`, docspacetest.Config{}, refused(400, anArgument)},
		"a tenant where no dump is": {`{"storageType":4,"storageParams":[{"key":"tenantId","value":1}],"cronParams":{}}`, docspacetest.Config{}, good},
	} {
		p := docspacetest.New(tt.config)
		got, _, err := ask(t, p, http.MethodPost, scheduleURL, tt.body)
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}

// What the server adds to a schedule is read with it.
func TestScheduleIsReadAsTheServerWritesIt(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ body, query, want string }{
		"local": {
			`{"storageType":3,"storageParams":[{"key":"filePath","value":"/b"}],"cronParams":{"period":1,"hour":3,"day":7}}`, "",
			`"storageType":3,"storageParams":{"filePath":"/b","folderId":"/b"},"cronParams":{"period":1,"hour":3,"day":7},"lastBackupTime":"0001-01-01T00:00:00","dump":false`,
		},
		"data store, kept": {
			`{"storageType":4,"backupsStored":5,"cronParams":{"hour":3,"day":9}}`, "",
			`"storageType":4,"storageParams":{"folderId":null},"cronParams":{"period":0,"hour":3,"day":0},"backupsStored":5,`,
		},
		"a consumer's dump": {
			`{"storageType":5,"dump":true,"storageParams":[{"key":"module","value":"s3"}],"cronParams":{}}`, "?dump=true",
			`"storageType":5,"storageParams":{"module":"s3","tenantId":"1"},`,
		},
		"documents": {
			`{"storageType":0,"storageParams":[{"key":"folderId","value":7}],"cronParams":{}}`, "",
			`"storageType":0,"storageParams":{"folderId":"7"},`,
		},
	} {
		p := docspacetest.New(docspacetest.Config{})
		if a, _, err := ask(t, p, http.MethodPost, scheduleURL, tt.body); err != nil || a.Status != 200 {
			t.Fatalf("%s: %+v %v", name, a, err)
		}
		if got := body(t, p, "/api/2.0/backup/getbackupschedule"+tt.query); !strings.Contains(got, tt.want) {
			t.Errorf("%s:\n%s\nwant %s", name, got, tt.want)
		}
	}
}

func TestBackupsAreCountedFromAnyTimeThatIsWritten(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	p := docspacetest.New(docspacetest.Config{
		Now:     func() time.Time { return day.Add(48 * time.Hour) },
		Backups: []docspacetest.Backup{{CreatedOn: day}, {CreatedOn: day.Add(-24 * time.Hour)}},
	})
	for query, want := range map[string]string{
		"from=2026-03-02":                              "1",
		"from=2026-03-01":                              "2",
		"from=2026-03-02T12:00:00":                     "1",
		"from=2026-03-02T12:00:00.0000001":             "0",
		"from=2026-03-02T12:00":                        "1",
		"from=2026-03-02%2012:00:01":                   "0",
		"from=2026-03-02T14:00:00%2B02:00":             "1",
		"from=2026-03-02T14:00:00.0000000%2B01:00":     "0",
		"FROM=2026-03-01&To=2026-03-02":                "1",
		"from=03/02/2026":                              "1",
		"from=2026-03-01T00:00:00Z&paid=True":          "0",
		"from=2026-03-02T12:00:00Z&to=2026-03-02T12Z0": "",
		"from=yesterday":                               "",
		"from=2026-13-01":                              "",
	} {
		got := body(t, p, "/api/2.0/backup/getbackupscount?"+query)
		if want == "" && !strings.Contains(got, "is not valid") || want != "" && !strings.HasPrefix(got, `{"response":`+want+`,`) {
			t.Errorf("%s: want %q, got %s", query, want, got)
		}
	}
}

func TestKeysAndThePortalTellAboutThemselves(t *testing.T) {
	t.Parallel()
	p := docspacetest.New(docspacetest.Config{Alias: "docs", LimitedSpace: true})
	first := p.Key()
	second := p.IssueKey(docspacetest.Key{Name: "second", Permissions: []string{"*:read"}, ExpiresOn: time.Now().Add(time.Hour), CreatedOn: time.Now().Add(time.Minute)})
	list := body(t, p, "/api/2.0/keys")
	for _, want := range []string{`"count":2`, `"key":"sk-***` + first[len(first)-4:], `"name":"second"`, `"permissions":["*:read"]`, `"expiresAt":`} {
		if !strings.Contains(list, want) {
			t.Errorf("no %s in %s", want, list)
		}
	}
	if strings.Contains(list, first) || strings.Contains(list, second) || strings.Index(list, "restorebot") > strings.Index(list, "second") {
		t.Errorf("a secret, or the wrong order: %s", list)
	}
	about := body(t, p, "/api/2.0/portal")
	for _, want := range []string{`"tenantAlias":"docs"`, `"status":0`, `"version":"3.7.2"`, `"timeZone":"UTC"`, `"ownerId":`, `"tenantId":1`} {
		if !strings.Contains(about, want) {
			t.Errorf("no %s in %s", want, about)
		}
	}
	p.SetTenantStatus(4)
	if locked := body(t, p, "/api/2.0/portal"); !strings.Contains(locked, `"status":4`) {
		t.Errorf("while it is locked: %s", locked)
	}
	p.SetTenantStatus(0)
	p.Break(func(f *docspacetest.Faults) { f.NotAdmin = true })
	if narrow := body(t, p, "/api/2.0/portal"); !strings.Contains(narrow, `{"tenantId":1}`) {
		t.Errorf("to somebody who is no admin: %s", narrow)
	}
}

// Whether space management is off is nothing that everybody is told.
func TestLimitedSpaceIsToldToThoseWhoAreKnown(t *testing.T) {
	t.Parallel()
	p := docspacetest.New(docspacetest.Config{LimitedSpace: true})
	if known := body(t, p, "/api/2.0/settings"); !strings.Contains(known, `"limitedAccessSpace":true`) {
		t.Errorf("to a caller with a key: %s", known)
	}
	p.RevokeKeys()
	if anybody := body(t, p, "/api/2.0/settings"); strings.Contains(anybody, "limitedAccessSpace") || !strings.Contains(anybody, "tenantStatus") {
		t.Errorf("to anybody: %s", anybody)
	}
}

// body is the whole of an answer to a GET.
func body(t *testing.T, p *docspacetest.Portal, path string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://docs.example.com"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+p.Key())
	w, err := docspacetest.Via(p).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Body.Close() }()
	b, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
