package docspacetest_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// answer is what came back to a bare request.
type answer struct {
	Status int
	Type   string
	Body   string // shortened to what matters
}

// ask sends a bare request, with the newest key unless it is anonymous.
func ask(t *testing.T, p *docspacetest.Portal, method, path, body string) (answer, http.Header, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "https://docs.example.com"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Authorization", "Bearer "+p.Key())
	return do(t, p, r)
}

func do(t *testing.T, p *docspacetest.Portal, r *http.Request) (answer, http.Header, error) {
	t.Helper()
	resp, err := docspacetest.Via(p).Do(r)
	if err != nil {
		return answer{}, nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	kind, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	return answer{resp.StatusCode, kind, gist(b)}, resp.Header, err
}

// gist is the exception's class, the problem's title, or the beginning.
func gist(b []byte) string {
	var v struct {
		Error struct {
			Type, Stack string
		}
		Response struct{ Errors map[string][]string }
		Title    string
	}
	if json.Unmarshal(b, &v) == nil {
		for field := range v.Response.Errors {
			return "invalid " + field
		}
		if v.Error.Stack != "" || v.Title != "" {
			return v.Error.Type + v.Title
		}
	}
	return string(b[:min(len(b), 20)])
}

const (
	aJSON    = "application/json"
	aProblem = "application/problem+json"
	startURL = "/api/2.0/backup/startrestore"
)

func TestStartIsCheckedInTheServersOrder(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		body string
		with func(*docspacetest.Portal)
		want answer
	}{
		"dead key":          {`{`, (*docspacetest.Portal).RevokeKeys, answer{401, "", ""}},
		"expired key":       {`{`, key(docspacetest.Key{ExpiresOn: time.Now().Add(-time.Hour)}), answer{401, "", ""}},
		"narrow key":        {`{`, key(docspacetest.Key{Permissions: []string{"*:read"}}), answer{403, "", ""}},
		"locked":            {`{`, func(p *docspacetest.Portal) { p.SetTenantStatus(4) }, answer{403, aProblem, "Forbidden"}},
		"suspended":         {`{`, func(p *docspacetest.Portal) { p.SetTenantStatus(1) }, answer{404, aProblem, "Not Found"}},
		"unpaid":            {`{`, broken(func(f *docspacetest.Faults) { f.Unpaid = true }), answer{402, aProblem, "Payment Required"}},
		"address":           {`{`, broken(func(f *docspacetest.Faults) { f.AddressRefused = true }), answer{403, aJSON, `"The access to the p`}},
		"bad JSON":          {`{`, healthy, answer{400, aProblem, "invalid $"}},
		"bad enum":          {`{"backupId":"x","storageType":"floppy"}`, healthy, answer{400, aProblem, "invalid $.storageType"}},
		"no id":             {`{"storageType":0}`, healthy, answer{400, aProblem, "invalid $"}},
		"null parameter":    {`{"backupId":"x","storageParams":[{"key":"a","value":null}]}`, healthy, answer{500, aJSON, "System.NullReferenceException"}},
		"parameter twice":   {`{"backupId":"x","storageParams":[{"key":1,"value":1},{"key":"1","value":true}]}`, healthy, answer{400, aJSON, "System.ArgumentException"}},
		"no admin":          {`{"backupId":"x"}`, broken(func(f *docspacetest.Faults) { f.NotAdmin = true }), answer{403, aJSON, "ASC.Common.Security.Authorizing.AuthorizingException"}},
		"no plan":           {`{"backupId":"x"}`, broken(func(f *docspacetest.Faults) { f.NoRestorePlan = true }), answer{402, aJSON, "ASC.Core.Billing.BillingException"}},
		"no such backup":    {`{"BACKUPID":"9a1c3d52-6b0e-4c59-8d0f-2f6f0c6a7b11"}`, healthy, answer{404, aJSON, "System.IO.FileNotFoundException"}},
		"no file path":      {`{"backupId":"x"}`, healthy, answer{500, aJSON, "System.Collections.Generic.KeyNotFoundException"}},
		"no such file":      {`{"backupId":null,"storageParams":[{"key":"filePath","value":"x"}]}`, healthy, answer{404, aJSON, "ASC.Common.Web.ItemNotFoundException"}},
		"by file":           {`{"backupId":"","storageType":"0","storageParams":[{"key":"filePath","value":7}]}`, healthy, answer{200, aJSON, `{"response":{"backup`}},
		"unknown number":    {`{"backupId":"","storageType":99,"storageParams":[{"key":"filePath","value":7}]}`, healthy, answer{200, aJSON, `{"response":{"backup`}},
		"proxy":             {`{`, broken(func(f *docspacetest.Faults) { f.Pages = []docspacetest.Page{{Path: "startrestore"}} }), answer{502, "text/html", "<!DOCTYPE html><html"}},
		"rate limit":        {`{`, broken(func(f *docspacetest.Faults) { f.RateLimited = 1 }), answer{429, "", ""}},
		"refused by switch": {`{`, broken(func(f *docspacetest.Faults) { f.RefuseStart = 402 }), answer{402, aJSON, "System.InvalidOperationException"}},
	} {
		p := docspacetest.New(docspacetest.Config{})
		tt.with(p)
		got, _, err := ask(t, p, http.MethodPost, startURL, tt.body)
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, diff)
		}
		if began := len(p.Restores()); (began == 1) != (got.Status == 200) || p.Starts() != 1 {
			t.Errorf("%s: %d restores began of %d starts", name, began, p.Starts())
		}
	}
}

func healthy(*docspacetest.Portal) {}

func key(k docspacetest.Key) func(*docspacetest.Portal) {
	return func(p *docspacetest.Portal) { p.IssueKey(k) }
}

