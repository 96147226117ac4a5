package durable

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"docspace-restorebot/bot"
)

// line is one line of the audit trail as its table holds it.
type line struct {
	Seq, At                      int64
	Restore, Kind, Actor, Detail string
	Prev                         string

	sum string // its hash as the table holds it
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
	AuditHead

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
	end, lines, err := s.lockHead(ctx, tx, lines)
	if err == nil {
		s.reached(end.Lines)
		if freeze != nil {
			end.freeze = *freeze
		}
		err = s.extend(ctx, tx, end, lines)
	}
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

// lockHead returns the end of the chain, and the lines to add to it: an end that
// is not sealed with our key gets a line first that says so. Transactions that
// write at once wait for each other here.
func (s *Store) lockHead(ctx context.Context, tx *sql.Tx, lines []line) (h head, add []line, err error) {
	before := s.trailSeen.Load()
	var seal string
	err = tx.QueryRowContext(ctx, `UPDATE audit_head SET lines = lines WHERE id = 1 RETURNING lines, hash, seal, frozen`).
		Scan(&h.Lines, &h.Hash, &seal, &h.freeze)
	if err != nil || !s.seals.on() {
		return h, lines, err
	}
	found := h.check(s.seals, seal)
	if found == "" && h.Lines < before {
		found = bot.SealBroken // an older end was put back
	}
	if found == "" {
		return h, lines, nil
	}
	return s.sealAnew(ctx, tx, h, seal, found, lines)
}

// extend links lines to the end of the chain, which is locked.
func (s *Store) extend(ctx context.Context, tx *sql.Tx, end head, lines []line) error {
	for _, l := range lines {
		l.Seq, l.Prev = end.Lines+1, end.Hash
		end.Lines, end.Hash = l.Seq, l.hash()
		_, err := tx.ExecContext(ctx, `INSERT INTO audit (seq, at, restore_id, kind, actor, detail, prev_hash, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			l.Seq, l.At, l.Restore, l.Kind, l.Actor, l.Detail, l.Prev, end.Hash)
		if err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `UPDATE audit_head SET lines = $1, hash = $2, seal = $3, frozen = $4 WHERE id = 1`,
		end.Lines, end.Hash, end.seal(s.seals), end.freeze)
	return err
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
