package main

import (
	"bytes"
	"database/sql"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
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
func heldBy(t *testing.T, s *stage.Scene, g *gate) {
	t.Helper()
	g.hangs(t, s)
	s.Kills()
	g.open()
}

// hangs waits until the bot hangs at the gate.
func (g *gate) hangs(t *testing.T, s *stage.Scene) {
	t.Helper()
	g.mu.Lock()
	reached := g.reached
	g.mu.Unlock()
	select {
	case <-reached:
	case <-time.After(2 * time.Minute):
		t.Fatal("the bot did not come to the gate")
	case <-s.Context().Done():
	}
}

// Where the bot can be when it dies between the press and the start: it hangs at
// a call that holds these words.
const (
	atLastCheck  = "getbackuphistory"
	atSafetyDone = "safety+backup+is+done" // in its thread: it is recorded by then
)

// longAgo makes a restore one that was asked for and confirmed three days ago.
func longAgo(t *testing.T, s *stage.Scene) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+s.Database())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var id, data string
	if err := db.QueryRowContext(s.Context(), `SELECT id, data FROM restore`).Scan(&id, &data); err != nil {
		t.Fatal(err)
	}
	times := regexp.MustCompile(`"20[0-9-]+T[0-9:.]+Z"`)
	data = times.ReplaceAllStringFunc(data, func(text string) string {
		at, err := time.Parse(`"`+time.RFC3339Nano+`"`, text)
		if err != nil {
			t.Fatal(err)
		}
		return at.Add(-72 * time.Hour).Format(`"` + time.RFC3339Nano + `"`)
	})
	if _, err := db.ExecContext(s.Context(), `UPDATE restore SET data = $1 WHERE id = $2`, data, id); err != nil {
		t.Fatal(err)
	}
}

// wantExpired waits until the card says why nothing was restored, and its people are
// told.
func wantExpired(t *testing.T, s *stage.Scene, words string) {
	t.Helper()
	s.WantFinalCard(words, "expired")
	var told slacktest.Message
	s.Until("the channel was told", func() bool {
		for _, m := range s.Slack.Channel(stage.Channel).Thread(s.Card().TS) {
			if m.ReplyBroadcast {
				told = m
			}
		}
		return told.TS != ""
	})
	for _, word := range []string{words, "nothing was restored", "@alice", "@bob"} {
		if text := strings.ToLower(s.Text(told)); !strings.Contains(text, word) {
			t.Errorf("the channel was not told %q but\n%s", word, text)
		}
	}
	s.WantStarts(0)
}

// deaths are where a bot dies between the press and the start.
var deaths = map[string]struct {
	at       string
	settings []string
}{
	"confirmed":          {atLastCheck, nil},
	"safety backup done": {atSafetyDone, []string{"SAFETY_BACKUP=Local:/backups"}},
}

// diesAfterThePress sets a stage on which the bot has died there.
func diesAfterThePress(t *testing.T, at string, settings ...string) *stage.Scene {
	t.Helper()
	g := new(gate)
	s := setSceneBehind(t, g.wrap, settings...)
	s.Starts()
	s.Alice.Types("/restore " + s.Newest())
	s.WantCard()
	g.shut(at)
	s.Bob.Presses("Restore")
	heldBy(t, s, g)
	return s
}

// The bot dies between the press and the start, and comes back after three days.
func TestBinaryStartsNothingThatWasConfirmedLongAgo(t *testing.T) {
	t.Parallel()
	for name, c := range deaths {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := diesAfterThePress(t, c.at, c.settings...)
			longAgo(t, s)
			s.Starts()
			wantExpired(t, s, "could not start for 3 days")
		})
	}
}

// The same by the clock on the wall: away for longer than the request lives.
func TestBinaryStartsNothingAfterTheLifeOfItsRequest(t *testing.T) {
	t.Parallel()
	g := new(gate)
	inBubbleBehind(t, g.wrap, []string{"RESTORE_CONFIRM_TTL=15s"}, func(s *stage.Scene) {
		s.Alice.Types("/restore " + s.Newest())
		s.WantCard()
		g.shut(atLastCheck)
		s.Bob.Presses("Restore")
		pressed := time.Now()
		heldBy(t, s, g)
		time.Sleep(time.Until(pressed.Add(15 * time.Second))) // the absence itself
		s.Starts()
		wantExpired(t, s, "a confirmation is good for 15 s")
	})
}

// Killed between the press and the start and started again at once, the bot goes
// on: nobody has to press twice.
func TestBinaryKilledAfterThePressStartsOnce(t *testing.T) {
	t.Parallel()
	for name, c := range deaths {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := diesAfterThePress(t, c.at, c.settings...)
			s.Starts()
			s.WantFinalCard("restored")
			s.WantStarts(1)
			if left, _ := filepath.Glob(s.Database() + ".consent-*"); len(left) > 0 {
				t.Errorf("left beside the database: %v", left)
			}
		})
	}
}

// A copy of the database is put back, as the operator's guide says, in which a
// restore waits that somebody has dismissed since, or that was made since.
func TestBinaryStartsNothingOfADatabaseThatHasGoneBack(t *testing.T) {
	t.Parallel()
	for name, byBackup := range map[string]bool{"by restorebot backup": true, "by cp": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := onStage(t, "SAFETY_BACKUP=Local:/backups")
			s.Alice.Types("/restore " + s.Newest())
			s.WantCard()
			s.Portal.Break(func(f *docspacetest.Faults) { f.BackupStuck = true })
			s.Bob.Presses("Restore")
			s.WantCard("Safety backup*")
			kept := filepath.Join(t.TempDir(), "copy.db")
			if byBackup {
				if out, err := s.Command(s.Context(), "backup", kept).CombinedOutput(); err != nil {
					t.Fatalf("backup: %v: %s", err, out)
				}
			} else { // of a bot that does not run
				s.Kills()
				copyFile(t, s.Database(), kept)
				copyFile(t, s.Database()+"-wal", kept+"-wal")
				s.Starts()
			}
			s.Alice.Presses("Dismiss")
			s.WantFinalCard("dismissed")
			s.Kills()
			for _, suffix := range []string{"-wal", "-shm"} {
				_ = os.Remove(s.Database() + suffix)
			}
			copyFile(t, kept, s.Database())
			if !byBackup {
				copyFile(t, kept+"-wal", s.Database()+"-wal")
			}
			s.Portal.Heal()
			s.Starts()
			wantExpired(t, s, "an older copy of the database was put in its place")
		})
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
