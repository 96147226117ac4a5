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
}

// hash covers every field, the hash of the line before included.
func (l line) hash() string {
	b, _ := json.Marshal(l) // strings and numbers always encode
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Note implements [bot.Store].
func (s *Store) Note(ctx context.Context, events ...bot.Event) error {
	if len(events) == 0 {
		return nil
	}
	if err := s.notes.write(ctx, events, s.noteAll); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

func (s *Store) noteAll(ctx context.Context, events []bot.Event) error {
	return s.tx(ctx, func(ctx context.Context, tx *sql.Tx) error { return note(ctx, tx, events) })
}

// note adds events to the end of the chain. Taking the head first makes
// transactions that write at once wait for each other.
func note(ctx context.Context, tx *sql.Tx, events []bot.Event) error {
	if len(events) == 0 {
		return nil
	}
	var l line
	err := tx.QueryRowContext(ctx, `UPDATE audit_head SET lines = lines + $1 WHERE id = 1 RETURNING lines - $2, hash`,
		len(events), len(events)).Scan(&l.Seq, &l.Prev)
	if err != nil {
		return fmt.Errorf("audit head: %w", err)
	}
	for _, e := range events {
		detail, err := json.Marshal(e.Detail)
		if err != nil {
			return err
		}
		l = line{l.Seq + 1, nanos(e.At), e.Restore, string(e.Kind), e.Actor, string(detail), l.Prev}
		hash := l.hash()
		_, err = tx.ExecContext(ctx, `INSERT INTO audit
			(seq, at, restore_id, kind, actor, detail, prev_hash, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			l.Seq, l.At, l.Restore, l.Kind, l.Actor, l.Detail, l.Prev, hash)
		if err != nil {
			return err
		}
		l.Prev = hash
	}
	_, err = tx.ExecContext(ctx, `UPDATE audit_head SET hash = $1 WHERE id = 1`, l.Prev)
	return err
}
