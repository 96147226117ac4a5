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

// witness tells, beside the rows of a database, how much time has passed and whether
// the rows are of now. It fails closed: what it cannot tell, it does not confirm. A
// ticket is what shows that the consent of a restore is the one that was written
// then, and not of an older database.
type witness interface {
	// read reads all clocks.
	read(ctx context.Context, db dbtx) (bot.Clock, error)
	// issue makes a ticket in the transaction that writes the consent.
	issue(ctx context.Context, db dbtx, id string) (ticket string, err error)
	// valid reports whether the consent is the one that the ticket was issued for.
	valid(ctx context.Context, db dbtx, id, ticket string) (bool, error)
	// revoke makes sure that no older row is ever taken for the consent.
	revoke(id string)
	// revokeOthers revokes the tickets of all restores but those that wait for their
	// start.
	revokeOthers(wait []string) error
}

// clocks reads all clocks.
func (s *Store) clocks(ctx context.Context, db dbtx) (bot.Clock, error) {
	c, err := s.witness.read(ctx, db)
	if s.SetClocks != nil {
		s.SetClocks(&c)
	}
	return c, err
}

// Now implements [bot.Store].
func (s *Store) Now(ctx context.Context) (time.Time, error) {
	c, err := s.clocks(ctx, s.db)
	return c.At, err
}

// CheckConsent implements [bot.Store].
func (s *Store) CheckConsent(ctx context.Context, r bot.Restore) error {
	_, err := s.agreed(ctx, s.db, r)
	return err
}

// agreed returns the consent of a restore if it holds.
func (s *Store) agreed(ctx context.Context, db dbtx, r bot.Restore) (bot.Consent, error) {
	c, err := s.consent(ctx, db, r.ID)
	if err != nil {
		return c, err
	}
	now, err := s.clocks(ctx, db)
	if err != nil {
		return c, err
	}
	if lapsed := c.Lapsed(r, now); lapsed != nil {
		return c, lapsed
	}
	return c, nil
}

// consent reads what people agreed to. One that is not there, or is not the one
// that was written, is of another time than the database.
func (s *Store) consent(ctx context.Context, db dbtx, id string) (c bot.Consent, err error) {
	var data, ticket string
	err = db.QueryRowContext(ctx, `SELECT data, seal FROM consent WHERE restore_id = $1`, id).Scan(&data, &ticket)
	if errors.Is(err, sql.ErrNoRows) {
		return c, &bot.LapsedError{Cause: bot.LapsedUnseen}
	}
	if err != nil {
		return c, fmt.Errorf("consent: %w", err)
	}
	switch valid, err := s.witness.valid(ctx, db, id, ticket); {
	case err != nil:
		return c, fmt.Errorf("consent: %w", err)
	case !valid:
		return c, &bot.LapsedError{Cause: bot.LapsedUnseen}
	}
	if found := s.seals.signed("consent "+id, data); found != "" {
		return c, altered("the seal of when people agreed is %s", found)
	}
	if err := json.Unmarshal([]byte(data), &c); err != nil {
		return c, &bot.LapsedError{Cause: bot.LapsedUnseen}
	}
	return c, nil
}

// recordConsent writes, carries on, uses up or deletes the consent of a restore, as
// the save from was to next requires. The row of the restore is locked by now.
func (s *Store) recordConsent(ctx context.Context, tx *sql.Tx, was, next bot.Restore) error {
	step := bot.ConsentStepOf(was, next)
	switch step {
	case bot.ConsentKept:
		return nil
	case bot.ConsentOver:
		s.witness.revoke(next.ID) // before the commit: what is not wanted any more must not come back
		return s.deleteConsent(ctx, tx, next.ID)
	case bot.ConsentUsed:
		if was.ExpiresAt.IsZero() { // no life was set: the bot itself makes no such request
			return s.deleteConsent(ctx, tx, next.ID)
		}
		if _, err := s.agreed(ctx, tx, was); err != nil {
			return err
		}
		return s.deleteConsent(ctx, tx, next.ID) // its ticket goes after the commit
	case bot.ConsentGiven, bot.ConsentWatched, bot.ConsentCarried:
	}
	now, err := s.clocks(ctx, tx)
	if err != nil {
		return err
	}
	c := bot.NewConsent(now)
	switch step {
	case bot.ConsentWatched:
		if c, err = s.consent(ctx, tx, was.ID); errors.As(err, new(*bot.LapsedError)) {
			return nil // the start will say so
		}
		c = c.Watch(was, now)
	case bot.ConsentCarried:
		c, err = s.agreed(ctx, tx, was)
		c = c.Carry(now)
	default: // a new one
	}
	if err != nil {
		return err
	}
	return s.keepConsent(ctx, tx, next.ID, c, step)
}

// keepConsent writes a consent. On SQLite its ticket is issued once, on PostgreSQL
// with each writing, of whose transaction it is.
func (s *Store) keepConsent(ctx context.Context, tx *sql.Tx, id string, c bot.Consent, step bot.ConsentStep) error {
	data, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("consent: %w", err)
	}
	signed := s.seals.sign("consent "+id, string(data))
	if step != bot.ConsentGiven && s.onFile() {
		_, err = tx.ExecContext(ctx, `UPDATE consent SET data = $1 WHERE restore_id = $2`, signed, id)
		return err
	}
	ticket, err := s.witness.issue(ctx, tx, id)
	if err != nil {
		return fmt.Errorf("consent: %w", err)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO consent (restore_id, data, seal) VALUES ($1, $2, $3)
		ON CONFLICT (restore_id) DO UPDATE SET data = excluded.data, seal = excluded.seal`, id, signed, ticket)
	return err
}

func (s *Store) deleteConsent(ctx context.Context, tx *sql.Tx, id string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM consent WHERE restore_id = $1`, id)
	return err
}

// revokeOthers revokes the tickets of what does not wait for its start any more.
func (s *Store) revokeOthers(ctx context.Context) error {
	wait, err := list(ctx, s.db, value[string], `SELECT restore_id FROM consent`)
	if err == nil {
		err = s.witness.revokeOthers(wait)
	}
	if err != nil {
		return fmt.Errorf("consent: %w", err)
	}
	return nil
}
