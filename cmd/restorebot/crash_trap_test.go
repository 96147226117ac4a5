package main

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"sync"
	"testing"

	"github.com/fsnotify/fsnotify"

	"docspace-restorebot/cmd/restorebot/stage"
)

// moment is a place in the bot's life at which it is killed.
type moment string

// The moments. A call is one that the bot makes to Slack or to the portal; a
// write is one to its database file, which each commit makes.
const (
	beforeCall moment = "before call"
	afterCall  moment = "after call" // it was performed, and its answer never came
	onWrite    moment = "on write"
)

// trap kills the bot at the nth of its moments, once.
type trap struct {
	when moment
	n    int // from 1

	mu     sync.Mutex
	bot    *stage.Bot
	seen   map[moment]int
	at     string        // the call that it sprang at
	sprung chan struct{} // closed when the bot is dead
}

func newTrap(when moment, n int) *trap {
	return &trap{when: when, n: n, seen: map[moment]int{}, sprung: make(chan struct{})}
}

// guard says which process is to be killed.
func (tr *trap) guard(bot *stage.Bot) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.bot = bot
}

// springs counts a moment, and kills the bot if it is the one.
func (tr *trap) springs(when moment, what string) bool {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if tr.bot == nil {
		return false
	}
	tr.seen[when]++
	if when != tr.when || tr.seen[when] != tr.n {
		return false
	}
	tr.bot.Kill()
	tr.at = what
	close(tr.sprung)
	return true
}

// where is the call that the trap sprang at.
func (tr *trap) where() string {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.at
}

// count is how often a moment came.
func (tr *trap) count(when moment) int {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.seen[when]
}

// wrap puts the trap in front of Slack or of the portal.
func (tr *trap) wrap(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		what := path.Base(r.URL.Path)
		if strings.Contains(r.URL.Path, "/link/") { // a connection lasts: it is no call
			h.ServeHTTP(w, r)
			return
		}
		if tr.springs(beforeCall, what) {
			panic(http.ErrAbortHandler)
		}
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, r)
		if tr.springs(afterCall, what) {
			panic(http.ErrAbortHandler)
		}
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes()) // a bot that is dead needs no answer
	})
}

// watch springs at writes to the database's log, of which each commit makes one
// at least.
func (tr *trap) watch(t *testing.T, database string) {
	t.Helper()
	w, err := fsnotify.NewWatcher()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Add(path.Dir(database)); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for e := range w.Events {
			if strings.HasSuffix(e.Name, "-wal") && e.Has(fsnotify.Write) {
				tr.springs(onWrite, "database")
			}
		}
	}()
	t.Cleanup(func() {
		_ = w.Close()
		<-done
	})
}
