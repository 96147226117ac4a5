package durable

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"docspace-restorebot/bot"
)

func openFile(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "bot.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func refusals(n int) []bot.Event {
	events := make([]bot.Event, n)
	for i := range events {
		events[i] = bot.Event{At: time.Now(), Kind: bot.EventRefused, Actor: fmt.Sprintf("U%02d", i)}
	}
	return events
}

func lines(t *testing.T, s *Store, want int64) {
	t.Helper()
	if head, err := s.CheckAudit(t.Context(), AuditHead{}); err != nil || head.Lines != want {
		t.Fatalf("the trail has %d lines, want %d: %v", head.Lines, want, err)
	}
}

func TestAuditTakesAnyNumberOfLines(t *testing.T) {
	t.Parallel()
	s, all := openFile(t), int64(0)
	for _, n := range []int{0, 1, 2, 70} {
		if err := s.Note(t.Context(), refusals(n)...); err != nil {
			t.Fatal(err)
		}
		all += int64(n)
		lines(t, s, all)
	}
}

// What was rolled back leaves no gap.
func TestAuditGoesOnAfterARollback(t *testing.T) {
	t.Parallel()
	s := openFile(t)
	if err := s.Note(t.Context(), refusals(2)...); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	err := s.tx(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		lost, err := linesOf(refusals(3))
		return errors.Join(err, s.note(ctx, tx, lost), broken)
	})
	if !errors.Is(err, broken) {
		t.Fatal(err)
	}
	lines(t, s, 2)
	if err := s.Note(t.Context(), refusals(1)...); err != nil {
		t.Fatal(err)
	}
	lines(t, s, 3)
}

// What another process has added before this one opened the file is found.
func TestAuditGoesOnWhereTheFileEnds(t *testing.T) {
	t.Parallel()
	url := "sqlite:" + filepath.Join(t.TempDir(), "bot.db")
	for n := range int64(3) {
		s, err := Open(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Note(t.Context(), refusals(2)...); err != nil {
			t.Fatal(err)
		}
		lines(t, s, 2*n+2)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
