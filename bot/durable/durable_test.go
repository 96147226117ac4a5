package durable_test

import (
	"context"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/durabletest"
	"docspace-restorebot/docspace"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(asReplica); url != "" {
		if err := replica(url); err != nil {
			panic(err)
		}
		return
	}
	if url := os.Getenv(asOpener); url != "" {
		opener(url)
		return
	}
	// A test here mostly waits for a due step, a lock or a server, so more of them
	// run at once than the machine has processors; -parallel still says otherwise.
	if err := flag.Set("test.parallel", "6"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// open opens a file. One that is not there is made as a copy of an empty database:
// to migrate each of them would take most of the time of the tests.
func open(t *testing.T, file string) *durable.Store {
	t.Helper()
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		text, err := emptyFile()
		if err == nil {
			err = os.WriteFile(file, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return openNew(t, file)
}

// emptyFile is a database that holds the schema and nothing else.
var emptyFile = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "durable-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "bot.db")
	s, err := durable.Open(context.Background(), "sqlite:"+file)
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

// openNew is open that lets the store itself make a file that is not there.
func openNew(t *testing.T, file string) *durable.Store {
	t.Helper()
	s, err := durable.Open(t.Context(), "sqlite:"+file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func create(t *testing.T, s *durable.Store, id string) {
	t.Helper()
	event := bot.Event{At: durabletest.At, Restore: id, Kind: bot.EventRequested, Actor: "U1"}
	if err := s.Create(t.Context(), durabletest.Restore(id, "portal of "+id), event); err != nil {
		t.Fatal(err)
	}
}

func TestExamOnSQLite(t *testing.T) {
	t.Parallel()
	durabletest.Exercise(t, func(t *testing.T) bot.Store {
		t.Helper()
		return open(t, filepath.Join(t.TempDir(), "odd name?#%.db"))
	})
}

func TestOpenRefusesOtherURLs(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "sqlite:", "postgres://u:hunter2@h:port/d", "mysql://u:hunter2@h/d"} {
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
	case <-time.After(time.Minute):
		t.Fatal("no step was called")
		return call{}
	}
}

func TestRunWorksAndReopens(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "bot.db")
	s := openNew(t, file)
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
	head, err := s.CheckAudit(t.Context(), durable.AuditHead{})
	if head.Lines != 5 || err != nil {
		t.Fatalf("%v, %v", head, err)
	}
	if again, err := durable.ParseAuditHead(head.String()); again != head.AuditHead || err != nil {
		t.Errorf("the head reads back as %v, %v", again, err)
	}
	for _, bad := range []string{"", "5", "5:", ":", "0:x", "-1:x", "x:y", "5:abc", "0:" + head.Hash, head.Hash} {
		if h, err := durable.ParseAuditHead(bad); err == nil {
			t.Errorf("%q was read as %v", bad, h)
		}
	}
}

// Every way to change a trail that a person with the database could think of,
// the last two with the head set right as well.
func TestAuditShowsWhatWasDoneToIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do   string
		want string // of the error
		good int64  // lines before it
	}{
		"a changed actor":      {`UPDATE audit SET actor = 'U3' WHERE seq = 3`, "line 3 was changed", 2},
		"a changed detail":     {`UPDATE audit SET detail = '{}' WHERE seq = 5`, "line 5 was changed", 4},
		"a changed time":       {`UPDATE audit SET at = at + 1 WHERE seq = 1`, "line 1 was changed", 0},
		"a changed hash":       {`UPDATE audit SET hash = 'x' WHERE seq = 4`, "line 4 was changed", 3},
		"a gap":                {`DELETE FROM audit WHERE seq = 2`, "after line 1 comes line 3", 1},
		"a missing first line": {`DELETE FROM audit WHERE seq = 1`, "after line 0 comes line 2", 0},
		"a missing end":        {`DELETE FROM audit WHERE seq >= 4`, "the newest lines are missing: there are 3 of 5", 3},
		"an empty trail":       {`DELETE FROM audit`, "the newest lines are missing: there are 0 of 5", 0},
		"lines in disorder":    {`UPDATE audit SET seq = CASE seq WHEN 2 THEN 30 ELSE seq END`, "after line 1 comes line 3", 1},
		"an end taken off with its head": {
			`DELETE FROM audit WHERE seq = 5; UPDATE audit_head SET lines = 4, hash = (SELECT hash FROM audit WHERE seq = 4)`,
			"there are 4, and the head that you gave has 5", 4,
		},
		"a trail written anew with its head": {
			`DELETE FROM audit WHERE seq = 5; INSERT INTO audit SELECT 5, at, restore_id, kind, actor, detail, 'x', 'y' FROM audit WHERE seq = 4;
			UPDATE audit_head SET hash = 'y'`, "line 5 was changed", 4,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, filepath.Join(t.TempDir(), "bot.db"))
			create(t, s, "a")
			for range 4 {
				if err := s.Note(t.Context(), bot.Event{At: durabletest.At, Kind: bot.EventRefused, Actor: "U2"}); err != nil {
					t.Fatal(err)
				}
			}
			kept, err := s.CheckAudit(t.Context(), durable.AuditHead{})
			if err != nil || kept.Lines != 5 {
				t.Fatal(kept, err)
			}
			if err := s.Tamper(t.Context(), c.do); err != nil {
				t.Fatal(err)
			}
			if head, err := s.CheckAudit(t.Context(), kept.AuditHead); err == nil || !strings.Contains(err.Error(), c.want) || head.Lines != c.good {
				t.Errorf("after %d good lines: %v", head.Lines, err)
			}
		})
	}
}

func TestAuditStaysWholeUnderManyWriters(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "bot.db"))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 10 {
				if err := s.Note(t.Context(), bot.Event{At: durabletest.At, Kind: bot.EventRefused}, bot.Event{At: durabletest.At}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if head, err := s.CheckAudit(t.Context(), durable.AuditHead{}); head.Lines != 160 || err != nil {
		t.Errorf("%v, %v", head, err)
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

// A step may ask a portal for its history, which has a time of its own.
func TestAStepHasTheTimeForASlowHistory(t *testing.T) {
	t.Parallel()
	if room := durable.WorkWithin - docspace.DefaultHistoryTimeout; room < 45*time.Second {
		t.Errorf("beside the history a step has %s for the portal and the chat", room)
	}
	longStep(t, "sqlite:"+filepath.Join(t.TempDir(), "bot.db"))
}
