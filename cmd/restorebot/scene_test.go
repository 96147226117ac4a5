package main

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

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
	return stage.Set(t, stage.Options{Env: append(settings, asBot+"=1"), Portal: quickPortal, Between: between})
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
	synctest.Test(t, func(t *testing.T) { act(stage.Set(t, o)) })
}
