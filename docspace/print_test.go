package docspace_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// printed is v by every verb, in every kind of container, logged and encoded.
func printed(t *testing.T, v any) string {
	t.Helper()
	type hiding struct{ v any }
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%08.3f", "%T", "%p", "% #x", "%U", "%w"} {
		for _, value := range []any{v, &v, hiding{v}, &hiding{v}, []any{v}, map[string]any{"k": v}, struct{ V any }{v}} {
			fmt.Fprintf(&out, verb+"\n", value)
		}
	}
	for _, h := range []slog.Handler{slog.NewJSONHandler(&out, nil), slog.NewTextHandler(&out, nil)} {
		slog.New(h).Info("x", "value", v, "group", slog.GroupValue(slog.Any("v", v)))
	}
	if b, err := json.Marshal(v); err == nil {
		out.Write(b)
	}
	return out.String()
}

// TestNoValueOfThePackagePrintsASecret prints everything that a caller gets
// into their hands.
func TestNoValueOfThePackagePrintsASecret(t *testing.T) {
	t.Parallel()
	const word = "hunter2-is-the-key"
	key := docspace.NewSecret(word)
	leaky := answers(func(r *http.Request) (*http.Response, error) {
		return nil, fmt.Errorf("cannot send %s to %s", r.Header.Get("Authorization"), r.URL) // a foolish transport
	})
	leaky.Key = docspace.NewSecret("Bearer " + word)
	leaky.Retries = -1
	_, _, sent := leaky.StartRestore(t.Context(), docspace.RestoreRequest{BackupID: backupID})
	repeats := always(403, plainJSON, `{"error":{"message":"no right for `+word+`","type":"X"}}`)
	repeats.Key = docspace.NewSecret("Bearer " + word)
	_, refused := repeats.KeySelf(t.Context())
	garbled := always(200, plainJSON, response(`{"createOn":"`+word+`"}`))
	garbled.Key = key
	_, unread := garbled.KeySelf(t.Context())
	done := always(200, plainJSON, response(`{"isCompleted":true,"progress":100,"status":2,"link":"/storage/a?signature=`+word+`"}`))
	progress, ok, err := done.BackupProgress(t.Context(), false)
	if err != nil || !ok || !strings.HasSuffix(progress.Link.Reveal(), word) {
		t.Fatal(progress, ok, err)
	}
	link, err := done.Resolve(progress.Link)
	if err != nil {
		t.Fatal(err)
	}
	last, err := docspace.Last(done.WaitBackup(t.Context(), false, docspace.Wait{}))
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]any{
		"secret": key, "pointer": &key, "client": &docspace.Client{BaseURL: "https://docs.example.com", Key: key},
		"inner client":      struct{ c *docspace.Client }{&docspace.Client{Key: key}},
		"no client":         (*docspace.Client)(nil),
		"transport's error": sent, "server's error": refused, "decoder's error": unread,
		"progress": progress, "link": link, "look": last, "task error": &docspace.TaskError{Last: progress, Why: docspace.ErrTaskFailed},
	} {
		if err, isError := v.(error); isError {
			for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(inner) {
				if text := printed(t, inner); strings.Contains(text, word) {
					t.Errorf("%s, inside: %s", name, text)
				}
			}
		}
		text := printed(t, v)
		hexed := fmt.Sprintf("%x", word)
		if strings.Contains(text, word) || strings.Contains(strings.ToLower(text), hexed) {
			t.Errorf("%s leaks: %s", name, text)
		}
	}
}

func TestClientIsNamedByItsPortal(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"https://docs.example.com/a":                           "docspace.Client(https://docs.example.com/a)",
		"https://u:hunter2@docs.example.com?q=hunter2#hunter2": "docspace.Client(https://docs.example.com)",
		"https://hunter2/%zz":                                  "docspace.Client(?)",
		"":                                                     "docspace.Client(?)",
	} {
		c := &docspace.Client{BaseURL: base, Key: docspace.NewSecret(testKey)}
		if text := printed(t, fmt.Sprint(c)); strings.Contains(text, "hunter2") {
			t.Errorf("what does not belong into a URL is printed: %s", text)
		}
		if got := fmt.Sprintf("%+v", c); got != want {
			t.Errorf("%q: %s", base, got)
		}
	}
}

func TestSecretsAreEqualIfTheyHoldTheSame(t *testing.T) {
	t.Parallel()
	a, b := docspace.NewSecret("a"), docspace.NewSecret(strings.ToLower("A"))
	if a != b || !a.Equal(b) || a == docspace.NewSecret("b") || docspace.NewSecret("") != (docspace.Secret{}) {
		t.Error("they are not compared by what they hold")
	}
	// So a finished backup that is looked at twice is the same twice.
	_, c := bundle(docspacetest.Config{BackupTime: 1})
	if _, _, err := c.StartBackup(t.Context(), docspace.BackupRequest{StorageType: docspace.StorageDataStore}); err != nil {
		t.Fatal(err)
	}
	first, err := docspace.Last(c.WaitBackup(t.Context(), false, docspace.Wait{Interval: 1}))
	if err != nil || first.Progress.Link.IsZero() {
		t.Fatal(first, err)
	}
	second, _, err := c.BackupProgress(t.Context(), false)
	if err != nil || second != first.Progress {
		t.Errorf("%+v is not %+v: %v", second, first.Progress, err)
	}
}
