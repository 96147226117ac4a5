package durable

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"docspace-restorebot/bot"
)

// scanAll reads restores and closes rows. Only then are they decoded, which takes
// longer: nobody else gets at a file while rows are open.
func scanAll(rows *sql.Rows) ([]bot.Restore, error) {
	defer func() { _ = rows.Close() }()
	var list []bot.Restore
	var texts []string
	for rows.Next() {
		r, data, err := columnsOf(rows)
		if err != nil {
			return nil, fmt.Errorf("restores: %w", err)
		}
		list, texts = append(list, r), append(texts, data)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("restores: %w", err)
	}
	for i, data := range texts {
		r, err := decode(list[i], data, false)
		if err != nil {
			return nil, fmt.Errorf("restores: %w", err)
		}
		list[i] = r
	}
	return list, nil
}

// Older implements [bot.Store]. The database seeks its place: a page costs the
// same however much lies before it.
func (s *Store) Older(ctx context.Context, than string, limit int) ([]bot.Restore, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+columns+` FROM restore
		WHERE (requested_at, id) < (SELECT requested_at, id FROM restore WHERE id = $1)
		ORDER BY requested_at DESC, id DESC LIMIT $2`, than, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("older restores: %w", err)
	}
	return scanAll(rows)
}

// Ended implements [bot.Store].
func (s *Store) Ended(ctx context.Context, portal string, limit int) ([]bot.Restore, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+columns+` FROM restore
		WHERE portal = $1 AND state IN ('succeeded', 'failed') ORDER BY requested_at DESC, id DESC LIMIT $2`, portal, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("ended restores: %w", err)
	}
	return scanAll(rows)
}

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
