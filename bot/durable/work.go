package durable

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/riverqueue/river"
)

// worker runs steps for River.
type worker struct {
	river.WorkerDefaults[Step]

	store *Store
	step  StepFunc
}

// NextRetry is for errors of the queue itself; a step's own become a snooze.
func (w *worker) NextRetry(*river.Job[Step]) time.Time { return w.store.clock.Now().Add(retryAfter) }

// Work never returns an error but a snooze: after enough errors the queue would
// drop the job without a word. A step that follows at once is worked at once: the
// end of a restore takes several, and people wait for it.
func (w *worker) Work(ctx context.Context, job *river.Job[Step]) error {
	until := time.Now().Add(stepsFor)
	for {
		again, over := w.workOne(ctx, job.Args)
		switch {
		case over:
			return nil
		case again > 0 || ctx.Err() != nil || !time.Now().Before(until):
			return river.JobSnooze(again)
		}
	}
}

// workOne works a step and records its end. over means that no step of this
// generation follows.
func (w *worker) workOne(ctx context.Context, st Step) (again time.Duration, over bool) {
	s := w.store
	switch ours, err := s.isCurrent(ctx, st); {
	case err != nil:
		s.Log.ErrorContext(ctx, "step not begun", "restore", st.Restore, "err", err)
		return errorPause, false
	case !ours:
		return 0, true
	}
	again, done, err := w.recoverStep(ctx, st)
	if err != nil {
		s.Log.ErrorContext(ctx, "step failed", "restore", st.Restore, "err", err)
		again, done = errorPause, false
	}
	again = max(again, 0)
	// The end is recorded even if the step was cancelled.
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordWithin)
	defer cancel()
	ours, err := s.markStep(end, st, again)
	switch {
	case err != nil:
		s.Log.ErrorContext(ctx, "step not recorded", "restore", st.Restore, "err", err)
		return max(again, errorPause), done
	case !ours: // a newer step follows
		return 0, true
	}
	return again, done
}

// recoverStep runs the step beside its heartbeat, and turns a panic into an error.
func (w *worker) recoverStep(ctx context.Context, st Step) (again time.Duration, done bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, w.store.pace.step)
	defer cancel()
	alive := make(chan struct{})
	beat := make(chan struct{})
	go func() {
		defer close(beat)
		w.store.heartbeat(ctx, st, alive)
	}()
	defer func() {
		close(alive)
		<-beat
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return w.step(ctx, st.Restore, st.Generation)
}

// heartbeat marks the step as alive every few seconds until it has ended, so that
// no peer takes it for lost.
func (s *Store) heartbeat(ctx context.Context, st Step, ended <-chan struct{}) {
	tick := time.NewTicker(s.pace.every)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return
		case <-tick.C:
			c, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordWithin)
			_, err := s.markStep(c, st, 0)
			cancel()
			if err != nil {
				s.Log.WarnContext(ctx, "step not marked alive", "restore", st.Restore, "err", err)
			}
		}
	}
}

// isCurrent reports whether a step is of the restore's generation.
func (s *Store) isCurrent(ctx context.Context, st Step) (ours bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, recordWithin)
	defer cancel()
	var n int
	err = s.db.QueryRowContext(ctx, `SELECT count(*) FROM restore WHERE id = $1 AND generation = $2`,
		st.Restore, st.Generation).Scan(&n)
	return n == 1, err
}

// markStep notes that a step is alive or has ended and when the next is due. It
// reports whether the step still is of the restore's generation.
func (s *Store) markStep(ctx context.Context, st Step, next time.Duration) (ours bool, err error) {
	n, err := change(ctx, s.db, s.timed(`UPDATE restore SET stepped_at = now(), due_at = now() + $1
		WHERE id = $2 AND generation = $3`), int64(next), st.Restore, st.Generation)
	return n == 1, err
}
