package durable

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/riverqueue/river"
)

// pace is how fast lost steps are found. Tests hurry it.
type pace struct {
	// overdue is how long after a step was due, or last showed a sign of life, it
	// is taken to be lost and begun anew.
	overdue time.Duration
	// every is how often one looks for such steps, and shows a sign of life.
	every time.Duration
	// step is how long a step may take.
	step time.Duration
}

// A killed replica's steps wait for a peer for overdue and every at most.
var defaultPace = pace{overdue: 10 * time.Second, every: 3 * time.Second, step: workWithin}

const (
	// workWithin bounds a step: the history of a portal (90 s), what else is asked of
	// it before a card or a start (30 s), and the chat. It shows signs of life
	// meanwhile, and ends at once when the process is told to stop.
	workWithin   = 150 * time.Second
	reconcileFor = 10 * time.Second
	// reconcileAtOnce bounds the transaction; the rest follow in the next round.
	reconcileAtOnce = 500
)

// enqueue adds steps that are due at once.
func (s *Store) enqueue(ctx context.Context, tx *sql.Tx, steps ...Step) error {
	if len(steps) == 0 {
		return nil
	}
	jobs := make([]river.InsertManyParams, len(steps))
	for i, st := range steps {
		jobs[i].Args = st
	}
	if _, err := s.queue.InsertManyTx(ctx, tx, jobs); err != nil {
		return fmt.Errorf("enqueue: %w", err)
	}
	return nil
}

// reconcile gives each unsettled restore that is overdue, or each of them, a new
// generation and a step that is due at once. Whatever step of it waits or runs
// elsewhere is thereby a no-op. All are begun anew at the start of a process that
// is alone on its database: nothing can be at work elsewhere.
func (s *Store) reconcile(ctx context.Context, all bool) error {
	if err := s.compareClocks(ctx); err != nil {
		return err
	}
	late := s.pace.overdue
	if all {
		late = -century
	}
	ctx, cancel := context.WithTimeout(ctx, reconcileFor)
	defer cancel()
	return s.tx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		steps, err := s.overdue(ctx, tx, late)
		if err != nil {
			return err
		}
		var ours []Step
		for _, st := range steps {
			// A peer that was quicker has changed the generation.
			n, err := change(ctx, tx, s.timed(`UPDATE restore SET generation = $1, due_at = now() WHERE id = $2 AND generation = $3`),
				st.Generation+1, st.Restore, st.Generation)
			if err != nil {
				return err
			}
			if n == 1 {
				ours = append(ours, Step{st.Restore, st.Generation + 1})
			}
		}
		if err := s.forgetKept(ctx, tx); err != nil {
			return err
		}
		return s.enqueue(ctx, tx, ours...)
	})
}

// century is longer than any step is put off.
const century = 100 * 365 * 24 * time.Hour

// overdue lists what is late by a time, the oldest first where it is more than
// fits, in the one order in which all replicas take rows. To find them in that
// order SQLite would look at all restores that ever were.
func (s *Store) overdue(ctx context.Context, tx *sql.Tx, late time.Duration) ([]Step, error) {
	return list(ctx, tx, readStep, s.timed(`SELECT id, generation FROM (
		SELECT id, generation FROM restore WHERE NOT settled AND due_at < now() - $1 ORDER BY due_at LIMIT $2) AS lost ORDER BY id`),
		int64(late), reconcileAtOnce)
}

func readStep(r row) (st Step, err error) {
	err = r.Scan(&st.Restore, &st.Generation)
	return st, err
}
