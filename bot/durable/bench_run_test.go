package durable_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/durabletest"
)

// BenchmarkRun runs a bot for ten seconds and reports what it costs: with
// nothing to do, and with 500 restores that are asked for their progress every
// 3 seconds and change each time. It measures whole seconds, whatever b.N is.
func BenchmarkRun(b *testing.B) {
	for _, restores := range []int{0, 500} {
		b.Run(fmt.Sprintf("SQLite/restores=%d", restores), func(b *testing.B) {
			runFor(b, "sqlite:"+filepath.Join(b.TempDir(), "bot.db"), restores)
		})
		b.Run(fmt.Sprintf("PostgreSQL/restores=%d", restores), func(b *testing.B) {
			runFor(b, durabletest.StartPostgres(b).URL(), restores)
		})
	}
}

func runFor(b *testing.B, url string, restores int) {
	b.Helper()
	s, err := durable.Open(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for i := range restores {
		if err := s.Create(b.Context(), durabletest.Restore(fmt.Sprint("r", i), fmt.Sprint("p", i))); err != nil {
			b.Fatal(err)
		}
	}
	var steps atomic.Int64
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error)
	go func() {
		ended <- s.Run(ctx, func(ctx context.Context, id string, _ int64) (time.Duration, bool, error) {
			steps.Add(1)
			r, err := s.Get(ctx, id)
			if err != nil {
				return 0, false, err
			}
			next := r
			next.Progress.Percent++
			_, err = s.Save(ctx, r, next)
			return 3 * time.Second, false, err
		})
	}()
	time.Sleep(6 * time.Second) // it has started
	was, used, begun := steps.Load(), processor(), time.Now()
	time.Sleep(10 * time.Second)
	seconds := time.Since(begun).Seconds()
	b.ReportMetric(float64(steps.Load()-was)/seconds, "steps/s")
	b.ReportMetric(100*(processor()-used).Seconds()/seconds, "%core")
	b.ReportMetric(0, "ns/op")
	cancel()
	if err := <-ended; err != nil {
		b.Error(err)
	}
}

// processor is the time that this process has had of the processor.
func processor() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
