package durable_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/durabletest"
)

// wantReport checks the report of r1, and what is said of an id that is not there.
func wantReport(t *testing.T, url string) {
	t.Helper()
	r, err := durable.Report(t.Context(), url, "r1")
	if err != nil || !strings.HasPrefix(r.Markdown, "# Restore r1 of portal of r1: ") || !strings.Contains(r.Markdown, "| requested | U1 |") ||
		!strings.Contains(r.JSONLines, `"restore":"r1","kind":"requested","actor":"U1"`) || strings.Contains(r.JSONLines, `"r0"`) {
		t.Errorf("%v: %s%s", err, r.Markdown, r.JSONLines)
	}
	_, err = durable.Report(t.Context(), url, "nosuch&id=r1")
	if !errors.Is(err, bot.ErrNotFound) || !strings.Contains(err.Error(), "“nosuch&id=r1”") || !strings.Contains(err.Error(), "\n  r1  ") {
		t.Errorf("an unknown id: %v", err)
	}
}

func TestReportIsReadFromAFileWhoeverHoldsIt(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "odd name?#%.db")
	s := open(t, file)
	for _, id := range []string{"r0", "r1"} {
		create(t, s, id)
	}
	before, err := s.CheckAudit(t.Context(), durable.AuditHead{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := durable.Report(t.Context(), "sqlite:"+file, "r1"); !errors.Is(err, durable.ErrHeld) || !strings.Contains(err.Error(), file) {
		t.Errorf("of a bot that answers nobody: %v", err)
	}
	if _, err := durable.OpenTrail(t.Context(), "sqlite:"+file); !errors.Is(err, durable.ErrHeld) || !strings.Contains(err.Error(), file) {
		t.Errorf("the trail of a bot that answers nobody: %v", err)
	}
	servesCopies(t, s, file)
	wantReport(t, "sqlite:"+file)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wantReport(t, "sqlite:"+file)
	if after, err := open(t, file).CheckAudit(t.Context(), before.AuditHead); err != nil || after != before {
		t.Errorf("the trail was %v and is %v, %v", before, after, err)
	}
}

func TestReportIsReadFromPostgresBesideABot(t *testing.T) {
	t.Parallel()
	url := durabletest.StartPostgres(t).URL()
	s, err := durable.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, id := range []string{"r0", "r1"} {
		create(t, s, id)
	}
	wantReport(t, url)
}

// Whatever else listens beside the file, its answer is not shown as a report.
func TestReportOfAnotherVersionIsNotBelieved(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"hands out a copy": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("SQLite format 3\x00"))
		}, "it is of another version"},
		"fails": {func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "disk I/O error", http.StatusInternalServerError)
		}, "could not read it: disk I/O error"},
		"is cut off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"markdown":"# Rest`))
		}, "its answer cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "bot.db")
			create(t, open(t, file), "r1")
			l, err := new(net.ListenConfig).Listen(t.Context(), "unix", file+".sock")
			if err != nil {
				t.Fatal(err)
			}
			server := &http.Server{Handler: c.answer, ReadHeaderTimeout: time.Minute}
			t.Cleanup(func() { _ = server.Shutdown(context.Background()) })
			go func() { _ = server.Serve(l) }()
			r, err := durable.Report(t.Context(), "sqlite:"+file, "r1")
			if !errors.Is(err, durable.ErrHeld) || !strings.Contains(err.Error(), c.want) || r != (bot.Report{}) {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
}
