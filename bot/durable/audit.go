package durable

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"docspace-restorebot/bot"
)

// line is one line of the audit trail as its table holds it.
type line struct {
	Seq, At                      int64
	Restore, Kind, Actor, Detail string
	Prev                         string

	sum string // its hash, once it has its place, as the table holds it
}

// hash covers every field, the hash of the line before included.
func (l line) hash() string {
	b, _ := json.Marshal(l) // strings and numbers always encode
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// linesOf are events as lines, without their place in the chain.
func linesOf(events []bot.Event) ([]line, error) {
	lines := make([]line, len(events))
	for i, e := range events {
		detail, err := json.Marshal(e.Detail)
		if err != nil {
			return nil, fmt.Errorf("audit: %w", err)
		}
		lines[i] = line{At: nanos(e.At), Restore: e.Restore, Kind: string(e.Kind), Actor: e.Actor, Detail: string(detail)}
	}
	return lines, nil
}

// Note implements [bot.Store].
func (s *Store) Note(ctx context.Context, events ...bot.Event) error {
	lines, err := linesOf(events)
	if err != nil || len(lines) == 0 {
		return err
	}
	if err := s.tx(ctx, func(ctx context.Context, tx *sql.Tx) error { return s.note(ctx, tx, lines) }); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

// head is the end of the chain, and the freeze that holds there.
type head struct {
	lines  int64
	hash   string
	freeze string // [freezeSum], or freezeUnknown
}

// note adds lines to the end of the chain.
func (s *Store) note(ctx context.Context, tx *sql.Tx, lines []line) error {
	return s.noteFreeze(ctx, tx, lines, nil)
}

// noteFreeze is note where the freeze changes too.
func (s *Store) noteFreeze(ctx context.Context, tx *sql.Tx, lines []line, freeze *string) error {
	if len(lines) == 0 && freeze == nil {
		return nil
	}
	from, lines, err := s.locked(ctx, tx, lines)
	swapped := false
	if err == nil {
		swapped, err = s.extend(ctx, tx, from, lines, freeze)
	}
	switch {
	case err != nil:
		return fmt.Errorf("audit head: %w", err)
	case !swapped:
		return errors.New("audit head: it was changed while it was locked")
	}
	return insertLines(ctx, tx, lines)
}

// locked returns the end of the chain, and the lines to add to it: an end that
// is not sealed with our key gets a line first that says so. Transactions that
// write at once wait for each other here.
func (s *Store) locked(ctx context.Context, tx *sql.Tx, lines []line) (h head, add []line, err error) {
	before := s.trailSeen.Load()
	var seal string
	err = tx.QueryRowContext(ctx, `UPDATE audit_head SET lines = lines WHERE id = 1 RETURNING lines, hash, seal, frozen`).
		Scan(&h.lines, &h.hash, &seal, &h.freeze)
	if err != nil || !s.seals.on() {
		return h, lines, err
	}
	found := h.check(s.seals, seal)
	if found == "" && h.lines < before {
		found = bot.SealBroken // an older end was put back
	}
	if found == "" {
		return h, lines, nil
	}
	return s.sealAnew(ctx, tx, h, seal, found, lines)
}

// extend links lines to the chain, if from is its end.
func (s *Store) extend(ctx context.Context, tx *sql.Tx, from head, lines []line, freeze *string) (swapped bool, err error) {
	to := from
	for i := range lines {
		l := &lines[i]
		l.Seq, l.Prev = to.lines+1, to.hash
		l.sum = l.hash()
		to.lines, to.hash = l.Seq, l.sum
	}
	if freeze != nil {
		to.freeze = *freeze
	}
	n, err := change(ctx, tx, `UPDATE audit_head SET lines = $1, hash = $2, seal = $3, frozen = $4 WHERE id = 1 AND lines = $5 AND hash = $6`,
		to.lines, to.hash, to.seal(s.seals), to.freeze, from.lines, from.hash)
	if err != nil || n == 0 {
		return false, err
	}
	s.reached(from.lines)
	return true, nil
}

// insertLines adds linked lines.
func insertLines(ctx context.Context, tx *sql.Tx, lines []line) error {
	for _, l := range lines {
		_, err := tx.ExecContext(ctx, `INSERT INTO audit (seq, at, restore_id, kind, actor, detail, prev_hash, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			l.Seq, l.At, l.Restore, l.Kind, l.Actor, l.Detail, l.Prev, l.sum)
		if err != nil {
			return err
		}
	}
	return nil
}

// reached remembers how long the trail is at least.
func (s *Store) reached(lines int64) {
	for {
		was := s.trailSeen.Load()
		if lines <= was || s.trailSeen.CompareAndSwap(was, lines) {
			return
		}
	}
}
