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
		if _, err := tx.ExecContext(ctx, s.timed(`DELETE FROM form WHERE until < now() OR id = $1`), f.ID); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, s.timed(`INSERT INTO form (id, until, data) VALUES ($1, now() + $2, $3)`),
			f.ID, int64(f.Until.Sub(s.clock.own())), string(data))
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
