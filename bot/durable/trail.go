package durable

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"docspace-restorebot/bot"
)

// Trail implements [bot.Store].
func (s *Store) Trail(ctx context.Context, restore string) ([]bot.Event, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT at, restore_id, kind, actor, detail FROM audit
		WHERE restore_id = $1 AND restore_id <> '' ORDER BY seq`, restore)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var trail []bot.Event
	for rows.Next() {
		var at int64
		var e bot.Event
		var detail string
		if err := rows.Scan(&at, &e.Restore, &e.Kind, &e.Actor, &detail); err != nil {
			return nil, fmt.Errorf("audit: %w", err)
		}
		if err := json.Unmarshal([]byte(detail), &e.Detail); err != nil {
			return nil, fmt.Errorf("audit: %w", err)
		}
		e.At = time.Unix(0, at).UTC()
		trail = append(trail, e)
	}
	return trail, rows.Err()
}
