package durable

import (
	"context"
	"database/sql"
	"fmt"
	"math"
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
var usual = pace{overdue: 10 * time.Second, every: 3 * time.Second, step: workWithin}

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

// reconcile gives each unsettled restore that is overdue a new generation and a
// step that is due at once. Whatever step of it waits or runs elsewhere is
// thereby a no-op. At the start of a process that is alone on its database,
// nothing can be at work elsewhere, and all restores are overdue.
func (s *Store) reconcile(ctx context.Context, start bool) error {
	if err := s.compareClocks(ctx); err != nil {
		return err
	}
	if err := s.forgetLosses(ctx); err != nil {
		return err
	}
	before := nanos(s.now().Add(-s.pace.overdue))
	if start && s.alone {
		before = math.MaxInt64
	}
	ctx, cancel := context.WithTimeout(ctx, reconcileFor)
	defer cancel()
	n := 0
	err := s.tx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		steps, err := overdue(ctx, tx, before)
		if err != nil {
			return err
		}
		var ours []Step
		for _, st := range steps {
			// A peer that was quicker has changed the generation.
			res, err := tx.ExecContext(ctx, `UPDATE restore SET generation = $1, due_at = $2 WHERE id = $3 AND generation = $4`,
				st.Generation+1, nanos(s.now()), st.Restore, st.Generation)
			if err != nil {
				return err
			}
			if n, err := res.RowsAffected(); err != nil {
				return err
			} else if n == 1 {
				ours = append(ours, Step{st.Restore, st.Generation + 1})
			}
		}
		n = len(ours)
		return s.enqueue(ctx, tx, ours...)
	})
	if err == nil && n > 0 {
		s.bell.ring()
	}
	return err
}

// overdue lists what was due before a time, the oldest first where it is more than
// fits, in the one order in which all replicas take rows. To find them in that
// order SQLite would look at all restores that ever were.
func overdue(ctx context.Context, tx *sql.Tx, before int64) ([]Step, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, generation FROM (
		SELECT id, generation FROM restore WHERE NOT settled AND due_at < $1 ORDER BY due_at LIMIT $2) AS lost ORDER BY id`, before, reconcileAtOnce)
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
