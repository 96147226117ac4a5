package main

import (
	"bytes"
	"context"
	"database/sql"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/docspace/docspacetest"
)

// gate stands before Slack and the portal. Once it is shut, a call that holds a
// word does not come through until it is opened or whoever calls has died.
type gate struct {
	mu      sync.Mutex
	word    string
	reached chan struct{} // a call that holds the word has come
	opened  chan struct{}
}

func (g *gate) shut(word string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.opened != nil {
		close(g.opened)
	}
	g.word, g.reached, g.opened = word, make(chan struct{}), make(chan struct{})
}

func (g *gate) open() { g.shut("") }

func (g *gate) wrap(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/link/") { // a connection lasts: it is no call
			h.ServeHTTP(w, r)
			return
		}
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if opened, holds := g.holds(r.URL.Path + " " + string(body)); holds {
			select {
			case <-opened:
			case <-r.Context().Done(): // the bot was killed
				return
			}
		}
		h.ServeHTTP(w, r)
	})
}

func (g *gate) holds(text string) (opened <-chan struct{}, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.word == "" || !strings.Contains(text, g.word) {
		return nil, false
	}
	select {
	case <-g.reached:
	default:
		close(g.reached)
	}
	return g.opened, true
}

// heldBy waits until the bot hangs at the gate, kills it, and opens the gate.
func (s *oldStage) heldBy(ctx context.Context, g *gate, cmd *exec.Cmd) {
	s.t.Helper()
	s.hangs(ctx, g)
	s.kill(ctx, cmd)
	g.open()
}

// hangs waits until the bot hangs at the gate.
func (s *oldStage) hangs(ctx context.Context, g *gate) {
	s.t.Helper()
	g.mu.Lock()
	reached := g.reached
	g.mu.Unlock()
	select {
	case <-reached:
	case <-ctx.Done():
		s.t.Fatal("the bot did not come to the gate")
	}
}

// Where the bot can be when it dies between the press and the start: it hangs at
// a call that holds these words.
const (
	atLastCheck  = "getbackuphistory"
	atSafetyDone = "safety+backup+is+done" // in its thread: it is recorded by then
)

// longAgo makes a restore one that was asked for and confirmed three days ago.
func (s *oldStage) longAgo(ctx context.Context) {
	s.t.Helper()
	db, err := sql.Open("sqlite", "file:"+s.database)
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	var id, data string
	if err := db.QueryRowContext(ctx, `SELECT id, data FROM restore`).Scan(&id, &data); err != nil {
		s.t.Fatal(err)
	}
	times := regexp.MustCompile(`"20[0-9-]+T[0-9:.]+Z"`)
	data = times.ReplaceAllStringFunc(data, func(text string) string {
		at, err := time.Parse(`"`+time.RFC3339Nano+`"`, text)
		if err != nil {
			s.t.Fatal(err)
		}
		return at.Add(-72 * time.Hour).Format(`"` + time.RFC3339Nano + `"`)
	})
	if _, err := db.ExecContext(ctx, `UPDATE restore SET data = $1 WHERE id = $2`, data, id); err != nil {
		s.t.Fatal(err)
	}
}

// expires waits until a card says why nothing was started, and its people are told.
func (s *oldStage) expires(ctx context.Context, card slacktest.Message, words string) {
	s.t.Helper()
	s.shows(ctx, card, words)
	s.shows(ctx, card, "expired")
	told, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool { return m.ThreadTS == card.TS && m.ReplyBroadcast })
	if err != nil {
		s.t.Fatal("the channel was not told")
	}
	for _, word := range []string{words, "nothing was started", "@alice", "@bob"} {
		if text := strings.ToLower(s.slack.Render(told, time.UTC)); !strings.Contains(text, word) {
			s.t.Errorf("the channel was not told %q but\n%s", word, text)
		}
	}
	if n := s.portal.Starts(); n != 0 {
		s.t.Errorf("startrestore was sent %d times", n)
	}
}

