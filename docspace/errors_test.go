package docspace_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"docspace-restorebot/docspace"
)

// meanings are all that an error may mean, with a name for the tables.
var meanings = []struct {
	name string
	err  error
}{
	{"unauthorized", docspace.ErrUnauthorized},
	{"forbidden", docspace.ErrForbidden},
	{"scope", docspace.ErrScope},
	{"restoring", docspace.ErrRestoring},
	{"address", docspace.ErrAddress},
	{"plan", docspace.ErrPlan},
	{"notfound", docspace.ErrNotFound},
	{"noportal", docspace.ErrNoPortal},
	{"badrequest", docspace.ErrBadRequest},
	{"ratelimited", docspace.ErrRateLimited},
	{"server", docspace.ErrServer},
	{"unavailable", docspace.ErrUnavailable},
	{"redirected", docspace.ErrRedirected},
	{"answer", docspace.ErrAnswer},
	{"toolarge", docspace.ErrTooLarge},
	{"refused", docspace.ErrRefused},
	{"ambiguous", docspace.ErrAmbiguous},
}

// meant names everything that err is, in order.
func meant(err error) string {
	var names []string
	for _, m := range meanings {
		if errors.Is(err, m.err) {
			names = append(names, m.name)
		}
	}
	return strings.Join(names, " ")
}

const (
	plainJSON = "application/json; charset=utf-8"
	problem   = "application/problem+json; charset=utf-8"
	html      = "text/html"
)

func exception(status int, class string) string {
	return fmt.Sprintf(`{"error":{"message":"Access denied","type":%q,"stack":"   at A.B() in C.cs:line 1","hresult":-1},"status":1,"statusCode":%d}`, class, status)
}

// failures are the server's ways to fail, as a start meets them.
var failures = []struct {
	name        string
	status      int
	contentType string
	body        string
	want        string
}{
	{"bad key", 401, "", "", "unauthorized refused"},
	{"no scope", 403, "", "", "forbidden scope refused"},
	{"no right", 403, plainJSON, exception(403, "System.Security.SecurityException"), "forbidden refused"},
	{"locked", 403, problem, `{"type":"x","title":"Forbidden","status":403,"traceId":"00-1"}`, "forbidden restoring refused"},
	{"address", 403, plainJSON, `"The access to the portal is restricted"`, "forbidden address refused"},
	{"address as text", 403, "text/plain", `The access to the portal is restricted`, "forbidden address refused"},
	{"address, wrapped", 403, plainJSON, `{"response":"The access to the portal is restricted","count":1,"status":1,"statusCode":403}`, "forbidden address refused"},
	{"plan", 402, plainJSON, exception(402, "ASC.Core.Billing.BillingException"), "plan refused"},
	{"unpaid", 402, problem, `{"status":402,"traceId":"00-1"}`, "plan refused"},
	{"no backup", 404, plainJSON, exception(404, "System.IO.FileNotFoundException"), "notfound refused"},
	{"no portal", 404, problem, `{"title":"Not Found","status":404}`, "notfound noportal refused"},
	{"argument", 400, plainJSON, exception(400, "System.ArgumentException"), "badrequest refused"},
	{"validation", 400, problem, `{"response":{"title":"One or more","errors":{"$":["missing backupId"]},"traceId":"00-1"},"status":1,"statusCode":400}`, "badrequest refused"},
	{"media type", 415, problem, `{"title":"Unsupported Media Type","status":415}`, "badrequest refused"},
	{"rate limit", 429, "", "", "ratelimited refused"},
	{"server", 500, plainJSON, exception(500, "System.Exception"), "server ambiguous"},
	{"bad gateway", 502, html, "<html><title>500 Error Page</title>", "unavailable ambiguous"},
	{"bad gateway, nothing", 502, "", "", "unavailable ambiguous"},
	{"unavailable", 503, html, "<html>", "unavailable ambiguous"},
	{"timeout", 504, html, "<html>", "unavailable ambiguous"},
	{"request timeout", 408, "", "", "ambiguous"},
	{"proxy's 500", 500, html, "<html>", "server unavailable ambiguous"},
	{"proxy's 403", 403, html, "<html>", "forbidden ambiguous"},
	{"proxy's 404", 404, html, "<html>", "notfound ambiguous"},
	{"redirect", 307, html, "<html>", "redirected refused"},
	{"page as success", 200, html, "<html>maintenance", "unavailable ambiguous"},
	{"text as success", 200, "text/plain", "OK", "ambiguous"},
	{"nothing as success", 200, "", "", "answer ambiguous"},
	{"half a success", 200, plainJSON, `{"response":{"isCom`, "answer ambiguous"},
	{"success without task", 200, plainJSON, `{"count":0,"status":0,"statusCode":200}`, "answer ambiguous"},
	{"null task", 200, plainJSON, `{"response":null}`, "answer ambiguous"},
	{"wrong task", 200, plainJSON, `{"response":[1]}`, "answer ambiguous"},
	{"error in a success", 200, plainJSON, exception(500, "System.Exception"), "server ambiguous"},
	{"refusal in a success", 200, plainJSON, exception(403, "System.Exception"), "forbidden refused"},
	{"bare error in a success", 200, plainJSON, `{"error":"nope"}`, "ambiguous"},
	{"nonsense with a status", 403, plainJSON, `{"error":`, "forbidden refused"},
	{"wrong types", 404, plainJSON, `{"error":[],"title":7}`, "notfound refused"},
}

