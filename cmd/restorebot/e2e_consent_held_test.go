package main

import (
	"context"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"docspace-restorebot/bot/durabletest"
	"docspace-restorebot/bot/slacktest"
)

// What comes between the press and the start lasts longer than the request lives,
// and passes: the bot lives on, and starts nothing.
func TestBinaryStartsNothingThatWasHeldUp(t *testing.T) {
	t.Parallel()
	const aged = "a confirmation is good for 15 s"
	for name, c := range map[string]struct {
		before func(*oldStage) *durabletest.Postgres
		hold   func(*oldStage, *exec.Cmd, *durabletest.Postgres) (free func())
		words  string
	}{
		"stopped": {nil, func(_ *oldStage, cmd *exec.Cmd, _ *durabletest.Postgres) func() {
			_ = cmd.Process.Signal(syscall.SIGSTOP)
			return func() { _ = cmd.Process.Signal(syscall.SIGCONT) }
		}, aged},
		"the disk full": {nil, func(s *oldStage, cmd *exec.Cmd, _ *durabletest.Postgres) func() { return fillDisk(s.t, cmd) }, aged},
		"PostgreSQL stopped": {(*oldStage).onPostgres, func(_ *oldStage, _ *exec.Cmd, database *durabletest.Postgres) func() {
			database.Stop()
			return database.Start
		}, "the machine or the database was restarted"},
		"Slack does not say who people are": {nil, func(s *oldStage, _ *exec.Cmd, _ *durabletest.Postgres) func() {
			return s.slack.Fail("users.info", slacktest.Failure{Hang: true})
		}, aged},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			g := new(gate)
			s := setStageBehind(t, g.wrap)
			s.env = append(s.env, "RESTORE_CONFIRM_TTL=15s", "SAFETY_BACKUP=Local:/backups") // a busy machine needs some of it to show the card
			var database *durabletest.Postgres
			if c.before != nil {
				database = c.before(s)
			}
			cmd := s.start(ctx)
			card := s.card(ctx)
			g.shut(atSafetyDone)
			s.press(ctx, "UBOB", card, "restore_confirm")
			s.hangs(ctx, g)
			over := time.NewTimer(15 * time.Second) // the life itself
			defer over.Stop()
			free := c.hold(s, cmd, database)
			g.open()
			select {
			case <-over.C:
			case <-ctx.Done():
			}
			free()
			s.expires(ctx, card, c.words)
		})
	}
}
