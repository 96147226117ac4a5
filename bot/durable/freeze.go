package durable

import (
	"context"
	"database/sql"
	"fmt"

	"docspace-restorebot/bot"
)

// SetFreeze implements [bot.Store]. The rows that could still start get a new
// version here, in the transaction of the freeze: a start that read them before
// loses its compare-and-swap, and one that comes later sees the freeze.
func (s *Store) SetFreeze(ctx context.Context, f bot.Freeze, events ...bot.Event) error {
	lines, err := linesOf(events)
	if err != nil {
		return fmt.Errorf("freeze: %w", err)
	}
	sum := freezeSum(f)
	err = s.tx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO freeze_now (id, at, actor, reason, channel) VALUES (1, $1, $2, $3, $4)
			ON CONFLICT (id) DO UPDATE SET at = excluded.at, actor = excluded.actor, reason = excluded.reason, channel = excluded.channel`,
			nanos(f.At), f.By, f.Reason, f.Channel)
		if err != nil {
			return err
		}
		steps, err := s.wakeWaiting(ctx, tx)
		if err != nil {
			return err
		}
		if err := s.enqueue(ctx, tx, steps...); err != nil {
			return err
		}
		return s.noteFreeze(ctx, tx, lines, &sum)
	})
	if err != nil {
		return fmt.Errorf("freeze: %w", err)
	}
	return nil
}

// wakeWaiting gives each restore that is not started a new version and generation,
// and returns their new steps.
func (s *Store) wakeWaiting(ctx context.Context, tx *sql.Tx) ([]Step, error) {
	return list(ctx, tx, readStep, s.timed(`UPDATE restore SET version = version + 1, generation = generation + 1, due_at = now()
		WHERE state IN ('requested', 'confirmed', 'saving') RETURNING id, generation`))
}

// Frozen implements [bot.Store].
func (s *Store) Frozen(ctx context.Context) (bot.Freeze, error) { return s.frozen(ctx, s.db) }

// frozen reads the freeze. With a key the end of the trail has to know it too.
func (s *Store) frozen(ctx context.Context, db dbtx) (bot.Freeze, error) {
	end, err := s.readTrailEnd(ctx, db)
	if err == nil && s.seals.on() {
		err = s.checkTrailEnd(end)
	}
	if err != nil { // no row is a fault too: it fails closed
		return bot.Freeze{}, fmt.Errorf("freeze: %w", err)
	}
	return end.freeze, nil
}

// checkNotFrozen refuses a start during a freeze.
func (s *Store) checkNotFrozen(ctx context.Context, tx *sql.Tx, was, next bot.Restore) error {
	if next.State != bot.Starting || was.State == bot.Starting {
		return nil
	}
	f, err := s.frozen(ctx, tx)
	if err == nil && f.On() {
		return bot.ErrFrozen
	}
	return err
}
