package docspace_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// The official description of the backup API is not a part of this module. Its
// file is named by this variable.
const contractVariable = "DOCSPACE_OPENAPI"

// contract loads the description and mends what the mends name, or all.
func contract(t *testing.T, mends []mend) (*openapi3.T, routers.Router) {
	t.Helper()
	file := os.Getenv(contractVariable)
	if file == "" {
		if os.Getenv("CI_REQUIRE_ALL") != "" {
			t.Fatalf("%s names no file: the official OpenAPI description of the backup API is needed", contractVariable)
		}
		t.Skipf("misses the official OpenAPI description of the backup API: set %s to its file", contractVariable)
	}
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mends {
		m.apply(doc)
	}
	doc.Servers = openapi3.Servers{{URL: "https://docs.example.com"}}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return doc, router
}

// exam is a transport that holds each request and answer against the
// description.
type exam struct {
	inner  http.RoundTripper
	router routers.Router
	faults []string
	seen   map[string]bool
}

func (e *exam) RoundTrip(r *http.Request) (*http.Response, error) {
	var sent []byte
	if r.Body != nil {
		sent, _ = io.ReadAll(r.Body) // of a bytes.Reader
		r.Body = io.NopCloser(bytes.NewReader(sent))
	}
	route, params, err := e.router.FindRoute(r)
	if err != nil {
		return e.inner.RoundTrip(r) // not a part of the description: settings, keys
	}
	e.seen[route.Operation.OperationID] = true
	in := &openapi3filter.RequestValidationInput{
		Request: r, Route: route, PathParams: params,
		Options: &openapi3filter.Options{AuthenticationFunc: authenticated, IncludeResponseStatus: true},
	}
	e.note(r, openapi3filter.ValidateRequest(r.Context(), in))
	r.Body = io.NopCloser(bytes.NewReader(sent))
	resp, err := e.inner.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(body))
	e.note(r, openapi3filter.ValidateResponse(r.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: resp.StatusCode, Header: resp.Header,
		Body: io.NopCloser(bytes.NewReader(body)), Options: in.Options,
	}))
	return resp, nil
}

func (e *exam) note(r *http.Request, err error) {
	if err != nil {
		e.faults = append(e.faults, r.Method+" "+r.URL.Path+": "+strings.SplitN(err.Error(), "\n", 2)[0])
	}
}

// authenticated demands the key where the described scheme says.
func authenticated(_ context.Context, in *openapi3filter.AuthenticationInput) error {
	s := in.SecurityScheme
	if s.Type == "apiKey" && s.In == "header" && in.RequestValidationInput.Request.Header.Get(s.Name) != "" {
		return nil
	}
	return in.NewError(http.ErrNoCookie)
}

// examined uses every operation under the eyes of the exam.
func examined(t *testing.T, router routers.Router) *exam {
	t.Helper()
	e := &exam{router: router, seen: map[string]bool{}}
	everyOperation(t, func(inner http.RoundTripper) http.RoundTripper {
		e.inner = inner
		return e
	})
	return e
}

func TestClientAndFakeKeepToTheDescription(t *testing.T) {
	t.Parallel()
	doc, router := contract(t, mends)
	e := examined(t, router)
	for _, fault := range e.faults {
		t.Error(fault)
	}
	total := 0
	for _, item := range doc.Paths.Map() {
		for _, o := range item.Operations() {
			total++
			if !e.seen[o.OperationID] {
				t.Errorf("%s was never used", o.OperationID)
			}
		}
	}
	if total != 13 {
		t.Errorf("the description has %d operations, want 13", total)
	}
}

// TestEveryShapeKeepsToTheDescription lets every release, and a server that
// writes dates with a zone and enums by name, go through a backup and a restore.
func TestEveryShapeKeepsToTheDescription(t *testing.T) {
	t.Parallel()
	shapes := map[string]docspacetest.Config{
		"zoned dates": {Faults: docspacetest.Faults{ZonedDates: true}}, "named enums": {Faults: docspacetest.Faults{NamedEnums: true}},
	}
	for _, release := range releases {
		shapes[release] = docspacetest.Config{Version: release}
	}
	for name, config := range shapes {
		fixes := mends
		if config.Faults.ZonedDates {
			fixes = withoutMend("dates have a zone") // which is what the description says
		}
		_, router := contract(t, fixes)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p, c := bundle(config)
				e := &exam{inner: docspacetest.Via(p).Transport, router: router, seen: map[string]bool{}}
				c.HTTP = &http.Client{Transport: e}
				if config.Version != "" && config.Version < "3.1" {
					c.Key = docspace.NewSecret(p.Token())
				}
				saved, _, err := c.StartBackup(t.Context(), docspace.BackupRequest{StorageType: docspace.StorageDataStore})
				if err != nil || saved.Kind != docspace.KindBackup {
					t.Fatal(saved, err)
				}
				if _, err := docspace.Last(c.WaitBackup(t.Context(), false, docspace.Wait{TaskID: saved.TaskID})); err != nil {
					t.Fatal(err)
				}
				history, err := c.BackupHistory(t.Context(), false)
				if err != nil || history[0].ID != saved.TaskID || history[0].ExpiresOn.Sub(history[0].CreatedOn) != 24*time.Hour {
					t.Fatalf("%+v %v", history, err)
				}
				if id := start(t, p, c); id == "" {
					t.Fatal("no task")
				}
				if _, err := docspace.Last(c.WaitRestore(t.Context(), docspace.TenantOnly, docspace.Wait{})); err != nil {
					t.Fatal(err)
				}
				for _, fault := range e.faults {
					t.Error(fault)
				}
				for _, id := range []string{"startBackup", "getBackupProgress", "getBackupHistory", "startBackupRestore", "getRestoreProgress"} {
					if !e.seen[id] {
						t.Errorf("%s was not looked at", id)
					}
				}
			})
		})
	}
}

func TestEachMendOfTheDescriptionIsNeeded(t *testing.T) {
	t.Parallel()
	for i, m := range mends {
		if !m.needed {
			continue
		}
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			others := append(append([]mend{}, mends[:i]...), mends[i+1:]...)
			_, router := contract(t, others)
			if e := examined(t, router); len(e.faults) == 0 {
				t.Errorf("the description was right after all: %s", m.says)
			}
		})
	}
}

func TestDescriptionLetsAStartWithoutABodyPassUntilMended(t *testing.T) {
	t.Parallel()
	for name, mends := range map[string][]mend{"as published": nil, "mended": mends} {
		_, router := contract(t, mends)
		e := &exam{router: router, seen: map[string]bool{}, inner: docspacetest.Via(docspacetest.New(docspacetest.Config{})).Transport}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://docs.example.com/api/2.0/backup/startrestore", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+testKey)
		resp, err := e.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		bodyWanted := strings.Contains(strings.Join(e.faults, "\n"), "value is required")
		if bodyWanted != (name == "mended") {
			t.Errorf("%s: %q", name, e.faults)
		}
	}
}

func TestDescriptionRefusesAnUnknownField(t *testing.T) {
	t.Parallel()
	_, router := contract(t, mends)
	e := &exam{router: router, seen: map[string]bool{}, inner: roundTrip(func(*http.Request) (*http.Response, error) {
		return reply(200, plainJSON, response(`{"isCompleted":"no","novelty":1}`)), nil
	})}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://docs.example.com/api/2.0/backup/startrestore",
		strings.NewReader(`{"backupId":7,"novelty":1}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+testKey)
	resp, err := e.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if len(e.faults) != 2 {
		t.Errorf("the exam lets everything pass: %q", e.faults)
	}
}
