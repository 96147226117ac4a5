package durable_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/loss"
)

func finish(t *testing.T, s *durable.Store, id string, state bot.State) {
	t.Helper()
	r, err := s.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	next := r
	next.State, next.Settled = state, true
	if _, err := s.Save(t.Context(), r, next); err != nil {
		t.Fatal(err)
	}
}

// A step is worked soon after it is recorded, and one that is put off when it is
// due, however far off that is.
func TestStepsComeWhenTheyAreDue(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "bot.db"))
	const later = 7 * time.Second // longer than River keeps a job at hand
	calls, stop := run(t, s, func(int) (time.Duration, bool, error) { return later, false, nil })
	defer stop()
	create(t, s, "a")
	first := next(t, calls)
	begun := time.Now()
	second := next(t, calls)
	if took := time.Since(begun); second.id != first.id || took < later-100*time.Millisecond {
		t.Errorf("%+v came %s too early", second, later-took)
	}
	t.Logf("the step came after %s", time.Since(begun))
}

// A step whose job is gone is found by the row that waits for it.
func TestAStepThatTheQueueHasLostIsBegunAnew(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "bot.db")).Hurry()
	calls, stop := run(t, s, func(int) (time.Duration, bool, error) { return 2 * time.Second, false, nil })
	defer stop()
	create(t, s, "a")
	first := next(t, calls)
	if err := s.Tamper(t.Context(), `DELETE FROM river_job`); err != nil {
		t.Fatal(err)
	}
	if c := next(t, calls); c.id != "a" || c.generation != first.generation+1 {
		t.Errorf("after %+v came %+v", first, c)
	}
}

func TestBacklogCountsWhatHasEnded(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "bot.db"))
	create(t, s, "a")
	create(t, s, "b")
	for _, c := range []struct {
		end             string
		open, dismissed int
	}{{"", 2, 0}, {"a", 1, 1}, {"b", 0, 2}} {
		if c.end != "" {
			finish(t, s, c.end, bot.Dismissed)
		}
		b, err := s.Backlog(t.Context())
		if err != nil || b.States[bot.Requested] != c.open || b.States[bot.Dismissed] != c.dismissed || b.Unsettled != c.open {
			t.Errorf("after the end of %q: %+v, %v", c.end, b, err)
		}
	}
}

// A list by name is deleted when its time is over, whether or not anybody asks for it.
func TestWhatNobodyMayKeepIsDeleted(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "bot.db"))
	for id, left := range map[string]time.Duration{"past": -time.Second, "kept": time.Hour} {
		if err := errors.Join(
			s.PutLoss(t.Context(), loss.List{Restore: id, Until: time.Now().Add(left)}),
			s.PutForm(t.Context(), bot.Form{ID: id, Until: time.Now().Add(left)}),
		); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left, err := s.Ask(t.Context(), `SELECT (SELECT group_concat(restore_id) FROM loss) || ' ' || (SELECT group_concat(id) FROM form)`); err != nil || left != "kept kept" {
		t.Errorf("left are %q, %v", left, err)
	}
}
