package bot_test

import (
	"testing"
	"time"

	"docspace-restorebot/bot"
)

func TestSpanIsToldInItsTwoLargestUnits(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		-time.Minute: "0 s", 0: "0 s", 1499 * time.Millisecond: "1 s", 59 * time.Second: "59 s", 15 * time.Minute: "15 min",
		time.Hour - time.Second: "59 min 59 s", time.Hour: "1 h", 47*time.Hour + 59*time.Minute: "47 h 59 min", 48 * time.Hour: "2 days",
		75*time.Hour + 40*time.Minute: "3 days 3 h",
	} {
		if got := bot.Span(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