func TestStartSaysWhatEachFailureMeans(t *testing.T) {
	t.Parallel()
	for _, tt := range failures {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			sent := 0
			c := answers(func(*http.Request) (*http.Response, error) {
				sent++
				resp := reply(tt.status, tt.contentType, tt.body)
				if tt.contentType == html || tt.name == "bad gateway, nothing" {
					resp.Header.Del("Server-Timing")
				}
				return resp, nil
			})
			_, ok, err := c.StartRestore(t.Context(), docspace.RestoreRequest{BackupID: backupID})
			if diff := cmp.Diff(tt.want, meant(err)); diff != "" || ok {
				t.Errorf("%v: %s", err, diff)
			}
			var e *docspace.Error
			if !errors.As(err, &e) || e.Status != tt.status || e.Op != "start restore" || e.Attempts != 1 {
				t.Errorf("%+v", e)
			}
			if sent != 1 {
				t.Errorf("sent %d times", sent)
			}
			assertPresentable(t, err)
		})
	}
}

// assertPresentable checks what every error of this package promises.
func assertPresentable(t *testing.T, err error) {
	t.Helper()
	for _, text := range []string{err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", fmt.Sprint(err))} {
		if strings.Contains(text, testKey) || strings.Contains(text, testKey[3:]) {
			t.Errorf("the key is in %q", text)
		}
		if strings.ContainsAny(text, "\n\r\t\x00\x1b") || strings.Contains(text, "   at ") || len([]rune(text)) > 500 {
			t.Errorf("not a presentable line: %q", text)
		}
	}
}

