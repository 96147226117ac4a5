package durable

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"time"

	"docspace-restorebot/bot"
)

// overdueAfter is how long after it is due a step counts as overdue. A worker takes
// one within a quarter of a second.
const overdueAfter = 3 * time.Second

// Backlog counts restores and late steps.
func (s *Store) Backlog(ctx context.Context) (bot.Backlog, error) {
	states, err := s.states(ctx)
	if err != nil {
		return bot.Backlog{}, fmt.Errorf("backlog: %w", err)
	}
	b := bot.Backlog{States: states}
	var lag, stepped sql.NullInt64
	var now int64
	// The last step was of one that is not settled, or of one of the newest: not
	// all of the history is read for it.
	err = s.db.QueryRowContext(ctx, s.timed(`SELECT
		(SELECT count(*) FROM restore WHERE NOT settled),
		(SELECT count(*) FROM restore WHERE NOT settled AND due_at < now() - $1),
		(SELECT now() - min(due_at) FROM restore WHERE NOT settled),
		(SELECT max(stepped_at) FROM (
			SELECT stepped_at FROM restore WHERE NOT settled AND stepped_at > 0 UNION ALL
			SELECT stepped_at FROM (SELECT stepped_at FROM restore ORDER BY requested_at DESC LIMIT 20) AS newest WHERE stepped_at > 0) AS steps),
		now()`),
		int64(overdueAfter)).Scan(&b.Unsettled, &b.Overdue, &lag, &stepped, &now)
	if err != nil {
		return bot.Backlog{}, fmt.Errorf("backlog: %w", err)
	}
	b.Lag = time.Duration(max(0, lag.Int64))
	idle := time.Duration(now - stepped.Int64)
	if stepped.Valid {
		b.LastStep = s.clock.own().Add(-idle) // as this machine tells the time
	}
	b.Stuck = s.stall.judge(b, stepped.Int64, idle)
	return b, nil
}

// stall remembers that nobody works. Late steps are given out anew and look fresh
// for a moment, so a queue that was found dead stays so until a step is made or none
// is wanted.
type stall struct {
	mu      sync.Mutex
	found   bool
	stepped int64 // when the last step was made, as the database tells it
}

func (d *stall) judge(b bot.Backlog, stepped int64, idle time.Duration) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.found && b.Unsettled > 0 && stepped == d.stepped {
		return true
	}
	d.found, d.stepped = b.Overdue > 0 && idle > stepWithin, stepped
	return d.found
}

// states counts restores by state.
func (s *Store) states(ctx context.Context) (map[bot.State]int, error) {
	states := map[bot.State]int{}
	_, err := list(ctx, s.db, func(r row) (n int, err error) {
		var state bot.State
		err = r.Scan(&state, &n)
		states[state] = n
		return n, err
	}, `SELECT state, count(*) FROM restore GROUP BY state`)
	return states, err
}
