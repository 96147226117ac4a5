package durable_test

import (
	"path/filepath"
	"strconv"
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

// BenchmarkCreate records a request, with its job and a line of the trail: what
// stands between a command and its ack.
func BenchmarkCreate(b *testing.B) {
	s := benchStore(b)
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		id := "r" + strconv.Itoa(n)
		r := durabletest.Restore(id, "portal-"+strconv.Itoa(n))
		if err := s.Create(b.Context(), r, bot.Event{At: time.Now(), Restore: id, Kind: bot.EventRequested, Actor: "U1"}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSave makes one transition.
func BenchmarkSave(b *testing.B) {
	s := benchStore(b)
	r := durabletest.Restore("r", "portal")
	if err := s.Create(b.Context(), r); err != nil {
		b.Fatal(err)
	}
	r, err := s.Get(b.Context(), "r")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if r, err = s.Save(b.Context(), r, r); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkNote notes refusals, one at a time and from a crowd.
func BenchmarkNote(b *testing.B) {
	refused := bot.Event{At: time.Now(), Kind: bot.EventRefused, Actor: "U1", Detail: map[string]string{"rule": "users"}}
	b.Run("alone", func(b *testing.B) {
		s := benchStore(b)
		b.ReportAllocs()
		for b.Loop() {
			if err := s.Note(b.Context(), refused); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("crowd", func(b *testing.B) {
		s := benchStore(b)
		b.ReportAllocs()
		b.SetParallelism(16)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := s.Note(b.Context(), refused); err != nil {
					b.Error(err)
				}
			}
		})
	})
}
