package durable

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"docspace-restorebot/bot"
)

// Rules implements [bot.Store].
func (s *Store) Rules(ctx context.Context) (bot.ToldRules, error) {
	var told bot.ToldRules
	var data string
	err := s.db.QueryRowContext(ctx, `SELECT version, data FROM rules_told WHERE id = 1`).Scan(&told.Version, &data)
	if err == nil {
		err = json.Unmarshal([]byte(data), &told)
	}
	if err != nil {
		return bot.ToldRules{}, fmt.Errorf("rules: %w", err)
	}
	return told, nil
}

// SaveRules implements [bot.Store].
func (s *Store) SaveRules(ctx context.Context, was, next bot.ToldRules, events ...bot.Event) (bot.ToldRules, error) {
	next.Version = was.Version + 1
	data, err := json.Marshal(next)
	if err != nil {
		return bot.ToldRules{}, fmt.Errorf("rules: %w", err)
	}
	lines, err := linesOf(events)
	if err != nil {
		return bot.ToldRules{}, fmt.Errorf("rules: %w", err)
	}
	err = s.tx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		n, err := change(ctx, tx, `UPDATE rules_told SET version = $1, data = $2 WHERE id = 1 AND version = $3`,
			next.Version, string(data), was.Version)
		if err != nil {
			return err
		}
		if n == 0 {
			return bot.ErrStale
		}
		return s.note(ctx, tx, lines)
	})
	if err != nil {
		return bot.ToldRules{}, fmt.Errorf("rules: %w", err)
	}
	return next, nil
}
