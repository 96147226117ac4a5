package durable_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"docspace-restorebot/bot/durable"
)

// wantCopy opens a copy and reads what it holds.
func wantCopy(t *testing.T, file string, restores int) {
	t.Helper()
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	s := open(t, file)
	defer s.Close()
	list, err := s.Recent(t.Context(), 1000)
	if err != nil || len(list) != restores {
		t.Fatalf("the copy holds %d of %d restores: %v", len(list), restores, err)
	}
	for _, r := range list {
		if got, err := s.Get(t.Context(), r.ID); err != nil || got.Portal != r.Portal {
			t.Errorf("%s: %+v, %v", r.ID, got, err)
		}
	}
	if head, err := s.CheckAudit(t.Context(), durable.AuditHead{}); err != nil || head.Lines != int64(restores) {
		t.Errorf("the trail of the copy: %v, %v", head, err)
	}
}

func TestACopyIsMadeWhileTheBotWrites(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file := filepath.Join(folder, "odd name?#%.db")
	s := open(t, file)
	for i := range 10 {
		create(t, s, fmt.Sprint("r", i))
	}
	stop, written := make(chan bool, 1), make(chan bool)
	go func() {
		defer close(written)
		r, err := s.Get(t.Context(), "r0")
		for err == nil && len(stop) == 0 {
			r, err = s.Save(t.Context(), r, r)
		}
		if err != nil {
			t.Error(err)
		}
	}()
	for i := range 3 {
		to := filepath.Join(t.TempDir(), fmt.Sprintf("copy %d.db", i))
		if n, err := durable.Copy(t.Context(), "sqlite:"+file, to); err != nil || n == 0 {
			t.Fatalf("%d bytes, %v", n, err)
		}
		wantCopy(t, to, 10)
	}
	stop <- true
	<-written
	if left, _ := filepath.Glob(filepath.Join(folder, ".restorebot*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestACopyIsMadeWithoutABot(t *testing.T) {
	t.Parallel()
	file := filled(t)
	to := filepath.Join(t.TempDir(), "copy.db")
	if _, err := durable.Copy(t.Context(), "sqlite:"+file, to); err != nil {
		t.Fatal(err)
	}
	wantCopy(t, to, 20)
}

func TestACopyReplacesNothing(t *testing.T) {
	t.Parallel()
	file := filled(t)
	dir := t.TempDir()
	there := filepath.Join(dir, "there")
	if err := os.WriteFile(there, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	dangling := filepath.Join(dir, "dangling")
	if err := os.Symlink(filepath.Join(dir, "elsewhere"), dangling); err != nil {
		t.Fatal(err)
	}
	for url, to := range map[string]string{
		"sqlite:" + file:                       there,
		"sqlite://" + file:                     dangling,
		"sqlite:" + filepath.Join(dir, "none"): filepath.Join(dir, "copy"),
		"postgres://bot:hunter2@h/bot":         filepath.Join(dir, "copy"),
	} {
		_, err := durable.Copy(t.Context(), url, to)
		if err == nil || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "No") {
			t.Errorf("%s to %s: %v", url, to, err)
		}
	}
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if text, _ := os.ReadFile(there); err != nil || string(text) != "precious" || len(names) != 2 {
		t.Errorf("%q, %v, %v", text, names, err)
	}
}

// A bot of a version before the lock held the file for itself.
func TestNoCopyOfADatabaseThatAnOlderBotHolds(t *testing.T) {
	t.Parallel()
	file := filled(t)
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=locking_mode(EXCLUSIVE)&_pragma=journal_mode(WAL)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(t.Context(), `UPDATE freeze_now SET at = 0`); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "copy.db")
	_, err = durable.Copy(t.Context(), "sqlite:"+file, to)
	if err == nil || !strings.Contains(err.Error(), "in use by another process") || !strings.Contains(err.Error(), "No copy was made") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Lstat(to); err == nil {
		t.Error("something was written")
	}
	wantRefused(t, "sqlite:"+file, "in use")
}
