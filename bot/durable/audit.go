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
}

// hash covers every field, the hash of the line before included.
func (l line) hash() string {
	b, _ := json.Marshal(l) // strings and numbers always encode
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Note implements [bot.Store].
func (s *Store) Note(ctx context.Context, events ...bot.Event) error {
	err := s.tx(ctx, func(ctx context.Context, tx *sql.Tx) error { return note(ctx, tx, events) })
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

// note adds events to the end of the chain.
func note(ctx context.Context, tx *sql.Tx, events []bot.Event) error {
	if len(events) == 0 {
		return nil
	}
	var l line
	err := tx.QueryRowContext(ctx, `SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1`).Scan(&l.Seq, &l.Prev)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	for _, e := range events {
		detail, err := json.Marshal(e.Detail)
		if err != nil {
			return err
		}
		l = line{l.Seq + 1, nanos(e.At), e.Restore, string(e.Kind), e.Actor, string(detail), l.Prev}
		hash := l.hash()
		_, err = tx.ExecContext(ctx, `INSERT INTO audit
			(seq, at, restore_id, kind, actor, detail, prev_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			l.Seq, l.At, l.Restore, l.Kind, l.Actor, l.Detail, l.Prev, hash)
		if err != nil {
			return err
		}
		l.Prev = hash
	}
	return nil
}

// CheckAudit reads the whole audit trail and returns how many lines it has. A
// line that was changed, or removed from before another, is an error. It cannot
// tell that the newest lines are missing.
func (s *Store) CheckAudit(ctx context.Context) (int, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT seq, at, restore_id, kind, actor, detail, prev_hash, hash
		FROM audit ORDER BY seq`)
	if err != nil {
		return 0, fmt.Errorf("audit: %w", err)
	}
	defer func() { _ = rows.Close() }()
	n, last := 0, ""
	for rows.Next() {
		var l line
		var hash string
		err := rows.Scan(&l.Seq, &l.At, &l.Restore, &l.Kind, &l.Actor, &l.Detail, &l.Prev, &hash)
		if err != nil {
			return n, fmt.Errorf("audit: %w", err)
		}
		if n++; l.Seq != int64(n) || l.Prev != last || l.hash() != hash {
			return n - 1, fmt.Errorf("audit: the chain is broken at line %d", l.Seq)
		}
		last = hash
	}
	return n, rows.Err()
}
