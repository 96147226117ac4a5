package durable

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/loss"
)

// PutForm implements [bot.Store].
func (s *Store) PutForm(ctx context.Context, f bot.Form) error {
	return s.keep(ctx, "form", `INSERT INTO form (id, until, data) VALUES ($1, now() + $2, $3)
		ON CONFLICT (id) DO UPDATE SET until = excluded.until, data = excluded.data`, f.ID, f.Until, f)
}

// Form implements [bot.Store].
func (s *Store) Form(ctx context.Context, id string) (f bot.Form, err error) {
	err = s.kept(ctx, "form", `SELECT data FROM form WHERE id = $1 AND until >= now()`, id, &f)
	return f, err
}

// PutLoss implements [bot.Store].
func (s *Store) PutLoss(ctx context.Context, l loss.List) error {
	return s.keep(ctx, "loss", `INSERT INTO loss (restore_id, until, data) VALUES ($1, now() + $2, $3)
		ON CONFLICT (restore_id) DO UPDATE SET until = excluded.until, data = excluded.data`, l.Restore, l.Until, l)
}

// Loss implements [bot.Store].
func (s *Store) Loss(ctx context.Context, restore string) (l loss.List, err error) {
	err = s.kept(ctx, "loss", `SELECT data FROM loss WHERE restore_id = $1 AND until >= now()`, restore, &l)
	return l, err
}

// keep writes what is of use until a time.
func (s *Store) keep(ctx context.Context, what, insert, id string, until time.Time, v any) error {
	data, err := json.Marshal(v)
	if err == nil {
		_, err = s.db.ExecContext(ctx, s.timed(insert), id, int64(until.Sub(s.clock.own())), string(data))
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", what, id, err)
	}
	return nil
}

// kept reads what was kept into v.
func (s *Store) kept(ctx context.Context, what, query, id string, v any) error {
	var data string
	err := s.db.QueryRowContext(ctx, s.timed(query), id).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return bot.ErrNotFound
	}
	if err == nil {
		err = json.Unmarshal([]byte(data), v)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", what, id, err)
	}
	return nil
}

// forgetKept removes what is of no use any more, or what nobody may keep any longer.
func (s *Store) forgetKept(ctx context.Context, tx *sql.Tx) error {
	for _, statement := range []string{`DELETE FROM form WHERE until < now()`, `DELETE FROM loss WHERE until < now()`} {
		if _, err := tx.ExecContext(ctx, s.timed(statement)); err != nil {
			return err
		}
	}
	return nil
}
