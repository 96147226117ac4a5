package durable

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"docspace-restorebot/bot"
)

// Create implements [bot.Store].
func (s *Store) Create(ctx context.Context, r bot.Restore, events ...bot.Event) error {
	data, lines, err := s.encodeWith(r, events)
	if err != nil {
		return fmt.Errorf("create restore: %w", err)
	}
	err = s.tx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		n, err := change(ctx, tx, s.timed(`INSERT INTO restore
			(id, portal, state, version, generation, delivery, requested_at, due_at, settled, data, address, task)
			SELECT $1, $2, $3, $4, $5, $6, $7, now(), $8, $9, $10, $11
			WHERE NOT EXISTS (SELECT 1 FROM restore WHERE portal = $2 AND address = '' AND `+isOpen+`)
			ON CONFLICT DO NOTHING`),
			r.ID, r.Portal, r.State, r.Version, r.Generation, r.Delivery,
			nanos(r.RequestedAt), r.Settled, data, r.Address, r.TaskID)
		if err != nil {
			return err
		}
		if n == 0 {
			return whyNotCreated(ctx, tx, r.Delivery)
		}
		if err := saveConfirmations(ctx, tx, r); err != nil {
			return err
		}
		if err := s.recordConsent(ctx, tx, bot.Restore{ID: r.ID}, r); err != nil {
			return err
		}
		if err := s.enqueue(ctx, tx, Step{r.ID, r.Generation}); err != nil {
			return err
		}
		return s.note(ctx, tx, lines)
	})
	if err != nil && !s.committed(ctx, err, r, data) {
		return fmt.Errorf("create restore: %w", err)
	}
	return nil
}

// isOpen is the condition of the open states: those of [bot.OpenStates].
const isOpen = `state IN ('requested', 'confirmed', 'saving', 'starting', 'running', 'unclear')`

// whyNotCreated tells which index refused the row. A command that is delivered
// twice violates both, and the duplicate counts.
func whyNotCreated(ctx context.Context, tx *sql.Tx, delivery string) error {
	var n int
	err := tx.QueryRowContext(ctx, `SELECT count(*) FROM restore WHERE delivery = $1`, delivery).Scan(&n)
	switch {
	case err != nil:
		return err
	case n > 0:
		return bot.ErrDuplicate
	default:
		return bot.ErrPortalBusy
	}
}

// committed reports whether a transaction took effect although the answer to
// its commit was lost: r is there, as this very writer encoded it.
func (s *Store) committed(ctx context.Context, err error, r bot.Restore, data string) bool {
	if !errors.Is(err, bot.ErrUncertain) {
		return false
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordWithin)
	defer cancel()
	var n int
	err = s.db.QueryRowContext(ctx, `SELECT count(*) FROM restore
		WHERE id = $1 AND version = $2 AND data = $3`, r.ID, r.Version, data).Scan(&n)
	return err == nil && n == 1
}

