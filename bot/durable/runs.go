package durable

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"docspace-restorebot/bot"
)

// Runs implements [bot.Store].
func (s *Store) Runs(ctx context.Context, portal string, limit int) ([]bot.Run, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT state, data FROM restore
		WHERE portal = $1 AND state IN ('succeeded', 'failed') ORDER BY requested_at DESC, id DESC LIMIT $2`, portal, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("runs: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var runs []bot.Run
	for rows.Next() {
		var state bot.State
		var data string
		var rec record
		err := rows.Scan(&state, &data)
		if err == nil {
			err = json.Unmarshal([]byte(data), &rec)
		}
		if err != nil {
			return nil, fmt.Errorf("runs: %w", err)
		}
		rec.State = state
		runs = append(runs, bot.RunOf(rec.Restore))
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("runs: %w", err)
	}
	return runs, nil
}
