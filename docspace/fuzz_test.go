package docspace

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// fuzzed decodes b as the body of a success, as each operation does.
func fuzzed[T any](b []byte) (T, error) {
	var e envelope[T]
	if err := json.Unmarshal(b, &e); err != nil || e.Response == nil {
		var none T
		return none, err
	}
	return *e.Response, nil
}

func seed(f *testing.F, bodies ...string) {
	f.Helper()
	for _, body := range bodies {
		f.Add([]byte(body))
		f.Add([]byte(`{"response":` + body + `,"count":1,"status":0,"statusCode":200}`))
	}
	f.Add([]byte(`{"count":0,"status":0,"statusCode":200}`))
}

func FuzzProgress(f *testing.F) {
	seed(f,
		`{"isCompleted":true,"progress":100,"error":"","tenantId":7,"backupProgressEnum":1,"status":2,"taskId":"3f0c5a0e"}`,
		`{"isCompleted":false,"progress":"-5","error":"x\n   at A.B()","status":"Failted"}`,
		`{"progress":1e9,"status":null}`)
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := fuzzed[Progress](b)
		if err != nil {
			return
		}
		if p.Percent < 0 || p.Percent > 100 {
			t.Errorf("percent %d", p.Percent)
		}
		if p.Succeeded() && (!p.Terminal() || p.Canceled() || p.Failed() || p.Error != "") {
			t.Errorf("a success that is none: %+v", p)
		}
		if p.Terminal() != (p.Succeeded() || p.Canceled() || p.Failed()) {
			t.Errorf("an end of no kind, or a kind without an end: %+v", p)
		}
		checkLine(t, p.Error)
		checkLine(t, p.Warning)
	})
}

// checkLine checks that a foreign text is fit to print.
func checkLine(t *testing.T, s string) {
	t.Helper()
	if strings.ContainsAny(s, "\r\n\t\x00\x1b\u202e") || strings.Contains(s, "   at ") ||
		!utf8.ValidString(s) || utf8.RuneCountInString(s) > maxMessage {
		t.Errorf("not fit to print: %q", s)
	}
}

func FuzzHistory(f *testing.F) {
	seed(f,
		`[{"id":"9a","fileName":"a.tar.gz","storageType":5,"createdOn":"2026-03-01T02:16:41","expiresOn":"0001-01-01T00:00:00"}]`,
		`[{"storageType":"local","createdOn":"2026-03-01T02:16:41.1234567+14:00"}]`, `[null]`)
	f.Fuzz(func(t *testing.T, b []byte) {
		records, err := fuzzed[[]wireBackup](b)
		if err != nil {
			return
		}
		for _, r := range records {
			if r.CreatedOn.Location() != time.UTC || r.ExpiresOn.Location() != time.UTC {
				t.Errorf("not UTC: %+v", r)
			}
			if !r.CreatedOn.IsZero() && r.CreatedOn.Year() <= 0 {
				t.Errorf("the server has no such date: %s", r.CreatedOn)
			}
		}
	})
}

func FuzzKey(f *testing.F) {
	seed(f, `{"id":"x","permissions":["*"],"isActive":true,"expiresAt":"2026-03-01T00:00:00.0000000Z"}`)
	f.Fuzz(func(t *testing.T, b []byte) {
		w, err := fuzzed[wireKey](b)
		if err != nil {
			return
		}
		k := Key{Permissions: w.Permissions, Active: w.IsActive}
		if k.CanRestore() && (!k.Active || !k.CanRead()) {
			t.Errorf("may restore and not read: %+v", k)
		}
	})
}

func FuzzSettings(f *testing.F) {
	seed(f, `{"tenantStatus":4,"tenantAlias":"docs","standalone":true,"version":"3.7.2"}`, `{"tenantStatus":"active"}`)
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := fuzzed[Settings](b)
		if err != nil {
			return
		}
		again, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var back Settings
		if err := json.Unmarshal(again, &back); err != nil || back != s {
			t.Errorf("%+v came back as %+v: %v", s, back, err)
		}
	})
}

func FuzzPerson(f *testing.F) {
	seed(f, `{"id":"x","displayName":"A &amp; B","email":"a@b","isOwner":true,"isAdmin":false}`, `{"isOwner":null}`)
	f.Fuzz(func(t *testing.T, b []byte) {
		w, err := fuzzed[wirePerson](b)
		if p := w.person(); err == nil && p.CanRestore() != (w.IsOwner || w.IsAdmin) {
			t.Errorf("%+v", p)
		}
	})
}

