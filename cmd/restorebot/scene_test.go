package main

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"docspace-restorebot/bot/durable"
	"docspace-restorebot/cmd/restorebot/app"
	"docspace-restorebot/cmd/restorebot/stage"
	"docspace-restorebot/docspace/docspacetest"
)

// quickPortal restores within two seconds.
var quickPortal = docspacetest.Config{Script: docspacetest.Total(2 * time.Second), BackupTime: time.Second}

// onStage sets a stage on which the bot is this program, in a process of its own,
// with more settings, and starts it.
func onStage(t *testing.T, settings ...string) *stage.Scene {
	t.Helper()
	s := setScene(t, settings...)
	s.Starts()
	return s
}

// setScene is onStage without a bot.
func setScene(t *testing.T, settings ...string) *stage.Scene {
	t.Helper()
	return setSceneBehind(t, nil, settings...)
}

// setSceneBehind is setScene with something between the bot and both of the others.
func setSceneBehind(t *testing.T, between func(http.Handler) http.Handler, settings ...string) *stage.Scene {
	t.Helper()
	s := stage.Set(t, stage.Options{Env: append(settings, asBot+"=1"), Portal: quickPortal, Between: between})
	write(t, s.Database(), emptyDatabase(t))
	return s
}

// inBubble plays on a stage in fake time: the bot is made of the same settings by
// the same wiring, in this process. What needs no process of its own is played here.
func inBubble(t *testing.T, settings []string, act func(s *stage.Scene)) {
	t.Helper()
	inBubbleBehind(t, nil, settings, act)
}

// inBubbleBehind is inBubble with something between the bot and both of the others.
func inBubbleBehind(t *testing.T, between func(http.Handler) http.Handler, settings []string, act func(s *stage.Scene)) {
	t.Helper()
	setInBubble(t, between, settings, func(s *stage.Scene) {
		s.Starts()
		act(s)
	})
}

// setInBubble is inBubbleBehind without a bot.
func setInBubble(t *testing.T, between func(http.Handler) http.Handler, settings []string, act func(s *stage.Scene)) {
	t.Helper()
	playInBubble(t, stage.Options{Env: settings, Portal: quickPortal, Between: between}, act)
}

// playInBubble is setInBubble on a stage of these options.
func playInBubble(t *testing.T, o stage.Options, act func(s *stage.Scene)) {
	t.Helper()
	o.Env = append(o.Env, asBot+"=1") // for other commands, which are processes
	o.Load = func(environ []string) (app.Settings, error) { return loadSettings(environ, "") }
	empty := emptyDatabase(t)
	synctest.Test(t, func(t *testing.T) {
		s := stage.Set(t, o)
		write(t, s.Database(), empty)
		act(s)
	})
}

// emptyDatabase is a database that holds the schema and nothing else. Most tests
// begin with a copy: to migrate it takes a bot most of its start. The crash matrix,
// the scripts and the demo begin with none.
func emptyDatabase(t *testing.T) string {
	t.Helper()
	text, err := makeEmpty()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

var makeEmpty = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "restorebot-empty-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "restorebot.db")
	store, err := durable.Open(context.Background(), "sqlite:"+file)
	if err == nil {
		err = store.Close()
	}
	text, unread := os.ReadFile(file)
	return string(text), errors.Join(err, unread)
})

// hosts are portals beside the stage's own, by the host that they answer at.
type hosts map[string]http.Handler

func (h hosts) beside(own http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if other, there := h[r.Host]; there {
			other.ServeHTTP(w, r)
			return
		}
		own.ServeHTTP(w, r)
	})
}

// setPortals gives the bots that are started from now on a file of portals.
func setPortals(t *testing.T, s *stage.Scene, portals string) {
	t.Helper()
	file := filepath.Join(s.Dir(), "portals.yaml")
	write(t, file, "portals:\n"+portals)
	s.Setenv("PORTALS_FILE=" + file)
}
