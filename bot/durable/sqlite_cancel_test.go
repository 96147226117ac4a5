package durable

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"docspace-restorebot/bot"
)

// connection is the one connection of a store, to be compared.
func connection(t *testing.T, s *Store) (is any) {
	t.Helper()
	c, err := s.db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Raw(func(driverConn any) error { is = driverConn; return nil }); err != nil {
		t.Fatal(err)
	}
	return is
}

// Whoever gives up takes nothing with him that the others need.
func TestACallThatIsCancelledKeepsTheConnection(t *testing.T) {
	t.Parallel()
	s := openFile(t)
	was := connection(t, s)
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
	if connection(t, s) != was {
		t.Error("the connection was given up")
	}
}

// However many give up, and wherever they are then, each note is written whole or
// not at all, the others go on, and the file stays ours.
func TestManyCancelledCallsLeaveTheOthersAlone(t *testing.T) {
	t.Parallel()
	s := openFile(t)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := range 60 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(n*(i+1))*20*time.Microsecond)
				_ = s.Note(ctx, refusals(2)...)
				_, _ = s.Backlog(ctx)
				cancel()
			}
		})
	}
	for range 20 {
		if err := s.Note(t.Context(), refusals(2)...); err != nil {
			t.Errorf("one that did not give up: %v", err)
		}
	}
	all.Wait()
	proof, err := s.CheckAudit(t.Context(), AuditHead{})
	if err != nil || proof.Lines < 40 || proof.Lines%2 != 0 {
		t.Errorf("the trail has %d lines: %v", proof.Lines, err)
	}
	if taken, err := inUse(s.file); err != nil || !taken {
		t.Errorf("the file is held: %t, %v", taken, err)
	}
}

// A commit that fails takes everything back, and leaves a connection on which
// the next transaction can begin: it is the only one there is.
func TestAFailedCommitLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	s := openFile(t)
	for range 3 {
		err := s.tx(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `PRAGMA defer_foreign_keys = ON`)
			if err == nil {
				_, err = tx.ExecContext(ctx, `INSERT INTO confirmation (restore_id, user_id) VALUES ('nobody', 'U1')`)
			}
			return err
		})
		if !errors.Is(err, bot.ErrUncertain) {
			t.Fatalf("got %v", err)
		}
		var n int
		if err := s.db.QueryRowContext(t.Context(), `SELECT count(*) FROM confirmation`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d rows are left: %v", n, err)
		}
	}
}

// Two links to one file lead to one lock.
func TestALinkToTheFileIsTheFile(t *testing.T) {
	t.Parallel()
	s := openFile(t)
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(s.file, link); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), "sqlite:"+link); !errors.Is(err, errInUse) {
		t.Errorf("a second bot by another name: %v", err)
	}
	says(t, Inspect(t.Context(), "sqlite:"+link), bot.Warn, "is in use")
}