func broken(f func(*docspacetest.Faults)) func(*docspacetest.Portal) {
	return func(p *docspacetest.Portal) { p.Break(f) }
}

func TestRateLimitHeaders(t *testing.T) {
	t.Parallel()
	p := docspacetest.New(docspacetest.Config{})
	p.Break(func(f *docspacetest.Faults) { f.RateLimited = 1 })
	_, h, err := ask(t, p, http.MethodGet, "/api/2.0/settings", "")
	if err != nil || h.Get("Retry-After") != "" || h.Get("X-Ratelimit-Limit") != "1500" {
		t.Errorf("%v %v", h, err)
	}
	p.Break(func(f *docspacetest.Faults) { f.RateLimited, f.RetryAfter = 1, 90*time.Second })
	_, h, err = ask(t, p, http.MethodGet, "/api/2.0/settings", "")
	if err != nil || h.Get("Retry-After") != "90" {
		t.Errorf("%v %v", h, err)
	}
	got, _, err := ask(t, p, http.MethodGet, "/api/2.0/settings", "")
	if err != nil || got.Status != 200 {
		t.Errorf("the limit does not end: %v %v", got, err)
	}
}

func TestPageComesAsOftenAsAsked(t *testing.T) {
	t.Parallel()
	p := docspacetest.New(docspacetest.Config{})
	p.Break(func(f *docspacetest.Faults) {
		f.Pages = []docspacetest.Page{{Path: "/settings", Status: 504, Times: 2}}
	})
	var got []int
	for _, path := range []string{"/api/2.0/settings", "/", "/api/2.0/settings", "/api/2.0/settings"} {
		a, _, err := ask(t, p, http.MethodGet, path, "")
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, a.Status)
	}
	if diff := cmp.Diff([]int{504, 200, 504, 200}, got); diff != "" {
		t.Error(diff)
	}
}

func TestEachSwitchSpoilsAnAnswer(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fault func(*docspacetest.Faults)
		want  func(answer, error) bool
	}{
		"down":         {func(f *docspacetest.Faults) { f.Down = true }, func(_ answer, err error) bool { return err != nil }},
		"error in 200": {func(f *docspacetest.Faults) { f.ErrorIn200 = true }, func(a answer, _ error) bool { return a.Status == 200 && a.Body == "System.Exception" }},
		"redirect":     {func(f *docspacetest.Faults) { f.Redirect = "https://docs.example.com/" }, func(_ answer, err error) bool { return err != nil }},
	} {
		p := docspacetest.New(docspacetest.Config{})
		p.Break(tt.fault)
		if got, _, err := ask(t, p, http.MethodGet, "/api/2.0/settings", ""); !tt.want(got, err) {
			t.Errorf("%s: %+v %v", name, got, err)
		}
		p.Heal()
		if got, _, err := ask(t, p, http.MethodGet, "/api/2.0/settings", ""); got.Status != 200 || err != nil {
			t.Errorf("%s, healed: %+v %v", name, got, err)
		}
	}
}

func TestSpoiledBodiesAreSpoiled(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func(*docspacetest.Faults){
		"garbage": func(f *docspacetest.Faults) { f.Garbage = true },
		"huge":    func(f *docspacetest.Faults) { f.HugeBody = true },
	} {
		p, c := bundle(docspacetest.Config{})
		p.Break(fault)
		if _, err := c.Settings(t.Context()); !errors.Is(err, docspace.ErrAnswer) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnswerIsCutAfterTheDeed(t *testing.T) {
	t.Parallel()
	p, c := bundle(docspacetest.Config{Faults: docspacetest.Faults{CutAnswer: true}})
	s := httptest.NewServer(p)
	t.Cleanup(s.Close)
	for _, c := range []*docspace.Client{c, {BaseURL: s.URL, HTTP: s.Client(), Key: c.Key}} {
		_, _, err := c.StartRestore(t.Context(), docspace.RestoreRequest{BackupID: p.Backups()[0].ID})
		var e *docspace.Error
		if !errors.As(err, &e) || e.Status != http.StatusOK || !errors.Is(err, docspace.ErrAmbiguous) || !errors.Is(err, docspace.ErrUnavailable) {
			t.Errorf("%+v", err)
		}
	}
	if len(p.Restores()) != 1 {
		t.Error("nothing was done")
	}
}

func TestSlowAnswerIsStillPerformed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{})
		p.Break(func(f *docspacetest.Faults) { f.Delay = time.Minute })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, _, err := c.StartRestore(ctx, docspace.RestoreRequest{BackupID: p.Backups()[0].ID})
		if err == nil {
			t.Error("an answer in time")
		}
		synctest.Wait()
		if len(p.Restores()) != 1 {
			t.Error("the server gave up with its caller")
		}
	})
}

func TestRunningDumpHidesAStart(t *testing.T) {
	t.Parallel()
	p, c := bundle(docspacetest.Config{})
	var dump string
	for _, b := range p.Backups() {
		if b.Dump {
			dump = b.ID
		}
	}
	p.StartElsewhere(dump)
	got, _, err := ask(t, p, http.MethodPost, startURL, `{"backupId":"`+p.Backups()[0].ID+`"}`)
	if got.Body != `{"count":0,"links":[` || err != nil || len(p.Restores()) != 1 {
		t.Errorf("%+v %v", got, err)
	}
	for scope, want := range map[docspace.Scope]bool{docspace.AnyTask: true, docspace.DumpOnly: true, docspace.TenantOnly: false} {
		if _, ok, err := c.RestoreProgress(t.Context(), scope); ok != want || err != nil {
			t.Errorf("scope %d: %v %v", scope, ok, err)
		}
	}
}
