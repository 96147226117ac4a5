package blockkit

import (
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
)

// Whoever decides needs no seconds.
func TestLastChangeIsToldInMinutes(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{59 * time.Second: "59 s", 4*time.Minute + 10*time.Second: "4 min", 3*time.Hour + 61*time.Second: "3 h 1 min"} {
		if got := roughly(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

// A card that ended says once whether anything was changed, after its reason.
func TestCardSaysOnceWhetherAnythingWasChanged(t *testing.T) {
	t.Parallel()
	for _, state := range []bot.State{bot.Refused, bot.Dismissed, bot.Expired, bot.Rehearsed, bot.Failed, bot.Unclear} {
		for start, change := range map[string]func(*bot.Card){"not started": unstarted, "started": func(*bot.Card) {}, "whole server": dump} {
			c := viewCard(state, change, func(c *bot.Card) {
				c.Restore.Reason = bot.Reason{What: "The backup has expired.", Do: "Take another."}
			})
			effect := c.Restore.Effect()
			for where, text := range map[string]string{"card": headline(c) + "\n" + outcome(c), "channel": endText(c, bot.Note{})} {
				if effect == "" || strings.Count(text, effect) != 1 || len(anEffect.FindAllString(strings.Replace(text, effect, "", 1), -1)) != 0 {
					t.Errorf("%s, %s, the %s says %q not once: %s", state, start, where, effect, text)
				}
			}
		}
	}
}
