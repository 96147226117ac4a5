package durable

import (
	"context"
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
	now := s.now()
	var due, stepped, newest int64
	err = s.db.QueryRowContext(ctx, `SELECT
		(SELECT count(*) FROM restore WHERE NOT settled),
		(SELECT count(*) FROM restore WHERE NOT settled AND due_at < $1),
		(SELECT coalesce(min(due_at), 0) FROM restore WHERE NOT settled),
		(SELECT coalesce(max(stepped_at), 0) FROM restore WHERE NOT settled),
		(SELECT coalesce(max(stepped_at), 0) FROM (SELECT stepped_at FROM restore ORDER BY requested_at DESC LIMIT 20) AS newest)`, nanos(now.Add(-late))).
		Scan(&b.Unsettled, &b.Overdue, &due, &stepped, &newest)
	if err != nil {
		return bot.Backlog{}, fmt.Errorf("backlog: %w", err)
	}
	if due > 0 {
		b.Lag = max(0, now.Sub(time.Unix(0, due)))
	}
	// The last step was of one that is not settled, or of one of the newest: not
	// all of the history is read for it.
	if stepped = max(stepped, newest); stepped > 0 {
		b.LastStep = time.Unix(0, stepped).Add(-s.clock.skew()) // as this machine tells the time
	}
	return b, nil
}