func FuzzCounts(f *testing.F) {
	seed(f, `42`, `"42"`, `4.2e1`, `null`, `-1`, `99999999999999999999`, `{"total":7}`, `{"total":"7","folders":[]}`, `{"enabled":true}`)
	f.Fuzz(func(t *testing.T, b []byte) {
		if n, err := fuzzed[number](b); err == nil {
			again, err := fuzzed[number](fmt.Appendf(nil, `{"response":%d}`, n))
			if err != nil || again != n {
				t.Errorf("%d came back as %d: %v", n, again, err)
			}
		}
		_, _ = fuzzed[roomsList](b) // must not panic
		_, _ = fuzzed[serviceState](b)
		_, _ = fuzzed[bool](b)
	})
}

func FuzzAuditEvents(f *testing.F) {
	seed(f, `[{"id":7,"date":"2026-03-01T02:16:41.0000000+01:00","user":"A","userId":"x","actionId":5015,"target":["1","77"],"context":"Rooms: A"}]`,
		`[{"target":null}]`, `[{"target":5}]`, `[{"target":[1,"2",null]}]`, `[{"actionId":"5000"}]`)
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, err := fuzzed[[]wireEvent](b)
		if err != nil {
			return
		}
		once := sieve{seen: map[int64]struct{}{}}
		for _, w := range rows {
			e := AuditEvent{ID: w.ID, Date: w.Date.Time, UserID: w.UserID, Action: Action(w.ActID), Targets: w.Target}
			once.lets(e)
			if once.lets(e) {
				t.Errorf("%+v twice", e)
			}
		}
		_, _ = fuzzed[[]wireLog](b) // must not panic
	})
}

func FuzzDate(f *testing.F) {
	for _, s := range []string{"2026-03-01T02:16:41", "2026-03-01T02:16:41.1234567+14:00", "0001-01-01T00:00:00", "2026-03-01 02:16:41", "", "x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		quoted, err := json.Marshal(s)
		if err != nil {
			return
		}
		var d, again date
		if d.UnmarshalJSON(quoted) != nil || d.IsZero() {
			return
		}
		if d.Location() != time.UTC {
			t.Errorf("%q is not UTC", s)
		}
		if d.Year() < 1 || d.Year() > 9999 { // at the ends of the calendar a zone leads out of it
			return
		}
		if err := again.UnmarshalJSON([]byte(`"` + d.Format("2006-01-02T15:04:05.999999999") + `"`)); err != nil || !again.Equal(d.Time) && d.Year() > 1 {
			t.Errorf("%q: %s came back as %s: %v", s, d, again, err)
		}
	})
}

func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"7", " 41234 ", "999999999999999999", "-5", "Sun, 01 Mar 2026 02:16:00 GMT", "Sun, 01 Mar 9999 02:16:00 GMT", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d := retryAfter(s, time.Date(2026, 3, 1, 2, 15, 0, 0, time.UTC)); d < 0 || d > maxRetryAfter {
			t.Errorf("%q is %s", s, d)
		}
	})
}

func FuzzLink(f *testing.F) {
	for _, s := range []string{"/storage/a.tar.gz?sig=1", "https://s3.example.com/a", "javascript:alert(1)", "//evil.example.com/a", "https://%zz", "\x00"} {
		f.Add(s)
	}
	c := &Client{BaseURL: "https://docs.example.com/prefix"}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := c.Resolve(NewSecret(s))
		if err != nil {
			if len(s) > 8 && strings.Contains(err.Error(), s) {
				t.Errorf("the error repeats the link: %v", err)
			}
			return
		}
		if link := got.Reveal(); s != "" && !strings.HasPrefix(link, "https://") && !strings.HasPrefix(link, "http://") {
			t.Errorf("%q became %q", s, link)
		}
	})
}

