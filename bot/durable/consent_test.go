package durable_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/durabletest"
)

// files are those of a database.
func files(t *testing.T, database string) []string {
	t.Helper()
	found, err := filepath.Glob(database + "*")
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// copied copies files with all that cp can keep of them.
func copied(t *testing.T, to string, files ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "cp", append(append([]string{"-a"}, files...), to)...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

func closed(t *testing.T, s *durable.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// A bot that dies between the press and the start goes on; one whose database was
// put back meanwhile asks people anew.
func TestADatabaseThatHasGoneBackStartsNothing(t *testing.T) {
	t.Parallel()
	dismissed := func(t *testing.T, s *durable.Store, r bot.Restore) {
		t.Helper()
		next := r
		next.State = bot.Dismissed
		if _, err := s.Save(t.Context(), r, next); err != nil {
			t.Fatal(err)
		}
	}
	started := func(t *testing.T, s *durable.Store, r bot.Restore) {
		t.Helper()
		next := r
		next.State = bot.Starting
		if _, err := s.Save(t.Context(), r, next); err != nil {
			t.Fatal(err)
		}
	}
	nothing := func(*testing.T, *durable.Store, bot.Restore) {}
	for name, c := range map[string]struct {
		meanwhile func(*testing.T, *durable.Store, bot.Restore)
		whole     bool // with all that lies beside the database
		made      bool // by restorebot backup
		holds     bool
	}{
		"nothing put back":              {nil, false, false, true},
		"dismissed meanwhile":           {dismissed, false, false, false},
		"started meanwhile":             {started, false, false, false},
		"dismissed, all of it put back": {dismissed, true, false, false},
		"started, all of it put back":   {started, true, false, false},
		"a copy of restorebot backup":   {nothing, false, true, false},
		"dismissed, and such a copy":    {dismissed, false, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, kept := t.TempDir(), t.TempDir()
			file := filepath.Join(dir, "bot.db")
			s := open(t, file)
			r := durabletest.Confirmed(t, s, "a", time.Hour)
			closed(t, s)
			if c.meanwhile != nil {
				if c.made {
					if _, err := durable.Copy(t.Context(), "sqlite:"+file, filepath.Join(kept, "bot.db")); err != nil {
						t.Fatal(err)
					}
				} else {
					copied(t, kept, files(t, file)...)
				}
				s = open(t, file)
				c.meanwhile(t, s, r)
				closed(t, s)
				put := []string{filepath.Join(kept, "bot.db")}
				if c.whole {
					put = files(t, put[0])
				}
				copied(t, dir, put...)
			}
			s = open(t, file)
			if !c.holds {
				durabletest.WantLapsed(t, s, r, bot.LapsedUnseen)
				return
			}
			started(t, s, r)
			if left := files(t, file+".consent-"); len(left) > 0 {
				t.Errorf("left beside the database: %v", left)
			}
		})
	}
}

// What a process leaves that died between a commit and the file beside it is
// taken away, and what waits is kept.
func TestTicketsThatNobodyNeedsAreTakenAway(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "bot.db")
	s := open(t, file)
	r := durabletest.Confirmed(t, s, "a", time.Hour)
	closed(t, s)
	if err := os.WriteFile(file+".consent-gone", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s = open(t, file)
	if left := files(t, file+".consent-"); len(left) != 1 || !strings.HasSuffix(left[0], "-a") {
		t.Errorf("beside the database: %v", left)
	}
	if err := s.CheckConsent(t.Context(), r); err != nil {
		t.Error(err)
	}
}

// A copy for a person is one file, sound, and holds the restore, but not that
// anybody agrees to it.
func TestACopyHoldsNoConsent(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "copy.db")
	s := open(t, filepath.Join(dir, "bot.db"))
	r := durabletest.Confirmed(t, s, "a", time.Hour)
	closed(t, s)
	if _, err := durable.Copy(t.Context(), "sqlite:"+filepath.Join(dir, "bot.db"), file); err != nil {
		t.Fatal(err)
	}
	if there := files(t, file); len(there) != 1 {
		t.Errorf("the copy is %v", there)
	}
	s = open(t, file)
	durabletest.WantLapsed(t, s, r, bot.LapsedUnseen)
}
