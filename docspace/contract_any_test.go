package docspace_test

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"pgregory.net/rapid"

	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// sample makes a value that the schema allows.
func sample(r *rapid.T, s *openapi3.Schema, name string) any {
	if s.Nullable && rapid.IntRange(0, 4).Draw(r, name+" is null") == 0 {
		return nil
	}
	switch {
	case len(s.OneOf) > 0:
		return sample(r, s.OneOf[rapid.IntRange(0, len(s.OneOf)-1).Draw(r, name+" form")].Value, name)
	case len(s.Enum) > 0:
		return rapid.SampledFrom(s.Enum).Draw(r, name)
	case s.Pattern != "":
		return rapid.StringMatching(s.Pattern).Filter(plausible).Draw(r, name)
	case s.Type.Is("boolean"):
		return rapid.Bool().Draw(r, name)
	case s.Type.Is("integer"):
		return rapid.Int32().Draw(r, name)
	case s.Type.Is("array"):
		list := make([]any, rapid.IntRange(0, 3).Draw(r, name+" length"))
		for i := range list {
			list[i] = sample(r, s.Items.Value, name)
		}
		return list
	case s.Type.Is("object"):
		return sampleObject(r, s, name)
	case s.Format == "uuid":
		return rapid.StringMatching(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`).Draw(r, name)
	case s.Format == "date-time":
		return rapid.StringMatching(`20\d\d-0[1-9]-[012]\dT[01]\d:[0-5]\d:[0-5]\d(\.\d{1,7})?(Z|[+-]0\d:00)`).Filter(plausible).Draw(r, name)
	case s.Type.Is("string"):
		return rapid.String().Draw(r, name)
	default: // no type: any
		return rapid.SampledFrom([]any{"7", "filePath", 7, true, "x"}).Draw(r, name)
	}
}

// plausible are dates that there are.
func plausible(s string) bool {
	return len(s) < 10 || !strings.Contains(s[:10], "-00") && s[8:10] <= "28"
}

func sampleObject(r *rapid.T, s *openapi3.Schema, name string) any {
	object := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(s.Properties)) {
		if slices.Contains(s.Required, key) || rapid.Bool().Draw(r, name+" has "+key) {
			object[key] = sample(r, s.Properties[key].Value, key)
		}
	}
	if s.AdditionalProperties.Schema != nil {
		for range rapid.IntRange(0, 2).Draw(r, name+" more") {
			object[rapid.StringMatching(`[a-z]{1,8}`).Draw(r, "key")] = sample(r, s.AdditionalProperties.Schema.Value, "more")
		}
	}
	return object
}

// described are the operations by the name of the client's method.
func described(t *testing.T, doc *openapi3.T) map[string]func() (path, method string, o *openapi3.Operation) {
	t.Helper()
	methods := map[string]string{}
	for method, id := range pages {
		methods[id] = method
	}
	found := map[string]func() (string, string, *openapi3.Operation){}
	for path, item := range doc.Paths.Map() {
		for method, o := range item.Operations() {
			if methods[o.OperationID] == "" {
				t.Errorf("no method of the client is %s", o.OperationID)
				continue
			}
			found[methods[o.OperationID]] = func() (string, string, *openapi3.Operation) { return path, method, o }
		}
	}
	if len(found) != 13 {
		t.Errorf("%d operations, want 13", len(found))
	}
	return found
}

// TestClientReadsWhateverTheDescriptionAllows answers each call with random
// bodies that the description allows, as published and as mended.
func TestClientReadsWhateverTheDescriptionAllows(t *testing.T) {
	t.Parallel()
	for name, mends := range map[string][]mend{"as published": nil, "mended": mends} {
		doc, _ := contract(t, mends)
		for method, operation := range described(t, doc) {
			t.Run(name+" "+method, func(t *testing.T) {
				t.Parallel()
				_, _, o := operation()
				schema := o.Responses.Status(http.StatusOK).Value.Content.Get("application/json").Schema.Value
				rapid.Check(t, func(r *rapid.T) {
					body, err := json.Marshal(sample(r, schema, "body"))
					if err != nil {
						r.Fatal(err)
					}
					c := always(http.StatusOK, plainJSON, string(body))
					err = calls[method](r.Context(), c, docspacetest.Backup{ID: backupID})
					var probe struct{ Response json.RawMessage }
					if json.Unmarshal(body, &probe) != nil {
						r.Fatal("not JSON")
					}
					nothing := probe.Response == nil && errors.Is(err, docspace.ErrAnswer)
					if err != nil && !nothing {
						r.Fatalf("%s: %v", body, err)
					}
				})
			})
		}
	}
}

// TestPortalTakesWhateverTheDescriptionAllows sends random requests that the
// description allows to the portal: it answers as described, and fails only as
// the server does.
func TestPortalTakesWhateverTheDescriptionAllows(t *testing.T) {
	t.Parallel()
	// As published the parameter is Dump: that is sent, too.
	for name, mends := range map[string][]mend{"mended": mends, "mended, but for the query": withoutMend("query parameter")} {
		doc, router := contract(t, mends)
		for method, operation := range described(t, doc) {
			t.Run(name+" "+method, func(t *testing.T) {
				t.Parallel()
				path, verb, o := operation()
				rapid.Check(t, func(r *rapid.T) {
					p := docspacetest.New(docspacetest.Config{SaaS: rapid.Bool().Draw(r, "saas")})
					e := &exam{inner: docspacetest.Via(p).Transport, router: router, seen: map[string]bool{}}
					resp, err := e.RoundTrip(request(r, p, path, verb, o))
					if err != nil {
						r.Fatal(err)
					}
					defer resp.Body.Close()
					for _, fault := range e.faults {
						r.Errorf("%d: %s", resp.StatusCode, fault)
					}
					if resp.StatusCode >= 500 && !knownFailure(resp) {
						r.Errorf("%d", resp.StatusCode)
					}
				})
			})
		}
	}
}

func withoutMend(name string) []mend {
	return slices.DeleteFunc(slices.Clone(mends), func(m mend) bool { return m.name == name })
}

// request is a random one that the description allows.
func request(r *rapid.T, p *docspacetest.Portal, path, verb string, o *openapi3.Operation) *http.Request {
	query := url.Values{}
	for _, param := range o.Parameters {
		v := param.Value
		if v.In == "path" {
			id := sample(r, v.Schema.Value, v.Name).(string)
			if b := p.Backups(); rapid.Bool().Draw(r, "known id") {
				id = b[0].ID
			}
			path = strings.ReplaceAll(path, "{"+v.Name+"}", id)
		} else if rapid.Bool().Draw(r, "has "+v.Name) {
			b, err := json.Marshal(sample(r, v.Schema.Value, v.Name))
			if err != nil {
				r.Fatal(err)
			}
			query.Set(v.Name, strings.Trim(string(b), `"`))
		}
	}
	body := []byte(nil)
	if o.RequestBody != nil {
		fields := sample(r, o.RequestBody.Value.Content.Get("application/json").Schema.Value, "body").(map[string]any)
		if _, restore := fields["backupId"]; restore && rapid.Bool().Draw(r, "known backup") {
			fields["backupId"] = p.Backups()[0].ID
		}
		var err error
		if body, err = json.Marshal(fields); err != nil {
			r.Fatal(err)
		}
	}
	req, err := http.NewRequestWithContext(r.Context(), verb, "https://docs.example.com"+path+"?"+query.Encode(), strings.NewReader(string(body)))
	if err != nil {
		r.Fatal(err)
	}
	if body == nil {
		req.Body = http.NoBody
	} else {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Authorization", "Bearer "+p.Key())
	return req
}

// knownFailure reports whether a 500 is one of those that the server itself
// answers a foolish request with.
func knownFailure(resp *http.Response) bool {
	var body struct{ Error struct{ Type string } }
	_ = json.NewDecoder(resp.Body).Decode(&body) // not JSON is no known failure
	return slices.Contains([]string{
		"System.Collections.Generic.KeyNotFoundException", // a parameter is missing
		"System.NullReferenceException",                   // a parameter is null
		"System.Exception",                                // storage Local on SaaS
		"System.FormatException",                          // a schedule that there is not
	}, body.Error.Type)
}
