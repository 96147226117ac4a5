package durable_test

import (
	"context"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/durabletest"
)

// servesCopies lets s hand out copies until the test ends.
func servesCopies(t *testing.T, s *durable.Store, file string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.ServeCopies(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if _, err := os.Lstat(file + ".sock"); err == nil {
			t.Error("the socket is left")
		}
	})
	for begun := time.Now(); time.Since(begun) < time.Minute; time.Sleep(5 * time.Millisecond) {
		if info, err := os.Lstat(file + ".sock"); err == nil {
			if info.Mode() != fs.ModeSocket|0o600 {
				t.Errorf("the socket has the mode %v", info.Mode())
			}
			return
		}
	}
	t.Fatal("there is no socket")
}

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
	for name, dir := range map[string]string{"short": "", "too long for a socket": strings.Repeat("long/", 30)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := filepath.Join(t.TempDir(), dir)
			if err := os.MkdirAll(folder, 0o700); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(folder, "odd name?#%.db")
			s := open(t, file)
			for i := range 10 {
				create(t, s, fmt.Sprint("r", i))
			}
			servesCopies(t, s, file)
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
		})
	}
}

func TestACopyIsMadeWithoutABot(t *testing.T) {
	t.Parallel()
	file := filled(t)
	// A bot that was killed has left its socket.
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: file + ".sock"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	_ = l.Close()
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

func TestNoCopyOfADatabaseThatIsHeldInSilence(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "bot.db")
	s := open(t, file)
	to := filepath.Join(t.TempDir(), "copy.db")
	_, err := durable.Copy(t.Context(), "sqlite:"+file, to)
	if err == nil || !strings.Contains(err.Error(), "in use by another process") || !strings.Contains(err.Error(), "No copy was made") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Lstat(to); err == nil {
		t.Error("something was written")
	}
	// It is still held, and still works.
	if err := s.Create(t.Context(), durabletest.Restore("a", "p"), bot.Event{}); err != nil {
		t.Error(err)
	}
	wantRefused(t, "sqlite:"+file, "in use")
}
