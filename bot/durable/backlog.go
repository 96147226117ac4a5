package durable

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"docspace-restorebot/bot"
)

// late is how long after it is due a step counts as overdue: a worker takes one
// within milliseconds.
const late = 3 * time.Second

// Backlog counts restores and late steps.
func (s *Store) Backlog(ctx context.Context) (bot.Backlog, error) {
	states, err := s.states(ctx)
	if err != nil {
		return bot.Backlog{}, fmt.Errorf("backlog: %w", err)
	}
	b := bot.Backlog{States: states}
	var lag, ago sql.NullInt64
	// The last step was of one that is not settled, or of one of the newest: not
	// all of the history is read for it.
	err = s.db.QueryRowContext(ctx, s.timed(`SELECT
		(SELECT count(*) FROM restore WHERE NOT settled),
		(SELECT count(*) FROM restore WHERE NOT settled AND due_at < now() - $1),
		(SELECT now() - min(due_at) FROM restore WHERE NOT settled),
		(SELECT now() - max(stepped_at) FROM (
			SELECT stepped_at FROM restore WHERE NOT settled AND stepped_at > 0 UNION ALL
			SELECT stepped_at FROM (SELECT stepped_at FROM restore ORDER BY requested_at DESC LIMIT 20) AS newest WHERE stepped_at > 0) AS steps)`),
		int64(late)).Scan(&b.Unsettled, &b.Overdue, &lag, &ago)
	if err != nil {
		return bot.Backlog{}, fmt.Errorf("backlog: %w", err)
	}
	b.Lag = time.Duration(max(0, lag.Int64))
	if ago.Valid {
		b.LastStep = s.clock.own().Add(-time.Duration(ago.Int64)) // as this machine tells the time
	}
	return b, nil
}

// states counts restores by state.
func (s *Store) states(ctx context.Context) (map[bot.State]int, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT state, count(*) FROM restore GROUP BY state`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	states := map[bot.State]int{}
	for rows.Next() {
		var state bot.State
		var n int
		if err := rows.Scan(&state, &n); err != nil {
			return nil, err
		}
		states[state] = n
	}
	return states, rows.Err()
}
