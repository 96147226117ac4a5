package durable

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"docspace-restorebot/bot"
)

// PutForm implements [bot.Store]. Forms that nobody can use any more go.
func (s *Store) PutForm(ctx context.Context, f bot.Form) error {
	data, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("form: %w", err)
	}
	err = s.tx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM form WHERE until < $1 OR id = $2`, nanos(s.now()), f.ID); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO form (id, until, data) VALUES ($1, $2, $3)`, f.ID, nanos(f.Until.Add(s.clock.skew())), string(data))
		return err
	})
	if err != nil {
		return fmt.Errorf("form: %w", err)
	}
	return nil
}

// Form implements [bot.Store].
func (s *Store) Form(ctx context.Context, id string) (bot.Form, error) {
	var data string
	err := s.db.QueryRowContext(ctx, `SELECT data FROM form WHERE id = $1`, id).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return bot.Form{}, bot.ErrNotFound
	}
	var f bot.Form
	if err == nil {
		err = json.Unmarshal([]byte(data), &f)
	}
	if err != nil {
		return bot.Form{}, fmt.Errorf("form: %w", err)
	}
	return f, nil
}
