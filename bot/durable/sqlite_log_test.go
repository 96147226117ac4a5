package durable

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"docspace-restorebot/bot"
)

func noteSome(t *testing.T, s *Store, n int) {
	t.Helper()
	for range n {
		if err := s.Note(t.Context(), bot.Event{At: time.Now(), Kind: bot.EventRefused, Actor: "U1"}); err != nil {
			t.Fatal(err)
		}
	}
}

// linesIn counts the lines in a copy of the files named, which is what a crash
// at this moment would leave, or less.
func linesIn(t *testing.T, file string, suffixes ...string) (int64, error) {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy.db")
	for _, suffix := range suffixes {
		content, err := os.ReadFile(file + suffix)
		if err == nil {
			err = os.WriteFile(to+suffix, content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	s, err := Open(t.Context(), "sqlite:"+to)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	head, err := s.CheckAudit(t.Context(), AuditHead{})
	return head.Lines, err
}

// A log that is longer than what SQLite has written to it loses nothing, however
// often it is begun anew.
func TestALengthenedLogLosesNothing(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "bot.db")
	s, err := Open(t.Context(), "sqlite:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	noteSome(t, s, 5)
	for n := int64(5); n <= 25; n += 10 {
		if err := s.roomy(t.Context()); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(file + "-wal"); err != nil || info.Size() < logSize {
			t.Errorf("the log has %d bytes: %v", info.Size(), err)
		}
		if got, err := linesIn(t, file, "", "-wal"); got != n || err != nil {
			t.Errorf("%d lines survive and not %d: %v", got, n, err)
		}
		noteSome(t, s, 5)
		if _, err := s.db.ExecContext(t.Context(), `PRAGMA wal_checkpoint(PASSIVE)`); err != nil {
			t.Fatal(err)
		}
		noteSome(t, s, 5)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file + "-wal"); !os.IsNotExist(err) {
		t.Errorf("the log is left: %v", err)
	}
	if got, err := linesIn(t, file, ""); got != 35 || err != nil {
		t.Errorf("%d lines are left: %v", got, err)
	}
}

// What was written is in the database itself soon after, without another commit.
func TestTheLogIsMovedWhileNobodyWrites(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "bot.db")
	s, err := Open(t.Context(), "sqlite:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.Hurry()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- s.Run(ctx, func(context.Context, string, int64) (time.Duration, bool, error) { return 0, true, nil })
	}()
	noteSome(t, s, 10)
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		n, err := linesIn(t, file, "") // it may be copied in the middle of the move
		if n == 10 && err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%d of 10 lines are in the database: %v", n, err)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
