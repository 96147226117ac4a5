package durable

import (
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestRiverSaysTheSameOnceInAWhile(t *testing.T) {
	t.Parallel()
	for level, want := range map[slog.Level]int{slog.LevelInfo: 4, slog.LevelDebug: 12} {
		synctest.Test(t, func(t *testing.T) {
			var said strings.Builder
			log := slog.New(newRiverLog(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: level})))
			for range 4 { // 8 seconds in all
				log.Error("cannot fetch")
				log.With("n", 1).Warn("cannot lead")
				log.Info("started")
				time.Sleep(2 * time.Second)
			}
			if n := strings.Count(said.String(), "\n"); n != want {
				t.Errorf("at %s: %d lines, want %d:\n%s", level, n, want, &said)
			}
		})
	}
}
