package docspacetest_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

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
	if status, got := call("POST", "/faults", `{"Down": true, "Nonsense": true}`); status != 400 || !strings.Contains(got, `unknown field "Nonsense"`) {
		t.Errorf("%d %s", status, got)
	}
	for _, faults := range []string{`{"Unpaid": true}`, `{"RefuseStart": 402, "Unpaid": false}`} {
		if status, got := call("POST", "/faults", faults); status != 200 || got != "done" {
			t.Errorf("%s: %d %s", faults, status, got)
		}
	}
	if _, err := c.Settings(t.Context()); err != nil {
		t.Errorf("half of a bad object was taken: %v", err)
	}
	order := docspace.RestoreRequest{BackupID: p.Backups()[0].ID}
	if _, _, err := c.StartRestore(t.Context(), order); !errors.Is(err, docspace.ErrPlan) {
		t.Errorf("got %v", err)
	}
	p.SetTenantStatus(4)
	for _, path := range []string{"/heal", "/unlock", "/forget"} {
		if status, got := call("POST", path, ""); status != 200 || got != "done" {
			t.Errorf("%s: %d %s", path, status, got)
		}
	}
	if _, _, err := c.StartRestore(t.Context(), order); err != nil || p.Locked() {
		t.Errorf("%v, locked %v", err, p.Locked())
	}
	empty := docspacetest.Control(docspacetest.New(docspacetest.Config{Backups: []docspacetest.Backup{}}))
	w := httptest.NewRecorder()
	empty.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/elsewhere", http.NoBody))
	if w.Code != http.StatusBadRequest {
		t.Errorf("nothing to restore: %d", w.Code)
	}
}
