package durable_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/durabletest"
)

func TestCommitsReachTheDiskBeforeTheyAreAnswered(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "bot.db"))
	for pragma, want := range map[string]string{
		"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1",
	} {
		if got, err := s.Ask(t.Context(), "PRAGMA "+pragma); err != nil || got != want {
			t.Errorf("%s is %q and not %q: %v", pragma, got, want, err)
		}
	}
}

// wantRefused opens a database that cannot be used.
func wantRefused(t *testing.T, url string, words ...string) {
	t.Helper()
	s, err := durable.Open(t.Context(), url)
	if err == nil {
		_ = s.Close()
		t.Fatal("it was opened")
	}
	for _, words := range append(words, "Nothing was started. ") {
		if !strings.Contains(err.Error(), words) {
			t.Errorf("no %q in: %v", words, err)
		}
	}
}

// filled is a closed database with a history that fills some pages.
func filled(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "bot.db")
	s := open(t, file)
	for i := range 20 {
		create(t, s, fmt.Sprint("r", i))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestASecondBotOnTheSameFileIsRefused(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "bot.db")
	openNew(t, file)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	wantRefused(t, "sqlite:"+file, "in use by another process", "Stop the other bot")
}

func TestADamagedFileIsRefused(t *testing.T) {
	t.Parallel()
	file := filled(t)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for at := 2 * 4096; at < len(text); at += 4096 { // the first pages name the tables
		copy(text[at:at+512], bytes.Repeat([]byte{0xa5}, 512))
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	wantRefused(t, "sqlite:"+file, "is damaged", "restorebot backup")
	if now, err := os.ReadFile(file); err != nil || !bytes.Equal(now, text) {
		t.Error("the damaged file was changed")
	}
}

// The rest of a large file is read before a step is taken on what it says.
func TestNoStepIsTakenOnAFileThatIsDamagedFurtherOn(t *testing.T) {
	t.Parallel()
	for name, damaged := range map[string]bool{"damaged": true, "well": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filled(t)
			s := open(t, file).Unread()
			if damaged {
				spoil(t, file)
			}
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			var steps atomic.Int64
			err := s.Run(ctx, func(context.Context, string, int64) (time.Duration, bool, error) {
				if steps.Add(1) == 20 {
					stop()
				}
				return 0, true, nil
			})
			switch {
			case damaged && (err == nil || !strings.Contains(err.Error(), "is damaged") || steps.Load() != 0):
				t.Errorf("%d steps, and then %v", steps.Load(), err)
			case !damaged && (err != nil || steps.Load() != 20):
				t.Errorf("%d steps of 20, and then %v", steps.Load(), err)
			}
		})
	}
}

