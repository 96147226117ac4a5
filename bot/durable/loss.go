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

// PutLoss implements [bot.Store].
func (s *Store) PutLoss(ctx context.Context, l loss.List) error {
	data, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("loss of %s: %w", l.Restore, err)
	}
	err = s.tx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, s.timed(`DELETE FROM loss WHERE until < now() OR restore_id = $1`), l.Restore); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, s.timed(`INSERT INTO loss (restore_id, until, data) VALUES ($1, now() + $2, $3)`),
			l.Restore, int64(l.Until.Sub(s.clock.own())), string(data))
		return err
	})
	if err != nil {
		return fmt.Errorf("loss of %s: %w", l.Restore, err)
	}
	return nil
}

// Loss implements [bot.Store].
func (s *Store) Loss(ctx context.Context, restore string) (loss.List, error) {
	var data string
	err := s.db.QueryRowContext(ctx, s.timed(`SELECT data FROM loss WHERE restore_id = $1 AND until >= now()`), restore).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return loss.List{}, bot.ErrNotFound
	}
	var l loss.List
	if err == nil {
		err = json.Unmarshal([]byte(data), &l)
	}
	if err != nil {
		return loss.List{}, fmt.Errorf("loss of %s: %w", restore, err)
	}
	return l, nil
}

// forgetEvery is how often one looks for what nobody may keep any longer.
const forgetEvery = time.Hour

// forgetLosses removes what nobody may keep any longer, once in a while.
func (s *Store) forgetLosses(ctx context.Context) error {
	now, last := time.Now(), s.forgot.Load()
	if now.Sub(time.Unix(0, last)) < forgetEvery || !s.forgot.CompareAndSwap(last, nanos(now)) {
		return nil
	}
	if _, err := s.db.ExecContext(ctx, s.timed(`DELETE FROM loss WHERE until < now()`)); err != nil {
		return fmt.Errorf("losses: %w", err)
	}
	return nil
}
