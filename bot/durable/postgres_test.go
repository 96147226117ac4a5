package durable_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/durabletest"
)

func openURL(t *testing.T, url string) *durable.Store {
	t.Helper()
	s, err := durable.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// emptyDatabases makes databases that hold the schema and nothing else. To copy one
// costs less than to migrate each.
func emptyDatabases(t *testing.T, server *durabletest.Postgres) func() (url string) {
	t.Helper()
	first := server.URL()
	closed(t, openURL(t, first))
	return func() string { return server.Copy(first) }
}

// Tests that stop a server take turns on one.
func TestPostgresThatStops(t *testing.T) { //nolint:tparallel // see above
	t.Parallel()
	server := durabletest.StartPostgres(t)
	for _, c := range []struct { //nolint:paralleltest // see above
		name string
		test func(*testing.T, *durabletest.Postgres)
	}{
		{"over and over", comesAndGoes},
		{"before the steps begin", runWaits},
		{"and goes back", goesBack},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, server) })
	}
}

// Restarts, crashes and cuts, over and over, while two replicas work: nothing
// is lost and nothing starts twice.
func comesAndGoes(t *testing.T, server *durabletest.Postgres) {
	t.Helper()
	url := server.URL()
	faults := map[string]func(*proxy){
		"restarted": func(*proxy) { server.Stop(); server.Start() },
		"crashed":   func(*proxy) { server.Crash(); server.Start() },
		"cut off":   func(p *proxy) { p.Cut() },
		"silent":    func(p *proxy) { p.Hold(); time.Sleep(3 * time.Second); p.Heal() },
	}
	var starts sync.Map
	p, via := through(t, url)
	s := openURL(t, url).Hurry()
	runs(t, s, walker(s, &starts))
	other := openURL(t, via).Hurry()
	runs(t, other, walker(other, &starts))
	n := 0
	for name, fault := range faults {
		var made []string
		for range 10 {
			id := fmt.Sprint("r", n)
			n++
			create(t, s, id)
			made = append(made, id)
		}
		fault(p)
		begun := time.Now()
		for _, id := range made {
			for r, err := s.Get(t.Context(), id); err != nil || !r.Settled; r, err = s.Get(t.Context(), id) {
				if time.Since(begun) > 2*time.Minute {
					t.Fatalf("%s: %s is %s: %v", name, id, r.State, err)
				}
				time.Sleep(20 * time.Millisecond)
			}
		}
		t.Logf("%s: ten restores ended %s later", name, time.Since(begun))
	}
	starts.Range(func(id, times any) bool {
		if n := times.(*atomic.Int64).Load(); n != 1 { //nolint:forcetypeassert // no other type is stored
			t.Errorf("%v was started %d times", id, n)
		}
		return true
	})
	if head, err := s.CheckAudit(t.Context(), durable.AuditHead{}); err != nil || head.Lines != int64(6*n) {
		t.Errorf("the trail has %d lines for %d restores: %v", head.Lines, n, err)
	}
}

// The steps begin when PostgreSQL is back, and a stop meanwhile is a clean one.
func runWaits(t *testing.T, server *durabletest.Postgres) {
	t.Helper()
	s := openURL(t, server.URL())
	create(t, s, "a")
	server.Crash()
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := s.Run(stopped, nil); err != nil {
		t.Errorf("a stop without a database: %v", err)
	}
	var heard heard
	s.Log = slog.New(slog.NewTextHandler(&heard, nil))
	calls, end := run(t, s, done)
	for begun := time.Now(); !heard.has("cannot be worked yet"); time.Sleep(10 * time.Millisecond) {
		if time.Since(begun) > time.Minute {
			t.Fatal("nothing was logged")
		}
	}
	server.Start()
	if c := next(t, calls); c.id != "a" {
		t.Errorf("the step was %+v", c)
	}
	end()
}

// heard is a log.
type heard struct {
	mu   sync.Mutex
	text strings.Builder
}

func (h *heard) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.Write(b)
}

func (h *heard) has(words string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Contains(h.text.String(), words)
}

// A commit that took effect is not reported as a failure when its answer is lost.
func lostCommit(t *testing.T, url string) {
	t.Helper()
	p, via := through(t, url)
	s := openURL(t, via)
	p.LoseNextCommit()
	create(t, s, "a")
	r, err := s.Get(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	p.LoseNextCommit()
	next := r
	next.State = bot.Confirmed
	if next, err = s.Wake(t.Context(), r, next); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Get(t.Context(), "a"); err != nil || got.Version != next.Version || got.State != bot.Confirmed {
		t.Errorf("got %+v, %v", got, err)
	}
	if p.take() {
		t.Error("no commit was lost")
	}
	// What was not committed still fails.
	if _, err := s.Save(t.Context(), r, r); !errors.Is(err, bot.ErrStale) {
		t.Errorf("a stale save: %v", err)
	}
}

func TestPostgresThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	_, err = durable.Open(t.Context(), "postgres://bot:hunter2@"+addr+"/bot")
	if err == nil || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "othing was started") {
		t.Errorf("got %v", err)
	}
}
