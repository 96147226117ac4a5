package docspace_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

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
		if os.Getenv("CI_REQUIRE_ALL") == "1" {
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

// mend is a place where the description is wrong and what the server does
// instead. needed breaks without it.
type mend struct {
	name, says, server string
	apply              func(*openapi3.T)
	// needed is false where the description merely says less than it could.
	needed bool
}

func nothing(*openapi3.T) {}

var mends = []mend{
	{
		"nullable without a type", "storage parameters are {key, value} of no type, but nullable", "any value",
		func(doc *openapi3.T) {
			for _, p := range doc.Components.Schemas["ItemKeyValuePairObjectObject"].Value.Properties {
				p.Value.Nullable = false
			}
		}, false,
	},
	{
		"body not required", "a POST may come without a body", "the body is required",
		func(doc *openapi3.T) {
			for _, item := range doc.Paths.Map() {
				for _, o := range item.Operations() {
					if o.RequestBody != nil {
						o.RequestBody.Value.Required = true
					}
				}
			}
		}, false,
	},
	{
		"dates have a zone", "createdOn, expiresOn, lastBackupTime are RFC 3339", "no zone, and UTC is meant",
		func(doc *openapi3.T) {
			for schema, names := range map[string][]string{
				"BackupHistoryRecord": {"createdOn", "expiresOn"}, "ScheduleDto": {"lastBackupTime"},
			} {
				for _, name := range names {
					p := doc.Components.Schemas[schema].Value.Properties[name].Value
					p.Format, p.Pattern = "", `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$`
				}
			}
		}, true,
	},
	{
		"query parameter", "the parameter is Dump", "any case, and the web client sends dump",
		func(doc *openapi3.T) {
			for _, item := range doc.Paths.Map() {
				for _, o := range item.Operations() {
					for _, p := range o.Parameters {
						p.Value.Name = strings.Replace(p.Value.Name, "Dump", "dump", 1)
					}
				}
			}
		}, false,
	},
	{
		"where the key goes", "the key goes into a header named ApiKeyBearer", "that header is never read: Authorization, as a bearer",
		func(doc *openapi3.T) {
			for _, s := range doc.Components.SecuritySchemes {
				if s.Value.Type == "apiKey" && s.Value.In == "header" {
					s.Value.Name = "Authorization"
				}
			}
		}, true,
	},
	{
		"undeclared answers", "403 and 404 are no answers of getrestoreprogress, 404 none of a GET, 400 none of cancelbackup",
		"any filter in front of the application may give them to any operation",
		func(doc *openapi3.T) {
			for _, item := range doc.Paths.Map() {
				for _, o := range item.Operations() {
					for _, status := range []int{400, 401, 402, 403, 404, 415, 500} {
						if o.Responses.Status(status) == nil {
							o.AddResponse(status, openapi3.NewResponse().WithDescription("by a filter"))
						}
					}
				}
			}
		}, true,
	},
	// Nothing can be mended where the description merely says the wrong thing about
	// what it declares.
	{"dump on SaaS", "startrestore with dump is 400 there", "403", nothing, false},
	{"rate limit", "each answer has the X-RateLimit headers, each 429 a Retry-After", "the headers come with 429 alone, Retry-After with the daily limit alone", nothing, false},
	{"no task", "response is a task", "response is absent when there is none", nothing, false},
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
