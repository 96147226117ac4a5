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

// What a refusal says already is not said again below it.
func TestCardSaysOnceThatNothingWasStarted(t *testing.T) {
	t.Parallel()
	for _, state := range []bot.State{bot.Failed, bot.Refused, bot.Expired} {
		said := outcome(viewCard(state, unstarted, func(c *bot.Card) {
			c.Restore.Reason = bot.Reason{What: "The backup has expired. Nothing was started.", Do: "Take another."}
		}))
		if strings.Count(said, "Nothing was started") != 1 || !strings.Contains(said, "The backup has expired.") {
			t.Errorf("%s: %s", state, said)
		}
	}
}