// saveConfirmations writes the confirmations of r. No two may be by one person.
func saveConfirmations(ctx context.Context, tx *sql.Tx, r bot.Restore) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM confirmation WHERE restore_id = $1`, r.ID); err != nil {
		return err
	}
	for _, c := range r.Confirmations {
		_, err := tx.ExecContext(ctx, `INSERT INTO confirmation (restore_id, user_id) VALUES ($1, $2)`, r.ID, c.User)
		if err != nil {
			return fmt.Errorf("confirmation of %s: %w", c.User, err)
		}
	}
	return nil
}

// Get implements [bot.Store].
func (s *Store) Get(ctx context.Context, id string) (bot.Restore, error) {
	return s.scanToAct(s.db.QueryRowContext(ctx, `SELECT `+columns+` FROM restore WHERE id = $1`, id))
}

// ByDelivery implements [bot.Store].
func (s *Store) ByDelivery(ctx context.Context, delivery string) (bot.Restore, error) {
	return s.scan(s.db.QueryRowContext(ctx, `SELECT `+columns+` FROM restore WHERE delivery = $1`, delivery))
}

// OpenOn implements [bot.Store].
func (s *Store) OpenOn(ctx context.Context, p bot.PortalName) (bot.Restore, bool, error) {
	r, err := s.scan(s.db.QueryRowContext(ctx, `SELECT `+columns+` FROM restore
		WHERE (address = $1 OR address = '' AND portal = $2) AND `+isOpen,
		p.Address(), p.Name))
	if errors.Is(err, bot.ErrNotFound) {
		return bot.Restore{}, false, nil
	}
	return r, err == nil, err
}

// Save implements [bot.Store].
func (s *Store) Save(ctx context.Context, was, next bot.Restore, events ...bot.Event) (bot.Restore, error) {
	return s.save(ctx, was, next, false, events)
}

// Wake implements [bot.Store].
func (s *Store) Wake(ctx context.Context, was, next bot.Restore, events ...bot.Event) (bot.Restore, error) {
	return s.save(ctx, was, next, true, events)
}

func (s *Store) save(ctx context.Context, was, next bot.Restore, wake bool, events []bot.Event) (bot.Restore, error) {
	// What a restore is known by never changes.
	next.ID, next.Portal, next.Delivery, next.RequestedAt = was.ID, was.Portal, was.Delivery, was.RequestedAt
	if was.Address != "" {
		next.Address = was.Address
	}
	next.Version, next.Generation = was.Version+1, was.Generation
	if !bot.CanMove(was.State, next.State) {
		return bot.Restore{}, fmt.Errorf("restore %s: no move leads from %q to %q", was.ID, was.State, next.State)
	}
	if wake {
		next.Generation++
	}
	data, lines, err := s.encodeWith(next, events)
	if err != nil {
		return bot.Restore{}, fmt.Errorf("restore %s: %w", was.ID, err)
	}
	err = s.tx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := checkTaskFree(ctx, tx, was, next); err != nil {
			return err
		}
		if err := s.compareAndSwap(ctx, tx, was, next, data); err != nil {
			return err
		}
		if err := s.checkNotFrozen(ctx, tx, was, next); err != nil { // the row is locked now
			return err
		}
		if err := s.checkUnaltered(ctx, tx, was, next); err != nil {
			return err
		}
		if err := s.recordConsent(ctx, tx, was, next); err != nil {
			return err
		}
		if err := saveConfirmations(ctx, tx, next); err != nil {
			return err
		}
		if wake {
			if err := s.enqueue(ctx, tx, Step{next.ID, next.Generation}); err != nil {
				return err
			}
		}
		return s.note(ctx, tx, lines)
	})
	if err != nil && !s.committed(ctx, err, next, data) {
		return bot.Restore{}, fmt.Errorf("restore %s: %w", was.ID, err)
	}
	if bot.ConsentStepOf(was, next) == bot.ConsentUsed {
		s.witness.revoke(next.ID) // after the commit: a death before it does not cost the consent
	}
	return next, nil
}

// compareAndSwap replaces the row if it still is as it was.
func (s *Store) compareAndSwap(ctx context.Context, tx *sql.Tx, was, next bot.Restore, data string) error {
	n, err := change(ctx, tx, s.timed(`UPDATE restore
		SET state = $1, version = $2, generation = $3, settled = $4, data = $5,
			due_at = CASE WHEN generation = $3 THEN due_at ELSE now() END, -- a new generation is due at once
			address = $10, task = $11
		WHERE id = $6 AND state = $7 AND version = $8 AND generation = $9`),
		next.State, next.Version, next.Generation, next.Settled, data,
		was.ID, was.State, was.Version, was.Generation, next.Address, next.TaskID)
	if err != nil || n == 1 {
		return err
	}
	var there int
	err = tx.QueryRowContext(ctx, `SELECT count(*) FROM restore WHERE id = $1`, was.ID).Scan(&there)
	switch {
	case err != nil:
		return err
	case there == 0:
		return bot.ErrNotFound
	}
	return bot.ErrStale
}

// checkTaskFree returns [bot.ErrTaskHeld] if another open restore holds the task that
// next begins to hold.
func checkTaskFree(ctx context.Context, tx *sql.Tx, was, next bot.Restore) error {
	if next.TaskID == "" || next.TaskID == was.TaskID || !next.State.Open() {
		return nil
	}
	var n int
	err := tx.QueryRowContext(ctx, `SELECT count(*) FROM restore WHERE task = $1 AND id <> $2 AND `+isOpen, next.TaskID, next.ID).Scan(&n)
	if err == nil && n > 0 {
		return bot.ErrTaskHeld
	}
	return err
}
