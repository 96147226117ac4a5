package main

import (
	"context"
	"os"
	"syscall"
	"testing"
	"time"

	"docspace-restorebot/bot/durabletest"
	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
)

// heldUp are the settings of a restore that waits at atSafetyDone for longer than
// its request lives. A busy machine needs some of the life to show the card.
var heldUp = []string{"RESTORE_CONFIRM_TTL=15s", "SAFETY_BACKUP=Local:/backups"}

const aged = "a confirmation is good for 15 s"

// What comes between the press and the start lasts longer than the request lives,
// and passes: the bot lives on, and starts nothing. The machine, the disk and the
// database can be stopped in real time alone.
func TestBinaryStartsNothingThatWasHeldUp(t *testing.T) {
	t.Parallel()
	all := atOnce{t: t}
	defer all.Wait()
	for name, c := range map[string]struct {
		postgres bool
		hold     func(*testing.T, *os.Process, *durabletest.Postgres) (free func())
		words    string
	}{
		"stopped": {false, func(_ *testing.T, bot *os.Process, _ *durabletest.Postgres) func() {
			_ = bot.Signal(syscall.SIGSTOP)
			return func() { _ = bot.Signal(syscall.SIGCONT) }
		}, aged},
		"the disk full": {false, func(t *testing.T, bot *os.Process, _ *durabletest.Postgres) func() {
			t.Helper()
			return fillDisk(t, bot)
		}, aged},
		"PostgreSQL stopped": {true, func(_ *testing.T, _ *os.Process, database *durabletest.Postgres) func() {
			database.Stop()
			return database.Start
		}, "the machine or the database was restarted"},
	} {
		all.Run(name, func(t *testing.T) { //nolint:thelper // a subtest
			g := new(gate)
			s := setSceneBehind(t, g.wrap, heldUp...)
			var database *durabletest.Postgres
			if c.postgres {
				database = onOwnPostgres(t, s)
			}
			bot := s.Starts()
			s.Alice.Types("/restore " + s.Newest())
			s.WantCard()
			g.shut(atSafetyDone)
			s.Bob.Presses("Restore")
			g.hangs(t, s)
			life, cancel := context.WithTimeout(s.Context(), 15*time.Second) // itself
			defer cancel()
			free := c.hold(t, bot.Process(), database)
			g.open()
			<-life.Done()
			free()
			wantExpired(t, s, c.words)
		})
	}
	all.Run("Slack does not say who people are", func(t *testing.T) { //nolint:thelper // a subtest
		g := new(gate)
		inBubbleBehind(t, g.wrap, heldUp, func(s *stage.Scene) {
			s.Alice.Types("/restore " + s.Newest())
			s.WantCard()
			g.shut(atSafetyDone)
			s.Bob.Presses("Restore")
			g.hangs(t, s)
			free := s.Slack.Fail("users.info", slacktest.Failure{Hang: true})
			g.open()
			time.Sleep(15 * time.Second)
			free()
			wantExpired(t, s, aged)
		})
	})
}