// What is written while the file is read from beside is not taken for damage.
func TestWritesAreNotTakenForDamage(t *testing.T) {
	t.Parallel()
	s := open(t, filled(t)).Unread()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var writing sync.WaitGroup
	writing.Go(func() {
		defer stop()
		for n := range 60 {
			if err := s.Create(t.Context(), durabletest.Restore(fmt.Sprint("w", n), fmt.Sprint("wp", n)), bot.Event{Kind: bot.EventRequested}); err != nil {
				t.Errorf("write %d: %v", n, err)
				return
			}
			if n%10 == 0 {
				if err := s.Tamper(t.Context(), `PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
					t.Errorf("checkpoint: %v", err)
				}
			}
		}
	})
	for ctx.Err() == nil {
		if err := s.CheckRest(ctx); err != nil {
			t.Error(err)
			break
		}
	}
	writing.Wait()
}

// spoil overwrites part of each page, but for the first ones, which name the
// tables. It leaves the file open: to close it would drop the store's locks.
func spoil(t *testing.T, file string) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	info, err := f.Stat()
	for at := int64(2 * 4096); err == nil && at < info.Size(); at += 4096 {
		_, err = f.WriteAt(bytes.Repeat([]byte{0xa5}, 512), at)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestAShortenedFileIsRefused(t *testing.T) {
	t.Parallel()
	file := filled(t)
	if err := os.Truncate(file, 5*4096); err != nil {
		t.Fatal(err)
	}
	wantRefused(t, "sqlite:"+file, "is damaged")
}

func TestAnotherKindOfFileIsRefused(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "notes.txt")
	text := []byte(strings.Repeat("a letter and no database\n", 1000))
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	wantRefused(t, "sqlite:"+file, "is not an SQLite database")
	if now, err := os.ReadFile(file); err != nil || !bytes.Equal(now, text) {
		t.Error("the file was changed")
	}
}

func TestTheDatabaseOfAnotherProgramIsRefused(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "theirs.db")
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `CREATE TABLE invoices (id INTEGER)`); err != nil {
		t.Fatal(err)
	}
	_ = db.Close()
	wantRefused(t, "sqlite:"+file, "is not restorebot's")
}

func TestAFileThatCannotBeMadeIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	wantRefused(t, "sqlite:"+filepath.Join(dir, "no", "such", "bot.db"), "cannot be made", "Make its folder")
	wantRefused(t, "sqlite:"+dir, "cannot be written")
}

func TestAFullDiskChangesNothing(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "bot.db"))
	create(t, s, "a")
	pages, err := s.Ask(t.Context(), `PRAGMA page_count`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Ask(t.Context(), `PRAGMA max_page_count = `+pages); err != nil {
		t.Fatal(err)
	}
	n := 0
	for ; err == nil && n < 1000; n++ {
		err = s.Create(t.Context(), durabletest.Restore(fmt.Sprint("r", n), fmt.Sprint("p", n)), bot.Event{Kind: bot.EventRequested})
	}
	if err == nil || !strings.Contains(err.Error(), "full") {
		t.Fatalf("on a full disk: %v", err)
	}
	if _, err := s.Ask(t.Context(), `PRAGMA max_page_count = 100000`); err != nil {
		t.Fatal(err)
	}
	// All of the last one is missing, and all of the others is there.
	if head, err := s.CheckAudit(t.Context(), durable.AuditHead{}); err != nil || head.Lines != int64(n) {
		t.Errorf("%d lines for %d requests: %v", head.Lines, n, err)
	}
	create(t, s, "b")
}

// asOpener makes the test binary open the database that it names.
const asOpener = "DURABLE_TEST_OPENER"

func opener(url string) {
	s, err := durable.Open(context.Background(), url)
	if err != nil {
		_, _ = fmt.Fprintln(os.Stdout, err)
	} else {
		_ = s.Close()
		_, _ = fmt.Fprintln(os.Stdout, "opened")
	}
	if s, err = durable.OpenReadOnly(context.Background(), url); err != nil {
		_, _ = fmt.Fprintln(os.Stdout, "not read:", err)
		return
	}
	defer s.Close()
	proof, err := s.CheckAudit(context.Background(), durable.AuditHead{})
	_, _ = fmt.Fprintln(os.Stdout, "read", proof.Lines, err)
}

// Root may write anything, so another user tries. What may be read is read.
func TestAFileThatCannotBeWrittenIsRefused(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "durable-") //nolint:usetesting // another user must get there
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	program := filepath.Join(dir, "program")
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(program, self, 0o755)
	}
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	attempt := func(file string) string {
		cmd := exec.CommandContext(t.Context(), program)
		cmd.Env = append(os.Environ(), asOpener+"=sqlite:"+file)
		if os.Geteuid() == 0 {
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		}
		out, _ := cmd.CombinedOutput()
		return string(out)
	}
	text, err := os.ReadFile(filled(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]struct {
		folder, file, lock os.FileMode
		read               string
	}{
		"a folder to read only":  {0o555, 0, 0, "not read: there is no database"},
		"a file to read only":    {0o777, 0o444, 0, "read 20 <nil>"},
		"both":                   {0o555, 0o444, 0, "read 20 <nil>"},
		"a file to leave alone":  {0o777, 0o000, 0, "not read: "},
		"a lock of another user": {0o777, 0o666, 0o600, "read 20 <nil>"},
	} {
		sub := filepath.Join(dir, strings.ReplaceAll(name, " ", "-"))
		file := filepath.Join(sub, "bot.db")
		if err := os.Mkdir(sub, 0o755); err != nil {
			t.Fatal(err)
		}
		if mode.file != 0 || mode.folder == 0o777 {
			if err := os.WriteFile(file, text, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(file, mode.file); err != nil {
				t.Fatal(err)
			}
		}
		if mode.lock != 0 {
			if err := os.WriteFile(file+".lock", nil, mode.lock); err != nil {
				t.Fatal(err)
			}
			if os.Geteuid() != 0 { // then the lock is the user's own
				mode.lock = 0o400
				_ = os.Chmod(file+".lock", mode.lock)
			}
		}
		if err := os.Chmod(sub, mode.folder); err != nil {
			t.Fatal(err)
		}
		if out := attempt(file); !strings.Contains(out, "cannot be written") || !strings.Contains(out, "Nothing was started") || !strings.Contains(out, mode.read) {
			t.Errorf("%s: %s", name, out)
		}
		_ = os.Chmod(sub, 0o755)
	}
}

// Root may try the bot once: its user can take the lock after that.
func TestALockThatRootMadeBelongsToTheOwnerOfTheDatabase(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file away")
	}
	file := filled(t)
	if err := errors.Join(os.Remove(file+".lock"), os.Chown(file, 65534, 65534), open(t, file).Close()); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file + ".lock")
	if err != nil {
		t.Fatal(err)
	}
	if of := info.Sys().(*syscall.Stat_t); of.Uid != 65534 || info.Mode().Perm() != 0o600 { //nolint:forcetypeassert // of this system
		t.Errorf("the lock is of %d, mode %v", of.Uid, info.Mode())
	}
}
