package durable_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/durable"
)

// resting waits until the queue rests: then it has taken away what is done.
func resting(t *testing.T, s *durable.Store) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; {
		left, err := s.Ask(t.Context(), `SELECT count(*) FROM river_job WHERE state <> 'scheduled'`)
		if err != nil || time.Now().After(end) {
			t.Fatalf("%s jobs are left: %v", left, err)
		}
		if left == "0" {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func finish(t *testing.T, s *durable.Store, id string) {
	t.Helper()
	r, err := s.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	next := r
	next.Settled = true
	if _, err := s.Save(t.Context(), r, next); err != nil {
		t.Fatal(err)
	}
}

// A queue that rests wakes for what is new, again and again.
func TestARestingQueueWakes(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "bot.db")).Hurry()
	calls, stop := run(t, s, done)
	defer stop()
	resting(t, s) // nothing to do from the beginning
	for i := range 3 {
		id := fmt.Sprint("r", i)
		begun := time.Now()
		create(t, s, id)
		if c := next(t, calls); c.id != id {
			t.Errorf("woken for %+v and not for %s", c, id)
		}
		t.Logf("it woke within %s", time.Since(begun))
		finish(t, s, id)
		resting(t, s)
	}
}

// A queue that rests wakes for a step that it has put off.
func TestARestingQueueKeepsItsAppointments(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "bot.db")).Hurry()
	create(t, s, "a")
	const later = 7 * time.Second // longer than the queue keeps a job at hand
	begun := time.Now()
	calls, stop := run(t, s, func(int) (time.Duration, bool, error) { return later, false, nil })
	defer stop()
	first := next(t, calls)
	resting(t, s)
	if c := next(t, calls); c.id != first.id {
		t.Errorf("woken for %+v", c)
	}
	if took := time.Since(begun); took < later {
		t.Errorf("the step came %s too early", later-took)
	}
	t.Logf("the step came after %s", time.Since(begun))
}

// Jobs that wait for a step, or are at one, keep the queue up.
func TestTheQueueDoesNotRestAmidAStep(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "bot.db")).Hurry()
	create(t, s, "a")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	var cut error
	begun := make(chan struct{})
	go func() {
		ended <- s.Run(ctx, func(ctx context.Context, _ string, _ int64) (time.Duration, bool, error) {
			close(begun)
			select {
			case <-time.After(2 * time.Second): // more looks than it takes to rest
			case <-ctx.Done():
				cut = ctx.Err()
			}
			return time.Hour, true, nil
		})
	}()
	<-begun
	finish(t, s, "a")
	resting(t, s)
	cancel()
	if err := errors.Join(<-ended, cut); err != nil {
		t.Error(err)
	}
}

// What becomes due while the queue rests and nobody rings is found all the same.
func TestARestingQueueLooksByItself(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "bot.db")).Hurry()
	calls, stop := run(t, s, done)
	defer stop()
	create(t, s, "a")
	next(t, calls)
	finish(t, s, "a")
	resting(t, s)
	if err := s.Tamper(t.Context(), `UPDATE restore SET settled = false, due_at = 1`); err != nil {
		t.Fatal(err)
	}
	if c := next(t, calls); c.id != "a" {
		t.Errorf("woken for %+v", c)
	}
}

// A fault that keeps the queue from waking does not end the bot.
func TestARestingQueueWakesWhenTheFaultIsOver(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "bot.db")).Hurry()
	log := make(lines, 100)
	s.Log = slog.New(slog.NewTextHandler(log, nil))
	calls, stop := run(t, s, done)
	defer stop()
	create(t, s, "a")
	next(t, calls)
	finish(t, s, "a")
	resting(t, s)
	tamper := func(query string) {
		t.Helper()
		if err := s.Tamper(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	tamper(`ALTER TABLE river_queue RENAME TO river_queue_away`)
	create(t, s, "b")
	for told := ""; !strings.Contains(told, "the steps cannot be worked yet"); {
		told = <-log
	}
	tamper(`ALTER TABLE river_queue_away RENAME TO river_queue`)
	if c := next(t, calls); c.id != "b" {
		t.Errorf("woken for %+v", c)
	}
}

// lines hands on what is logged.
type lines chan string

func (l lines) Write(b []byte) (int, error) {
	l <- string(b)
	return len(b), nil
}