// FuzzAnswer is a whole answer, through everything that looks at one.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{
		"", "<html>", "OK", `{"response":{"taskId":"x"}}`, `{"response":null}`, `{"error":{"message":"m"}}`, `{"error":"x","response":1}`, `[`, `{"response":[]}`,
	} {
		for _, status := range []int{200, 204, 301, 403, 404, 500, 502} {
			f.Add(status, "application/json", []byte(s))
		}
	}
	f.Fuzz(func(t *testing.T, status int, kind string, b []byte) {
		if status < 200 || status > 599 || status == http.StatusRequestTimeout {
			return
		}
		c := &Client{BaseURL: "https://docs.example.com", Key: NewSecret("sk-fuzz"), Retries: -1, HTTP: &http.Client{Transport: fixed{status, kind, b}}}
		_, ok, err := c.StartRestore(t.Context(), RestoreRequest{BackupID: "9a1c3d52-6b0e-4c59-8d0f-2f6f0c6a7b11"})
		if ok != (err == nil) {
			t.Errorf("ok %v and %v", ok, err)
		}
		if err == nil {
			return
		}
		if errors.Is(err, ErrRefused) == errors.Is(err, ErrAmbiguous) {
			t.Errorf("neither refused nor ambiguous, or both: %v", err)
		}
		if status >= 500 && errors.Is(err, ErrRefused) {
			t.Errorf("too sure: %v", err)
		}
		if e, ok := errors.AsType[*Error](err); !ok || e.Status != status || strings.ContainsAny(err.Error(), "\r\n") {
			t.Errorf("%d became %v", status, err)
		}
	})
}

// fixed is a transport with one answer.
type fixed struct {
	status int
	kind   string
	body   []byte
}

func (f fixed) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: f.status, Header: http.Header{"Content-Type": {f.kind}}, Body: io.NopCloser(bytes.NewReader(f.body)),
	}, nil
}

func FuzzSchedule(f *testing.F) {
	seed(f, `{"storageType":3,"storageParams":{"filePath":"/b"},"cronParams":{"period":1,"hour":3,"day":1},"backupsStored":null,"lastBackupTime":"0001-01-01T00:00:00","dump":false}`)
	f.Fuzz(func(_ *testing.T, b []byte) {
		_, _ = fuzzed[wireSchedule](b) // must not panic
	})
}

func FuzzEnum(f *testing.F) {
	for _, s := range []string{`0`, `"5"`, `"local"`, `-1`, `99`, `null`, `1.0`, `"ſ"`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var s StorageType
		if json.Unmarshal(b, &s) != nil {
			return
		}
		again, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var back StorageType
		if err := json.Unmarshal(again, &back); err != nil || back != s {
			t.Errorf("%q came back as %q: %v", s, back, err)
		}
	})
}

func FuzzFailure(f *testing.F) {
	for _, s := range []string{
		"", "<html>", `{"error":{"message":"m","type":"T","stack":"   at A"},"statusCode":404}`,
		`{"title":"Forbidden","status":403,"traceId":"00-1"}`, `"The access to the portal is restricted"`,
		`{"response":{"errors":{"$":["x"]}}}`, `{"error":"x"}`, `{"error":{"message":7}}`,
	} {
		for _, status := range []int{200, 307, 400, 403, 404, 408, 429, 500, 502} {
			f.Add(status, "application/json", []byte(s))
		}
	}
	f.Fuzz(func(t *testing.T, status int, kind string, b []byte) {
		if status < 200 || status > 599 {
			return
		}
		e := &Error{Op: "start restore", Attempts: 1, write: true}
		e.describe(status, http.Header{"Content-Type": {kind}}, b, time.Now())
		if e.Status != status {
			t.Errorf("status %d became %d", status, e.Status)
		}
		if e.Is(ErrRefused) == e.Is(ErrAmbiguous) {
			t.Errorf("refused and ambiguous alike: %+v", e)
		}
		if status >= 500 && e.Is(ErrRefused) || e.Proxy && status >= 400 && e.Is(ErrRefused) {
			t.Errorf("too sure: %+v", e)
		}
		if e.Is(ErrScope) && e.Is(ErrRestoring) || (e.Is(ErrScope) || e.Is(ErrRestoring)) && !e.Is(ErrForbidden) {
			t.Errorf("one 403 of two kinds: %+v", e)
		}
		checkLine(t, e.Message)
		checkLine(t, e.RequestID)
		if strings.ContainsAny(e.Error(), "\r\n") {
			t.Errorf("%q", e.Error())
		}
	})
}
