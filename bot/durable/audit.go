package durable

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

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
	values := make([]any, 0, linesAtOnce*lineColumns)
	for i, e := range events {
		detail, err := json.Marshal(e.Detail)
		if err != nil {
			return err
		}
		l = line{l.Seq + 1, nanos(e.At), e.Restore, string(e.Kind), e.Actor, string(detail), l.Prev}
		hash := l.hash()
		values = append(values, l.Seq, l.At, l.Restore, l.Kind, l.Actor, l.Detail, l.Prev, hash)
		l.Prev = hash
		// Of a crowd's lines many go together, and what is left over one by one: two
		// statements that are always the same.
		switch left := len(events) - i - 1 + len(values)/lineColumns; {
		case len(values) == cap(values):
			_, err = tx.ExecContext(ctx, insertLines, values...)
		case left < linesAtOnce:
			_, err = tx.ExecContext(ctx, insertLine, values...)
		default:
			continue
		}
		if err != nil {
			return err
		}
		values = values[:0]
	}
	_, err = tx.ExecContext(ctx, `UPDATE audit_head SET hash = $1 WHERE id = 1`, l.Prev)
	return err
}

const (
	lineColumns = 8
	linesAtOnce = 8
)

var insertLine, insertLines = insertLinesOf(1), insertLinesOf(linesAtOnce)

// insertLinesOf is the statement that adds n lines.
func insertLinesOf(n int) string {
	var q strings.Builder
	q.WriteString(`INSERT INTO audit (seq, at, restore_id, kind, actor, detail, prev_hash, hash) VALUES `)
	for i := range n * lineColumns {
		switch {
		case i == 0:
			q.WriteString("(")
		case i%lineColumns == 0:
			q.WriteString("), (")
		default:
			q.WriteString(", ")
		}
		q.WriteString("$" + strconv.Itoa(i+1))
	}
	return q.String() + ")"
}
