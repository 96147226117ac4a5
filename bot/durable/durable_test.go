package durable_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/durabletest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, file string) *durable.Store {
	t.Helper()
	s, err := durable.Open(t.Context(), "sqlite:"+file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func create(t *testing.T, s *durable.Store, id string) { //nolint:unparam // one id is enough for now
	t.Helper()
	event := bot.Event{At: durabletest.At, Restore: id, Kind: bot.EventRequested, Actor: "U1"}
	if err := s.Create(t.Context(), durabletest.Restore(id, "portal of "+id), event); err != nil {
		t.Fatal(err)
	}
}

func TestExam(t *testing.T) {
	t.Parallel()
	durabletest.Exercise(t, func(t *testing.T) bot.Store {
		t.Helper()
		return open(t, filepath.Join(t.TempDir(), "odd name?#%.db"))
	})
}

func TestSecondOpenFails(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "bot.db")
	open(t, file)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	s, err := durable.Open(t.Context(), "sqlite:"+file)
	if err == nil {
		_ = s.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("a second open: %v", err)
	}
}

func TestOpenRefusesOtherURLs(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "sqlite:", "postgres://u:hunter2@h/d", "mysql://u:hunter2@h/d"} {
		if _, err := durable.Open(t.Context(), url); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", url, err)
		}
	}
}

// call is one call of a step.
type call struct {
	id         string
	generation int64
}

// run runs s with steps that report to the channel and return what answer says.
func run(t *testing.T, s *durable.Store, answer func(n int) (time.Duration, bool, error)) (calls <-chan call, stop func()) {
	t.Helper()
	ch, ended := make(chan call, 100), make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	step := func(_ context.Context, id string, generation int64) (time.Duration, bool, error) {
		ch <- call{id, generation}
		n++
		return answer(n)
	}
	go func() { ended <- s.Run(ctx, step) }()
	return ch, func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

func done(int) (time.Duration, bool, error) { return time.Hour, true, nil }

func next(t *testing.T, calls <-chan call) call {
	t.Helper()
	select {
	case c := <-calls:
		return c
	case <-time.After(20 * time.Second):
		t.Fatal("no step was called")
		return call{}
	}
}

func TestRunWorksAndReopens(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "bot.db")
	s := open(t, file)
	calls, stop := run(t, s, done)
	create(t, s, "a")
	first := next(t, calls) // of a later generation if Create came before Run
	if first.id != "a" {
		t.Errorf("after Create: %+v", first)
	}
	r, err := s.Get(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if r, err = s.Wake(t.Context(), r, r); err != nil {
		t.Fatal(err)
	}
	if c := next(t, calls); c != (call{"a", first.generation + 1}) {
		t.Errorf("after Wake: %+v", c)
	}
	t.Logf("a wake took %s", time.Since(begun))
	begun = time.Now()
	stop()
	if took := time.Since(begun); took > 4*time.Second {
		t.Errorf("the stop took %s", took)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s = open(t, file)
	if got, err := s.Get(t.Context(), "a"); err != nil || got.Version != r.Version {
		t.Errorf("after reopening: %+v, %v", got, err)
	}
	calls, stop = run(t, s, done)
	defer stop()
	if c := next(t, calls); c != (call{"a", first.generation + 2}) {
		t.Errorf("after reopening: %+v", c)
	}
}

func TestErrorsAndPanicsAreTriedAgain(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "bot.db"))
	create(t, s, "a")
	calls, stop := run(t, s, func(n int) (time.Duration, bool, error) {
		switch n {
		case 1:
			return 0, true, errors.New("no luck")
		case 2:
			panic("worse luck")
		default:
			return 0, true, nil
		}
	})
	defer stop()
	for range 3 {
		if c := next(t, calls); c.id != "a" {
			t.Errorf("called for %+v", c)
		}
	}
}

func TestAuditIsChained(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "bot.db"))
	create(t, s, "a")
	for range 2 {
		event := bot.Event{At: durabletest.At, Kind: bot.EventRefused, Actor: "U2", Detail: map[string]string{"rule": "x"}}
		if err := s.Note(t.Context(), event, event); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := s.CheckAudit(t.Context()); n != 5 || err != nil {
		t.Errorf("%d lines, %v", n, err)
	}
	if err := s.Tamper(t.Context(), `UPDATE audit SET actor = 'U3' WHERE seq = 3`); err != nil {
		t.Fatal(err)
	}
	if n, err := s.CheckAudit(t.Context()); n != 2 || err == nil {
		t.Errorf("a changed line: %d good lines, %v", n, err)
	}
}

func TestStopCancelsALongStep(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "bot.db"))
	create(t, s, "a")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var cancelled time.Time
	err := s.Run(ctx, func(ctx context.Context, _ string, _ int64) (time.Duration, bool, error) {
		cancelled = time.Now()
		cancel()
		<-ctx.Done()
		return 0, false, ctx.Err()
	})
	if err != nil {
		t.Error(err)
	}
	if took := time.Since(cancelled); took > 4*time.Second {
		t.Errorf("the stop took %s", took)
	}
}
