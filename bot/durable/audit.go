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

	sum string // its hash, once it has its place
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
	if err := s.notes.write(ctx, lines, s.noteAll); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

func (s *Store) noteAll(ctx context.Context, lines []line) error {
	return s.tx(ctx, func(ctx context.Context, tx *sql.Tx) error { return s.note(ctx, tx, lines) })
}

// head is the end of the chain.
type head struct {
	lines int64
	hash  string
}

// note adds lines to the end of the chain.
func (s *Store) note(ctx context.Context, tx *sql.Tx, lines []line) error {
	if len(lines) == 0 {
		return nil
	}
	// Of a file the end is where this process left it, unless that was rolled
	// back: then the swap fails, and the database says where.
	swapped, err := false, error(nil)
	if s.alone {
		swapped, err = s.extend(ctx, tx, s.head, lines)
	}
	if err == nil && !swapped {
		var from head
		if from, err = locked(ctx, tx); err == nil {
			swapped, err = s.extend(ctx, tx, from, lines)
		}
	}
	switch {
	case err != nil:
		return fmt.Errorf("audit head: %w", err)
	case !swapped:
		return errors.New("audit head: it was changed while it was locked")
	}
	return s.insertLines(ctx, tx, lines)
}

// locked returns the end of the chain. Transactions that write at once wait for
// each other here.
func locked(ctx context.Context, tx *sql.Tx) (h head, err error) {
	err = tx.QueryRowContext(ctx, `UPDATE audit_head SET lines = lines WHERE id = 1 RETURNING lines, hash`).Scan(&h.lines, &h.hash)
	return h, err
}

// extend links lines to the chain, if from is its end.
func (s *Store) extend(ctx context.Context, tx *sql.Tx, from head, lines []line) (swapped bool, err error) {
	to := from
	for i := range lines {
		l := &lines[i]
		l.Seq, l.Prev = to.lines+1, to.hash
		l.sum = l.hash()
		to = head{l.Seq, l.sum}
	}
	res, err := tx.ExecContext(ctx, `UPDATE audit_head SET lines = $1, hash = $2 WHERE id = 1 AND lines = $3 AND hash = $4`,
		to.lines, to.hash, from.lines, from.hash)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	if err != nil || n == 0 {
		return false, err
	}
	if s.alone {
		s.head = to // guarded by the one connection
	}
	return true, nil
}
