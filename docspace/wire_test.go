package docspace_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// serve puts h on a real port, with a client of its own transport.
func serve(t *testing.T, h http.Handler) *docspace.Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return &docspace.Client{BaseURL: s.URL, Key: docspace.NewSecret(testKey), HTTP: s.Client()}
}

func startOnce(t *testing.T, c *docspace.Client) error {
	t.Helper()
	_, _, err := c.StartRestore(t.Context(), docspace.RestoreRequest{BackupID: backupID})
	if err == nil {
		t.Fatal("the start succeeded")
	}
	assertPresentable(t, err)
	return err
}

func TestNobodyListensIsRefused(t *testing.T) {
	t.Parallel()
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &docspace.Client{BaseURL: "http://" + l.Addr().String(), Key: docspace.NewSecret(testKey)}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := startOnce(t, c); meant(err) != "unavailable refused" {
		t.Errorf("%v means %q", err, meant(err))
	}
}

func TestUntrustedCertificateIsRefused(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	c := &docspace.Client{BaseURL: s.URL, Key: docspace.NewSecret(testKey)} // not the server's client: it does not know the certificate
	if err := startOnce(t, c); meant(err) != "unavailable refused" {
		t.Errorf("%v means %q", err, meant(err))
	}
}

func TestCutConnectionIsAmbiguous(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]http.HandlerFunc{
		"before the answer": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"in the answer": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, `{"response":{"isComp`)
			panic(http.ErrAbortHandler)
		},
	} {
		var got atomic.Int32
		c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { got.Add(1); h(w, r) }))
		if err := startOnce(t, c); !errors.Is(err, docspace.ErrAmbiguous) || errors.Is(err, docspace.ErrRefused) {
			t.Errorf("%s: %v means %q", name, err, meant(err))
		}
		if got.Load() != 1 {
			t.Errorf("%s: received %d times", name, got.Load())
		}
	}
}

// A read whose answer breaks off is an outage, and is tried again.
func TestHalfAnAnswerIsNone(t *testing.T) {
	t.Parallel()
	var got atomic.Int32
	c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if got.Add(1) > 2 {
			_, _ = io.WriteString(w, response(`{"taskId":"x"}`))
			return
		}
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, `{"response":{"isComp`)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}))
	if p, ok, err := c.RestoreProgress(t.Context(), docspace.AnyTask); !ok || err != nil || p.TaskID != "x" {
		t.Errorf("%+v %v %v", p, ok, err)
	}
	got.Store(0)
	c.Retries = -1
	_, _, err := c.RestoreProgress(t.Context(), docspace.AnyTask)
	var e *docspace.Error
	if meant(err) != "unavailable" || !errors.As(err, &e) || e.Status != http.StatusOK {
		t.Errorf("%v means %q", err, meant(err))
	}
}

func TestSilenceEndsWithTheTimeoutAndIsAmbiguous(t *testing.T) {
	t.Parallel()
	c := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	c.Timeout = 3 * time.Second // time enough to connect, on any machine
	err := startOnce(t, c)
	if meant(err) != "unavailable ambiguous" || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v means %q", err, meant(err))
	}
	if want := "docspace: start restore: no answer within 3s: context deadline exceeded"; err.Error() != want {
		t.Errorf("got %q", err)
	}
}

func TestRedirectNeverCarriesTheKeyAway(t *testing.T) {
	t.Parallel()
	var leaked atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { leaked.Add(1) }))
	t.Cleanup(other.Close)
	other.URL = strings.Replace(other.URL, "127.0.0.1", "localhost", 1) // the same machine by another name
	for _, status := range []int{301, 302, 303, 307, 308} {
		c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+r.URL.Path+"?token=hunter2", status)
		}))
		err := startOnce(t, c)
		if meant(err) != "redirected refused" || !strings.Contains(err.Error(), other.URL) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%d: %v means %q", status, err, meant(err))
		}
		if _, err := c.KeySelf(t.Context()); !errors.Is(err, docspace.ErrRedirected) {
			t.Errorf("%d: %v", status, err)
		}
		if err := c.LoginPage(t.Context()); err == nil {
			t.Errorf("%d: the login page of another host was taken", status)
		}
	}
	if leaked.Load() != 0 {
		t.Errorf("%d requests went to another host", leaked.Load())
	}
}

func TestLoginPageFollowsItsOwnHostWithoutTheKey(t *testing.T) {
	t.Parallel()
	var keys atomic.Int32
	c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			keys.Add(1)
		}
		switch r.URL.Path {
		case "/":
			http.Redirect(w, r, "/login", http.StatusFound)
		case "/login":
			_, _ = io.WriteString(w, "<!DOCTYPE html>")
		default:
			http.NotFound(w, r)
		}
	}))
	if err := c.LoginPage(t.Context()); err != nil || keys.Load() != 0 {
		t.Errorf("%v, %d keys", err, keys.Load())
	}
	for body, want := range map[string]string{"": "answer", `{"a":1}`: "answer"} {
		if err := always(200, "text/html", body).LoginPage(t.Context()); meant(err) != want {
			t.Errorf("%q: %v", body, err)
		}
	}
	loop := serve(t, http.RedirectHandler("/", http.StatusFound))
	if err := loop.LoginPage(t.Context()); !errors.Is(err, docspace.ErrRedirected) {
		t.Errorf("a loop: %v", err)
	}
}

func TestHugeAnswerIsCutOff(t *testing.T) {
	t.Parallel()
	var wrote atomic.Int64
	c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		blank := []byte(strings.Repeat(" ", 1<<20))
		for range 512 {
			n, err := w.Write(blank)
			wrote.Add(int64(n))
			if err != nil {
				return
			}
		}
	}))
	c.Retries = -1
	_, _, err := c.RestoreProgress(t.Context(), docspace.AnyTask)
	if !errors.Is(err, docspace.ErrAnswer) {
		t.Errorf("got %v", err)
	}
	if wrote.Load() > 64<<20 {
		t.Errorf("%d MiB were taken", wrote.Load()>>20)
	}
	if err := startOnce(t, c); !errors.Is(err, docspace.ErrAmbiguous) {
		t.Errorf("got %v", err)
	}
}

func TestWorksOverARealPortUnderAPrefix(t *testing.T) {
	t.Parallel()
	p := docspacetest.New(docspacetest.Config{})
	c := serve(t, p)
	c.BaseURL += "/behind/a/proxy"
	c.Key = docspace.NewSecret(p.Key())
	id := start(t, p, c)
	got, ok, err := c.RestoreProgress(t.Context(), docspace.TenantOnly)
	if err != nil || !ok || got.TaskID != id {
		t.Errorf("%+v %v %v", got, ok, err)
	}
	p.Break(func(f *docspacetest.Faults) { f.Down = true })
	if err := startOnce(t, c); !errors.Is(err, docspace.ErrAmbiguous) {
		t.Errorf("got %v", err)
	}
}
