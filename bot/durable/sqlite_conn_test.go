package durable

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"
)

func openKept(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "bot.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// inside looks at the one connection.
func inside(t *testing.T, s *Store, look func(*conn)) {
	t.Helper()
	c, err := s.db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Raw(func(driverConn any) error { look(driverConn.(*conn)); return nil }); err != nil {
		t.Fatal(err)
	}
}

func TestStatementsAreKeptWhenTheyComeAgain(t *testing.T) {
	t.Parallel()
	s := openKept(t)
	for _, c := range []struct {
		query string
		kept  bool
	}{
		{`SELECT count(*) FROM restore`, true},
		{"-- name: One :one\nSELECT 1", true},
		{`UPDATE audit_head SET lines = lines WHERE id = $1`, true},
		{`CREATE TEMP TABLE IF NOT EXISTS x (y INTEGER)`, false},
		{`PRAGMA page_count`, false},
	} {
		for n := range 3 { // an argument too many does no harm
			if _, err := s.db.ExecContext(t.Context(), c.query, 1); err != nil {
				t.Fatalf("%s: %v", c.query, err)
			}
			inside(t, s, func(in *conn) {
				if st := in.kept[c.query]; (st != nil) != (c.kept && n > 0) || st != nil && st.busy {
					t.Errorf("%s, call %d: %+v", c.query, n+1, st)
				}
			})
		}
	}
	for n := range 2 * keepAtMost {
		var got int
		if err := s.db.QueryRowContext(t.Context(), fmt.Sprint("SELECT ", n)).Scan(&got); err != nil || got != n {
			t.Fatal(got, err)
		}
	}
	inside(t, s, func(in *conn) {
		if len(in.kept) > keepAtMost {
			t.Errorf("%d are kept", len(in.kept))
		}
	})
}

// A statement whose rows are still being read is not run a second time: that
// would begin the first reading anew.
func TestAStatementIsReadTwiceAtOnce(t *testing.T) {
	t.Parallel()
	s := openKept(t)
	const query = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT i FROM n`
	count := func(tx *sql.Tx, each func()) (n int) {
		rows, err := tx.QueryContext(t.Context(), query, 5)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			n++
			each()
		}
		if rows.Err() != nil {
			t.Fatal(rows.Err())
		}
		return n
	}
	for range 3 {
		err := s.tx(t.Context(), func(_ context.Context, tx *sql.Tx) error {
			inner := 0
			outer := count(tx, func() { inner += count(tx, func() {}) })
			if outer != 5 || inner != 25 {
				t.Errorf("read %d and %d rows", outer, inner)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// What was kept is right after the schema has changed.
func TestKeptStatementsFollowTheSchema(t *testing.T) {
	t.Parallel()
	s := openKept(t)
	do := func(query string) {
		t.Helper()
		if _, err := s.db.ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	ask := func(want int) {
		t.Helper()
		var got int
		if err := s.db.QueryRowContext(t.Context(), `SELECT b FROM t`).Scan(&got); err != nil || got != want {
			t.Errorf("got %d and not %d: %v", got, want, err)
		}
	}
	do(`CREATE TABLE t (a INTEGER, b INTEGER); INSERT INTO t VALUES (1, 2)`)
	ask(2)
	ask(2)
	do(`DROP TABLE t; CREATE TABLE t (b INTEGER, a INTEGER); INSERT INTO t VALUES (3, 4)`)
	ask(3)
}

// A commit that fails takes everything back, and leaves a connection on which
// the next transaction can begin: it is the only one there is.
func TestAFailedCommitLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	s := openKept(t)
	for range 3 {
		err := s.tx(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `PRAGMA defer_foreign_keys = ON`)
			if err == nil {
				_, err = tx.ExecContext(ctx, `INSERT INTO confirmation (restore_id, user_id) VALUES ('nobody', 'U1')`)
			}
			return err
		})
		if !errors.Is(err, errCommit) {
			t.Fatalf("got %v", err)
		}
		var n int
		if err := s.db.QueryRowContext(t.Context(), `SELECT count(*) FROM confirmation`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d rows are left: %v", n, err)
		}
	}
}

// Whoever gives up takes nothing with him that the others need.
func TestACallThatIsCancelledKeepsTheConnection(t *testing.T) {
	t.Parallel()
	s := openKept(t)
	var was, is *conn
	inside(t, s, func(c *conn) { was = c })
	for range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		err := s.tx(ctx, func(ctx context.Context, tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, `UPDATE audit_head SET lines = 99`); err != nil {
				return err
			}
			cancel()
			_, err := tx.ExecContext(ctx, `UPDATE audit_head SET lines = 100`)
			return err
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		var lines int
		if err := s.db.QueryRowContext(t.Context(), `SELECT lines FROM audit_head`).Scan(&lines); err != nil || lines != 0 {
			t.Errorf("%d lines: %v", lines, err)
		}
	}
	inside(t, s, func(c *conn) { is = c })
	if was != is {
		t.Error("the connection that holds the file was given up")
	}
}

// What comes for the first time may be long, and can be interrupted.
func TestALongStatementIsInterrupted(t *testing.T) {
	t.Parallel()
	s := openKept(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	var n int
	err := s.db.QueryRowContext(ctx, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n`).Scan(&n)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}
