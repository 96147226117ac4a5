package durable

import (
	"context"
	"database/sql"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
)

const (
	stepTimeout  = 25 * time.Second
	rescueAfter  = 30 * time.Second
	retryAfter   = time.Second
	errorPause   = 2 * time.Second
	reconcileAll = 5 * time.Second
	overdueAfter = 15 * time.Second
	softStop     = 2 * time.Second
	hardStop     = 3500 * time.Millisecond
	recordWithin = time.Second
	stepsAtOnce  = 20
)

// Step is the job of one step of one restore.
type Step struct {
	Restore    string `json:"restore"`
	Generation int64  `json:"generation"`
}

// Kind names the job to the queue.
func (Step) Kind() string { return "step" }

// enqueue adds a step that is due at once.
func (s *Store) enqueue(ctx context.Context, tx *sql.Tx, id string, generation int64) error {
	if _, err := s.queue.InsertTx(ctx, tx, Step{id, generation}, nil); err != nil {
		return fmt.Errorf("enqueue: %w", err)
	}
	return nil
}

// StepFunc works one step of a restore. It is called again after again, unless
// done; a [bot.Store.Wake] calls it at once either way. What is not settled is
// called again in any case, some time after it is overdue.
type StepFunc = func(ctx context.Context, id string, generation int64) (again time.Duration, done bool, err error)

// Run works the steps that are due until ctx ends, and within 4 seconds after
// it. Steps that were under way when the last process died are begun anew at
// once. A step that fails or panics is called again after two seconds.
func (s *Store) Run(ctx context.Context, step StepFunc) error {
	if err := s.reconcile(ctx, time.Time{}); err != nil {
		return fmt.Errorf("reconcile: %w", err)
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &worker{store: s, step: step})
	client, err := river.NewClient(riversqlite.New(s.db), &river.Config{
		Logger:               s.Log,
		Workers:              workers,
		Queues:               map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: stepsAtOnce}},
		PollOnly:             true, // one connection: none to listen on
		FetchCooldown:        20 * time.Millisecond,
		FetchPollInterval:    50 * time.Millisecond,
		JobTimeout:           stepTimeout,
		RescueStuckJobsAfter: rescueAfter,
		SoftStopTimeout:      softStop,
	})
	if err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	// The client lives on while it is being stopped.
	alive := context.WithoutCancel(ctx)
	if err := client.Start(alive); err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	s.watch(ctx)
	end, cancel := context.WithTimeout(alive, hardStop)
	defer cancel()
	if err := client.Stop(end); err != nil {
		return fmt.Errorf("stop the queue: %w", err)
	}
	return nil
}

// watch wakes what is overdue until ctx ends.
func (s *Store) watch(ctx context.Context) {
	tick := time.NewTicker(reconcileAll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := s.reconcile(ctx, time.Now().Add(-overdueAfter)); err != nil && ctx.Err() == nil {
				s.Log.ErrorContext(ctx, "reconcile failed", "error", err)
			}
		}
	}
}

// reconcile gives each unsettled restore that was due before the given time, or
// each at all if that is zero, a new generation and a step that is due at once.
// Whatever step of it waits or runs elsewhere is thereby a no-op.
func (s *Store) reconcile(ctx context.Context, before time.Time) error {
	return s.tx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		steps, err := overdue(ctx, tx, before)
		if err != nil {
			return err
		}
		for _, st := range steps {
			_, err := tx.ExecContext(ctx, `UPDATE restore SET generation = ?, due_at = ? WHERE id = ?`,
				st.Generation+1, nanos(time.Now()), st.Restore)
			if err != nil {
				return err
			}
			if err := s.enqueue(ctx, tx, st.Restore, st.Generation+1); err != nil {
				return err
			}
		}
		return nil
	})
}

func overdue(ctx context.Context, tx *sql.Tx, before time.Time) ([]Step, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, generation FROM restore
		WHERE NOT settled AND (due_at < ? OR ?)`, nanos(before), before.IsZero())
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var steps []Step
	for rows.Next() {
		var st Step
		if err := rows.Scan(&st.Restore, &st.Generation); err != nil {
			return nil, err
		}
		steps = append(steps, st)
	}
	return steps, rows.Err()
}

// worker runs steps for the queue.
type worker struct {
	river.WorkerDefaults[Step]

	store *Store
	step  StepFunc
}

// NextRetry is for errors of the queue itself; a step's own become a snooze.
func (*worker) NextRetry(*river.Job[Step]) time.Time { return time.Now().Add(retryAfter) }

// Work never returns an error but a snooze: after enough errors the queue would
// drop the job without a word.
func (w *worker) Work(ctx context.Context, job *river.Job[Step]) error {
	st, s := job.Args, w.store
	// Not overdue while it may still run.
	switch ours, err := s.mark(ctx, st, stepTimeout); {
	case err != nil:
		s.Log.ErrorContext(ctx, "step not begun", "restore", st.Restore, "error", err)
		return river.JobSnooze(errorPause)
	case !ours:
		return nil
	}
	again, done, err := w.safely(ctx, st)
	if err != nil {
		s.Log.ErrorContext(ctx, "step failed", "restore", st.Restore, "error", err)
		again, done = errorPause, false
	}
	again = max(again, 0)
	// The end is recorded even if the step was cancelled.
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordWithin)
	defer cancel()
	ours, err := s.mark(end, st, again)
	if err != nil {
		s.Log.ErrorContext(ctx, "step not recorded", "restore", st.Restore, "error", err)
	} else if !ours {
		return nil // a newer step follows
	}
	if done {
		return nil
	}
	return river.JobSnooze(again)
}

// safely runs the step and makes an error of a panic.
func (w *worker) safely(ctx context.Context, st Step) (again time.Duration, done bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return w.step(ctx, st.Restore, st.Generation)
}

// mark notes that a step begins or ends and when the next is due. It reports
// whether the step still is of the restore's generation.
func (s *Store) mark(ctx context.Context, st Step, next time.Duration) (ours bool, err error) {
	now := time.Now()
	res, err := s.db.ExecContext(ctx, `UPDATE restore SET stepped_at = ?, due_at = ?
		WHERE id = ? AND generation = ?`, nanos(now), nanos(now.Add(next)), st.Restore, st.Generation)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}
