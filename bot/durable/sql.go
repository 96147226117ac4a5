package durable

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"time"

	"docspace-restorebot/bot"
)

// dbtx is a database or a transaction.
type dbtx interface {
	ExecContext(ctx context.Context, statement string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// row is a row of an answer.
type row interface{ Scan(into ...any) error }

// rows reads the rows of a query one by one and ends with the first error. The loop
// over them must not ask the database: a file has one connection.
func rows[T any](ctx context.Context, db dbtx, read func(row) (T, error), query string, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		found, err := db.QueryContext(ctx, query, args...)
		if err != nil {
			yield(none, err)
			return
		}
		defer func() { _ = found.Close() }()
		for found.Next() {
			one, err := read(found)
			if !yield(one, err) || err != nil {
				return
			}
		}
		if err := found.Err(); err != nil {
			yield(none, err)
		}
	}
}

// list returns all rows of a query.
func list[T any](ctx context.Context, db dbtx, read func(row) (T, error), query string, args ...any) (all []T, err error) {
	for one, err := range rows(ctx, db, read, query, args...) {
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// value reads a row of one column.
func value[T any](r row) (v T, err error) {
	err = r.Scan(&v)
	return v, err
}

// change runs a statement and returns how many rows it has changed.
func change(ctx context.Context, db dbtx, statement string, args ...any) (int64, error) {
	res, err := db.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// tx runs f in one transaction, and again after a deadlock. f must use tx alone:
// on SQLite a call on the pool would wait for the one connection for ever.
func (s *Store) tx(ctx context.Context, f func(context.Context, *sql.Tx) error) error {
	for again := 2; ; again-- {
		err := s.once(ctx, f)
		if again == 0 || !deadlocked(err) {
			return err
		}
	}
}

func (s *Store) once(ctx context.Context, f func(context.Context, *sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if err := f(ctx, tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w: %w", bot.ErrUncertain, err)
	}
	return nil
}

// nanos is a time as the tables hold it.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

// fromNanos is a time that the tables hold.
func fromNanos(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}