func TestReadsOfTheSameFailuresAreNeitherRefusedNorAmbiguous(t *testing.T) {
	t.Parallel()
	for _, tt := range failures {
		c := always(tt.status, tt.contentType, tt.body)
		c.Retries = -1
		_, err := c.Settings(t.Context())
		if err == nil || errors.Is(err, docspace.ErrRefused) || errors.Is(err, docspace.ErrAmbiguous) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestServersWordsAreKeptAndItsStackIsNot(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ö", 1000)
	for _, tt := range []struct{ body, message, class string }{
		{exception(403, "System.Security.SecurityException"), "Access denied", "System.Security.SecurityException"},
		{`{"error":{"message":"Bad\r\n   at A.B() in C.cs:line 1\r\n   at D","type":null}}`, "Bad", ""},
		{`{"error":{"message":"Bad   at A.B()","type":7}}`, "Bad", ""},
		{`{"error":{"message":"key ` + testKey + `!","type":"A b"}}`, "key [redacted]!", ""},
		{`{"error":{"message":"\u001b[31mred\u0007 \u202eevil"}}`, "[31mred evil", ""},
		{`{"error":{"message":"` + long + `"}}`, strings.Repeat("ö", 299) + "…", ""},
		{`{"error":"plain"}`, "plain", ""},
		{`{"title":"Forbidden","detail":"The portal is being restored","status":403}`, "The portal is being restored", ""},
		{`{"response":{"title":"x","errors":{"b":["second"],"a":["first"],"0":[]}},"status":1}`, "first", ""},
	} {
		c := always(403, plainJSON, tt.body)
		_, err := c.PersonSelf(t.Context())
		var e *docspace.Error
		if !errors.As(err, &e) {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{tt.message, tt.class}, []string{e.Message, e.Type}); diff != "" {
			t.Errorf("%s: %s", tt.body[:min(len(tt.body), 60)], diff)
		}
		assertPresentable(t, err)
	}
}

func TestErrorIsOneLineWithOpStatusAndDetail(t *testing.T) {
	t.Parallel()
	c := always(404, plainJSON, exception(404, "System.IO.FileNotFoundException"))
	_, _, err := c.StartRestore(t.Context(), docspace.RestoreRequest{BackupID: backupID})
	if want := "docspace: start restore: 404 Not Found: Access denied"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

func TestStatusSurvivesABrokenBody(t *testing.T) {
	t.Parallel()
	c := answers(func(*http.Request) (*http.Response, error) {
		resp := reply(402, plainJSON, "")
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"error":`), brokenReader{}))
		return resp, nil
	})
	_, _, err := c.StartRestore(t.Context(), docspace.RestoreRequest{BackupID: backupID})
	if got := meant(err); got != "plan refused" {
		t.Errorf("%v: %s", err, got)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

func TestCauseOfTheContextIsKept(t *testing.T) {
	t.Parallel()
	why := errors.New("shutting down")
	ctx, cancel := context.WithCancelCause(t.Context())
	c := answers(func(r *http.Request) (*http.Response, error) {
		cancel(why)
		<-r.Context().Done()
		return nil, r.Context().Err()
	})
	_, _, err := c.StartRestore(ctx, docspace.RestoreRequest{BackupID: backupID})
	if !errors.Is(err, why) || !errors.Is(err, context.Canceled) || meant(err) != "ambiguous" {
		t.Errorf("%v means %q", err, meant(err))
	}
	_, _, err = c.StartRestore(ctx, docspace.RestoreRequest{BackupID: backupID})
	if !errors.Is(err, why) || meant(err) != "refused" {
		t.Errorf("of a dead context: %v means %q", err, meant(err))
	}
}

func TestRetryAfterIsRead(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 2, 15, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"":                              0,
		"7":                             7 * time.Second,
		" 41234 ":                       41234 * time.Second,
		"999999999999999999":            48 * time.Hour,
		"99999999999":                   48 * time.Hour,
		"-5":                            0,
		"soon":                          0,
		"Sun, 01 Mar 2026 02:16:00 GMT": time.Minute,
		"Sun, 01 Mar 2026 02:14:00 GMT": 0,
	} {
		c := answers(func(*http.Request) (*http.Response, error) {
			resp := reply(429, "", "")
			resp.Header.Set("Retry-After", value)
			return resp, nil
		})
		c.Now = func() time.Time { return now }
		c.Retries = -1
		_, err := c.CancelBackup(t.Context())
		var e *docspace.Error
		if !errors.As(err, &e) {
			t.Fatal(err)
		}
		if e.RetryAfter != want {
			t.Errorf("%q: %s, want %s", value, e.RetryAfter, want)
		}
	}
}

func TestMeaningsAreDistinct(t *testing.T) {
	t.Parallel()
	texts := make([]string, 0, len(meanings))
	for _, m := range meanings {
		texts = append(texts, m.err.Error())
	}
	slices.Sort(texts)
	if got := slices.Compact(slices.Clone(texts)); len(got) != len(texts) {
		t.Errorf("two meanings share a text: %q", texts)
	}
}

func TestErrorTellsWhoAnsweredAndUnderWhichID(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, contentType, body string
		status                  int
		header                  http.Header
		proxy                   bool
		id                      string
	}{
		{"application", plainJSON, exception(500, "X"), 500, http.Header{"Server-Timing": {"x"}}, false, ""},
		{"filter", problem, `{"title":"Forbidden","status":403,"traceId":"00-1"}`, 403, http.Header{"X-Request-Id": {"p-7"}}, false, "00-1"},
		{"filter without an id", problem, `{"title":"Forbidden","status":403}`, 403, http.Header{"X-Request-Id": {"p-7"}}, false, "p-7"},
		{"validation", problem, `{"response":{"title":"x","traceId":"00-2"},"status":1,"statusCode":400}`, 400, nil, false, "00-2"},
		{"proxy's page", html, "<html>", 502, http.Header{"X-Request-Id": {"p\t7"}}, true, "p 7"},
		{"proxy's silence", "", "", 504, nil, true, ""},
		{"application's 503", "", "", 503, http.Header{"Server-Timing": {"x"}}, false, ""},
		{"page instead of an answer", html, "<html>", 200, nil, true, ""},
	} {
		c := answers(func(*http.Request) (*http.Response, error) {
			resp := reply(tt.status, tt.contentType, tt.body)
			resp.Header.Del("Server-Timing")
			maps.Copy(resp.Header, tt.header)
			return resp, nil
		})
		c.Retries = -1
		_, err := c.PersonSelf(t.Context())
		var e *docspace.Error
		if !errors.As(err, &e) || e.Proxy != tt.proxy || e.RequestID != tt.id || e.Status != tt.status {
			t.Errorf("%s: %+v", tt.name, e)
		}
	}
}
