package durable_test

import (
	"context"
	"strings"
	"testing"
	"time"
)

// clockAhead is how far the machine's clock of a replica is ahead.
const clockAhead = "DURABLE_TEST_CLOCK_AHEAD"

// A replica whose clock is an hour ahead does not hold its work for an hour after
// its death.
func aheadAndKilled(t *testing.T, url string) {
	t.Helper()
	s := openURL(t, url).Hurry()
	confirmed(t, s, "a")
	victim := startReplica(t, url, clockAhead+"=1h")
	victim.expect("step a")
	for begun := time.Now(); ; time.Sleep(10 * time.Millisecond) { // until it has shown that it lives
		at, err := s.Ask(t.Context(), `SELECT stepped_at FROM restore`)
		if err == nil && at != "0" {
			break
		}
		if time.Since(begun) > time.Minute {
			t.Fatalf("no sign of life: %s, %v", at, err)
		}
	}
	if err := victim.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	started := make(chan string, 10)
	runs(t, s, starter(s, started))
	wantStarted(t, started, "a")
}

// A replica whose clock is off takes its steps when they are due: not an hour
// later, nor all at once, nor only when they are found to be lost.
func offAndAtWork(t *testing.T, url string) {
	t.Helper()
	const pause, steps = 300 * time.Millisecond, 5
	for _, ahead := range []time.Duration{time.Hour, -time.Hour} {
		s := openURL(t, url).SetClock(ahead)
		id := strings.TrimPrefix(ahead.String(), "-") + map[bool]string{true: "ahead", false: "behind"}[ahead > 0]
		create(t, s, id)
		stepped := make(chan time.Time, 1000)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- s.Run(ctx, func(_ context.Context, of string, _ int64) (time.Duration, bool, error) {
				if of == id {
					stepped <- time.Now()
				}
				return pause, false, nil
			})
		}()
		last := <-stepped
		for range steps {
			select {
			case at := <-stepped:
				if took := at.Sub(last); took < pause*9/10 {
					t.Errorf("clock off by %s: a step came after %s, want %s", ahead, took, pause)
				}
				last = at
			case <-time.After(time.Minute):
				t.Fatalf("clock off by %s: no further step", ahead)
			}
		}
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the run ended with %v", err)
		}
		generation, err := s.Ask(t.Context(), `SELECT generation FROM restore WHERE id = '`+id+`'`)
		if err != nil || generation != "0" && generation != "1" {
			t.Errorf("clock off by %s: a step was taken to be lost (generation %s, %v)", ahead, generation, err)
		}
		if found := s.Examine(t.Context()); !strings.Contains(found[len(found)-1].What, "1h0m0s off this machine's") {
			t.Errorf("the doctor says %+v", found)
		}
	}
}
