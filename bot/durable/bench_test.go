package durable_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/durabletest"
)

// BenchmarkStore times each call, and a step's whole trip: woken, fetched,
// worked, recorded. History is what a bot has seen in years.
func BenchmarkStore(b *testing.B) {
	for _, history := range []int{0, 100_000} {
		b.Run(fmt.Sprintf("SQLite/history=%d", history), func(b *testing.B) {
			benchmark(b, "sqlite:"+filepath.Join(b.TempDir(), "bot.db"), history)
		})
		b.Run(fmt.Sprintf("PostgreSQL/history=%d", history), func(b *testing.B) {
			benchmark(b, durabletest.StartPostgres(b).URL(), history)
		})
	}
}

func benchmark(b *testing.B, url string, history int) {
	b.Helper()
	s, err := durable.Open(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	err = s.Tamper(b.Context(), fmt.Sprintf(`INSERT INTO restore
		(id, portal, state, version, generation, delivery, requested_at, due_at, settled, data)
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
		SELECT 'h' || i, 'portal ' || (i %% 20), 'succeeded', 9, 3, 'h' || i, i, 1, true,
			'{"Requester":"U1","Reason":{"What":"%0900d"}}' FROM n WHERE %[1]d > 0`, history, 0))
	if err != nil {
		b.Fatal(err)
	}
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	if strings.HasPrefix(url, "postgres") {
		must(s.Tamper(b.Context(), `ANALYZE`)) // a server does so by itself, a file never
	}
	n := 0
	fresh := func() bot.Restore {
		n++
		r := durabletest.Restore(fmt.Sprint("r", n), fmt.Sprint("p", n))
		r.Settled = true // nobody works it
		return r
	}
	event := bot.Event{At: durabletest.At, Kind: bot.EventRunning, Detail: map[string]string{"state": "running"}}
	r := fresh()
	must(s.Create(b.Context(), r))
	measure := func(name string, act func()) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				act()
			}
		})
	}
	measure("Create", func() { must(s.Create(b.Context(), fresh(), event)) })
	measure("Save", func() {
		r, err = s.Save(b.Context(), r, r, event)
		must(err)
	})
	measure("Get", func() {
		_, err := s.Get(b.Context(), r.ID)
		must(err)
	})
	measure("OpenOn", func() {
		_, _, err := s.OpenOn(b.Context(), bot.PortalName{Name: "portal 1"})
		must(err)
	})
	measure("Recent", func() {
		_, err := s.Recent(b.Context(), 20)
		must(err)
	})
	measure("Search", func() {
		_, err := s.Search(b.Context(), 10, func(r bot.Restore) bool { return r.Portal == "portal 1" })
		must(err)
	})
	measure("Runs", func() {
		_, err := s.Runs(b.Context(), "portal 1", 50)
		must(err)
	})
	measure("Reconcile", func() { must(s.Reconcile(b.Context())) })
	measure("Backlog", func() {
		_, err := s.Backlog(b.Context())
		must(err)
	})

	ctx, cancel := context.WithCancel(b.Context())
	stepped, ended := make(chan int64), make(chan error)
	go func() {
		ended <- s.Run(ctx, func(_ context.Context, _ string, generation int64) (time.Duration, bool, error) {
			select {
			case stepped <- generation:
			case <-ctx.Done():
			}
			return time.Hour, true, nil
		})
	}()
	trip := func() {
		r, err = s.Wake(b.Context(), r, r, event)
		must(err)
		of := <-stepped
		for of < r.Generation { // one of before
			of = <-stepped
		}
	}
	for range 5 { // the queue has started
		trip()
	}
	measure("Wake until its step", trip)
	cancel()
	must(<-ended)
}
