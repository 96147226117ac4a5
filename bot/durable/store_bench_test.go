package durable_test

import (
	"context"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/durabletest"
)

func benchStore(b *testing.B) *durable.Store {
	b.Helper()
	s, err := durable.Open(b.Context(), "sqlite:"+filepath.Join(b.TempDir(), "bot.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	return s
}

// asked is the ctx of a command: it has a deadline.
func asked(b *testing.B) context.Context {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), time.Hour)
	b.Cleanup(cancel)
	return ctx
}

// measured reports the processor's time of a call beside the time that passes,
// most of which may be the disk's.
func measured(b *testing.B, act func()) {
	b.Helper()
	b.ReportAllocs()
	used := processor()
	for b.Loop() {
		act()
	}
	b.ReportMetric(float64((processor()-used).Nanoseconds())/float64(b.N), "cpu-ns/op")
}

// BenchmarkCreate records a request, with its job and a line of the trail: what
// stands between a command and its ack.
func BenchmarkCreate(b *testing.B) {
	s, ctx, n := benchStore(b), asked(b), 0
	measured(b, func() {
		n++
		id := "r" + strconv.Itoa(n)
		r := durabletest.Restore(id, "portal-"+strconv.Itoa(n))
		if err := s.Create(ctx, r, bot.Event{At: time.Now(), Restore: id, Kind: bot.EventRequested, Actor: "U1"}); err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkSave makes one transition.
func BenchmarkSave(b *testing.B) {
	s, ctx := benchStore(b), asked(b)
	r := durabletest.Restore("r", "portal")
	if err := s.Create(ctx, r); err != nil {
		b.Fatal(err)
	}
	r, err := s.Get(ctx, "r")
	if err != nil {
		b.Fatal(err)
	}
	measured(b, func() {
		if r, err = s.Save(ctx, r, r); err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkGet reads one restore.
func BenchmarkGet(b *testing.B) {
	s, ctx := benchStore(b), asked(b)
	if err := s.Create(ctx, durabletest.Restore("r", "portal")); err != nil {
		b.Fatal(err)
	}
	measured(b, func() {
		if _, err := s.Get(ctx, "r"); err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkDue looks for lost steps of 100 restores, of which none is.
func BenchmarkDue(b *testing.B) {
	s, ctx := benchStore(b), asked(b)
	for n := range 100 {
		if err := s.Create(ctx, durabletest.Restore("r"+strconv.Itoa(n), "portal-"+strconv.Itoa(n))); err != nil {
			b.Fatal(err)
		}
	}
	measured(b, func() {
		if err := s.Reconcile(ctx); err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkNote notes refusals, one at a time, and from a crowd of 32 of whom
// each waits for one to be on disk before the next.
func BenchmarkNote(b *testing.B) {
	refused := bot.Event{At: time.Now(), Kind: bot.EventRefused, Actor: "U1", Detail: map[string]string{"rule": "users"}}
	b.Run("alone", func(b *testing.B) {
		s, ctx := benchStore(b), asked(b)
		measured(b, func() {
			if err := s.Note(ctx, refused); err != nil {
				b.Fatal(err)
			}
		})
	})
	b.Run("crowd", func(b *testing.B) {
		s, ctx := benchStore(b), asked(b)
		b.ReportAllocs()
		var left atomic.Int64
		left.Store(int64(b.N))
		waits := make([][]time.Duration, 32)
		used := processor()
		var crowd sync.WaitGroup
		for i := range waits {
			crowd.Go(func() {
				for left.Add(-1) >= 0 {
					began := time.Now()
					if err := s.Note(ctx, refused); err != nil {
						b.Error(err)
					}
					waits[i] = append(waits[i], time.Since(began))
				}
			})
		}
		crowd.Wait()
		b.ReportMetric(float64((processor()-used).Nanoseconds())/float64(b.N), "cpu-ns/op")
		all := slices.Sorted(slices.Values(slices.Concat(waits...)))
		b.ReportMetric(float64(all[len(all)/2].Microseconds()), "p50-µs")
		b.ReportMetric(float64(all[len(all)*99/100].Microseconds()), "p99-µs")
	})
}
