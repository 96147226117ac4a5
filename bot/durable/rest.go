package durable

import (
	"context"
	"time"
)

const (
	// restAfter is how many times in a row nothing was left to do before the
	// queue rests.
	restAfter = 3
	// restUntil is how many looks before a step is due the queue is at work again.
	restUntil = 5
)

// idle reports whether no step is worked or due soon, and none can come but from
// this process. The queue would look twenty times a second all the same: so it
// is stopped, and started when the bell rings or the next step draws near.
func (s *Store) idle(ctx context.Context) (bool, error) {
	if !s.alone {
		return false, nil
	}
	var busy bool
	err := s.db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM restore WHERE NOT settled AND due_at < $1)
		OR EXISTS (SELECT 1 FROM river_job WHERE state IN ('available', 'pending', 'retryable', 'running'))`,
		nanos(s.now().Add(restUntil*s.pace.every))).Scan(&busy)
	return err == nil && !busy, err
}

// rest waits until there is something to do, or ctx ends.
func (s *Store) rest(ctx context.Context) {
	complain := func(err error) {
		if err != nil && ctx.Err() == nil {
			s.Log.WarnContext(ctx, "the database was not tidied", "err", err)
		}
	}
	complain(s.tidy(ctx))
	tick := time.NewTicker(s.pace.every)
	defer tick.Stop()
	var log mover
	for {
		// Looked at first: the queue may have heard the bell while it was stopped.
		if idle, err := s.idle(ctx); err == nil && !idle {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-s.bell.rung:
			return
		case <-tick.C:
			complain(log.look(ctx, s))
			complain(s.forgetLosses(ctx))
		}
	}
}

// tidy takes away the jobs that are done, which are of no use to anybody.
func (s *Store) tidy(ctx context.Context) error {
	_, err := s.db.ExecContext(ctx, `DELETE FROM river_job WHERE finalized_at IS NOT NULL`)
	return err
}