// The bot dies between the press and the start, and comes back after three days.
func TestBinaryStartsNothingThatWasConfirmedLongAgo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		at       string
		settings []string
	}{
		"confirmed":          {atLastCheck, nil},
		"safety backup done": {atSafetyDone, []string{"SAFETY_BACKUP=Local:/backups"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			g := new(gate)
			s := setStageBehind(t, g.wrap)
			s.env = append(s.env, c.settings...)
			cmd := s.start(ctx)
			card := s.card(ctx)
			g.shut(c.at)
			s.press(ctx, "UBOB", card, "restore_confirm")
			s.heldBy(ctx, g, cmd)
			s.longAgo(ctx)
			s.start(ctx)
			s.expires(ctx, card, "could not start for 3 days")
		})
	}
}

// The same by the clock on the wall: dead for longer than the request lives.
func TestBinaryStartsNothingAfterTheLifeOfItsRequest(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	g := new(gate)
	s := setStageBehind(t, g.wrap)
	s.env = append(s.env, "RESTORE_CONFIRM_TTL=15s") // a busy machine needs some of it to show the card
	cmd := s.start(ctx)
	card := s.card(ctx)
	g.shut(atLastCheck)
	s.press(ctx, "UBOB", card, "restore_confirm")
	pressed := time.Now()
	s.heldBy(ctx, g, cmd)
	away := time.NewTimer(time.Until(pressed.Add(15 * time.Second))) // the absence itself
	defer away.Stop()
	select {
	case <-away.C:
	case <-ctx.Done():
	}
	s.start(ctx)
	s.expires(ctx, card, "a confirmation is good for 15 s")
}

// Killed between the press and the start and started again at once, the bot goes
// on: nobody has to press twice.
func TestBinaryKilledAfterThePressStartsOnce(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]string{"confirmed": atLastCheck, "safety backup done": atSafetyDone} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			g := new(gate)
			s := setStageBehind(t, g.wrap)
			if at == atSafetyDone {
				s.env = append(s.env, "SAFETY_BACKUP=Local:/backups")
			}
			cmd := s.start(ctx)
			card := s.card(ctx)
			g.shut(at)
			s.press(ctx, "UBOB", card, "restore_confirm")
			s.heldBy(ctx, g, cmd)
			s.start(ctx)
			s.shows(ctx, card, "restored")
			if n := s.portal.Starts(); n != 1 {
				t.Errorf("startrestore was sent %d times", n)
			}
			if left, _ := filepath.Glob(s.database + ".consent-*"); len(left) > 0 {
				t.Errorf("left beside the database: %v", left)
			}
		})
	}
}

// runs runs a program with the settings of the stage.
func (s *oldStage) runs(ctx context.Context, words ...string) {
	s.t.Helper()
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Env, cmd.Dir = s.env, s.t.TempDir()
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("%s: %v: %s", words, err, out)
	}
}

// A copy of the database is put back, as the operator's guide says, in which a
// restore waits that somebody has dismissed since, or that was made since.
func TestBinaryStartsNothingOfADatabaseThatHasGoneBack(t *testing.T) {
	t.Parallel()
	for name, by := range map[string][]string{"by restorebot backup": {os.Args[0], "backup"}, "by cp": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			s := setStage(t)
			s.env = append(s.env, "SAFETY_BACKUP=Local:/backups")
			cmd := s.start(ctx)
			card := s.card(ctx)
			s.portal.Break(func(f *docspacetest.Faults) { f.BackupStuck = true })
			s.press(ctx, "UBOB", card, "restore_confirm")
			saving := s.cardWith(ctx, "restore_dismiss", "Nothing was restored yet")
			kept := filepath.Join(t.TempDir(), "copy.db")
			if by == nil { // of a bot that does not run
				s.kill(ctx, cmd)
				s.runs(ctx, "cp", s.database, kept)
				s.runs(ctx, "cp", s.database+"-wal", kept+"-wal")
				cmd = s.start(ctx)
			} else {
				s.runs(ctx, append(by, kept)...)
			}
			s.press(ctx, "UALICE", saving, "restore_dismiss")
			s.shows(ctx, card, "dismissed")
			s.kill(ctx, cmd)
			for _, suffix := range []string{"-wal", "-shm"} {
				_ = os.Remove(s.database + suffix)
			}
			s.runs(ctx, "cp", kept, s.database)
			if by == nil {
				s.runs(ctx, "cp", kept+"-wal", s.database+"-wal")
			}
			s.portal.Heal()
			s.start(ctx)
			s.expires(ctx, card, "an older copy of the database was put in its place")
		})
	}
}
