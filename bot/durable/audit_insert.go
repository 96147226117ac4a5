package durable

import (
	"context"
	"database/sql"
	"math/bits"
	"strconv"
	"strings"
)

// insertLines adds linked lines. Of a crowd's lines many go together, in
// statements that are always the same few.
func (s *Store) insertLines(ctx context.Context, tx *sql.Tx, lines []line) error {
	texts := &numberedInserts
	if s.alone {
		texts = &plainInserts
	}
	values := make([]any, 0, lineColumns*min(len(lines), 1<<(insertSizes-1)))
	for len(lines) > 0 {
		size := min(bits.Len(uint(len(lines))), insertSizes) - 1
		values = values[:0]
		for _, l := range lines[:1<<size] {
			values = append(values, l.Seq, l.At, l.Restore, l.Kind, l.Actor, l.Detail, l.Prev, l.sum)
		}
		if _, err := tx.ExecContext(ctx, texts[size], values...); err != nil {
			return err
		}
		lines = lines[1<<size:]
	}
	return nil
}

const (
	lineColumns = 8
	insertSizes = 6 // 1, 2, 4 ... 32 lines
)

// PostgreSQL wants its parameters numbered. SQLite's driver looks for the name
// of each among all of them, but for those that have none.
var (
	numberedInserts = inserts(func(n int) string { return "$" + strconv.Itoa(n) })
	plainInserts    = inserts(func(int) string { return "?" })
)

// inserts are the statements that add 1, 2, 4 ... lines.
func inserts(parameter func(n int) string) (texts [insertSizes]string) {
	for size := range texts {
		var q strings.Builder
		q.WriteString(`INSERT INTO audit (seq, at, restore_id, kind, actor, detail, prev_hash, hash) VALUES `)
		for i := range lineColumns << size {
			switch {
			case i == 0:
				q.WriteString("(")
			case i%lineColumns == 0:
				q.WriteString("), (")
			default:
				q.WriteString(", ")
			}
			q.WriteString(parameter(i + 1))
		}
		texts[size] = q.String() + ")"
	}
	return texts
}
