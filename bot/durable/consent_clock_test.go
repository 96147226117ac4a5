package durable

import (
	"path/filepath"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durabletest"
)

// A bot dies just after the press and comes back; what its machine says then of
// the time decides.
func TestConsentIsMeasuredByClocksThatNobodySets(t *testing.T) {
	t.Parallel()
	if boot, _ := uptime(); boot == "" {
		t.Skip("this system does not tell which run of it this is")
	}
	for name, c := range map[string]struct {
		change func(c *bot.Clock)
		cause  bot.LapseCause // "" means that it holds
	}{
		"at once":                          {func(*bot.Clock) {}, ""},
		"the clock was set back":           {func(c *bot.Clock) { c.At = c.At.Add(-time.Hour) }, ""},
		"later":                            {func(c *bot.Clock) { c.At, c.Up = c.At.Add(time.Hour), c.Up+time.Hour }, bot.LapsedOld},
		"later, and the clock was set":     {func(c *bot.Clock) { c.At, c.Up = c.At.Add(-time.Hour), c.Up+time.Hour }, bot.LapsedOld},
		"later, on a machine that stood":   {func(c *bot.Clock) { c.At = c.At.Add(time.Hour) }, bot.LapsedOld},
		"the machine was booted":           {func(c *bot.Clock) { c.Boot = "another" }, bot.LapsedUnseen},
		"the system does not tell its run": {func(c *bot.Clock) { c.Boot = "" }, bot.LapsedUnseen},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := "sqlite:" + filepath.Join(t.TempDir(), "bot.db")
			s, err := Open(t.Context(), url)
			if err != nil {
				t.Fatal(err)
			}
			r := durabletest.Confirmed(t, s, "a", 15*time.Minute)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if s, err = Open(t.Context(), url); err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			s.SetClocks = c.change
			if c.cause != "" {
				durabletest.WantLapsed(t, s, r, c.cause)
			} else if err := s.CheckConsent(t.Context(), r); err != nil {
				t.Error(err)
			}
		})
	}
}
