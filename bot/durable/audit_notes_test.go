package durable

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"docspace-restorebot/bot"
)

// What comes while a commit is under way goes into the next one, all together
// and in the order of the calls.
func TestNotesOfACrowdShareACommit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var n notes
		var mu sync.Mutex
		var commits [][]string
		commit := func(_ context.Context, lines []line) error {
			time.Sleep(time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			var actors []string
			for _, e := range lines {
				actors = append(actors, e.Actor)
			}
			commits = append(commits, actors)
			return nil
		}
		var crowd sync.WaitGroup
		for i := range 100 {
			crowd.Go(func() {
				if err := n.write(t.Context(), []line{{Actor: fmt.Sprintf("U%02d", i)}}, commit); err != nil {
					t.Error(err)
				}
			})
		}
		crowd.Wait()
		if len(commits) > 3 {
			t.Errorf("%d commits for a crowd", len(commits))
		}
		all := slices.Concat(commits...)
		slices.Sort(all)
		if all = slices.Compact(all); len(all) != 100 {
			t.Errorf("%d of 100 were written", len(all))
		}
	})
}

func TestNotesTellTheirFaultToEverybodyInTheCommit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var n notes
		broken := errors.New("disk full")
		faults := 0
		commit := func(context.Context, []line) error {
			time.Sleep(time.Millisecond)
			if faults++; faults <= 2 {
				return broken
			}
			return nil
		}
		var crowd sync.WaitGroup
		for range 10 {
			crowd.Go(func() {
				if err := n.write(t.Context(), []line{{}}, commit); !errors.Is(err, broken) {
					t.Errorf("got %v", err)
				}
			})
		}
		crowd.Wait()
		faults = 2
		if err := n.write(t.Context(), []line{{}}, commit); err != nil {
			t.Errorf("after the fault: %v", err)
		}
	})
}

// Who gives up waits no longer; the others' notes are written all the same.
func TestNotesOutliveACallerWhoGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var n notes
		written := 0
		commit := func(ctx context.Context, lines []line) error {
			time.Sleep(time.Second)
			written += len(lines)
			return ctx.Err()
		}
		short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := n.write(short, []line{{}}, commit); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if err := n.write(t.Context(), []line{{}}, commit); err != nil {
			t.Error(err)
		}
		if written != 2 {
			t.Errorf("%d of 2 were written", written)
		}
	})
}

// The chain holds whoever writes at the same time.
func TestNotesOfACrowdKeepTheChain(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "bot.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	var crowd sync.WaitGroup
	for i := range 64 {
		crowd.Go(func() {
			e := bot.Event{At: time.Now(), Kind: bot.EventRefused, Actor: fmt.Sprintf("U%02d", i)}
			if err := s.Note(t.Context(), e); err != nil {
				t.Error(err)
			}
		})
	}
	crowd.Wait()
	head, err := s.CheckAudit(t.Context(), AuditHead{})
	if err != nil || head.Lines != 64 {
		t.Errorf("%+v, %v", head, err)
	}
}

// Of a crowd that comes again the first few are not written alone; and nobody
// waits who is no part of one.
func TestACrowdOnItsWayIsWaitedForOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before, there, late int
		want                int
		waited              time.Duration
	}{
		"somebody alone":            {0, 1, 0, 1, 0},
		"one after another":         {1, 1, 5, 1, 0},
		"a few after a few":         {crowd - 1, 1, 5, 1, 0},
		"the rest of a crowd":       {20, 3, 15, 18, gatherFor},
		"most of a crowd is there":  {20, 10, 9, 10, 0},
		"nobody comes":              {20, 1, 0, 1, gatherFor},
		"nobody is there":           {20, 0, 5, 0, 0},
		"more than can be gathered": {2 * gatherAtMost, gatherAtMost, 5, gatherAtMost, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := &notes{writing: true, before: c.before, waiting: make([]*noted, c.there)}
				var others sync.WaitGroup
				defer others.Wait()
				others.Go(func() {
					time.Sleep(gatherFor / 2)
					n.mu.Lock()
					defer n.mu.Unlock()
					n.waiting = append(n.waiting, make([]*noted, c.late)...)
				})
				began := time.Now()
				batch := n.gather(t.Context())
				if waited := time.Since(began); len(batch) != c.want || waited != c.waited || n.writing != (c.want > 0) {
					t.Errorf("%d after %v, writing: %v; want %d after %v", len(batch), waited, n.writing, c.want, c.waited)
				}
			})
		})
	}
}
