package slackchat

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
)

// The clock is compared with Slack's, by which requests and keys expire.
func TestCheckupTellsAWrongClock(t *testing.T) {
	t.Parallel()
	slacks := time.Date(2026, 3, 2, 3, 4, 5, 0, time.UTC)
	for name, c := range map[string]struct {
		off    time.Duration
		header http.Header
		want   bot.Grade
		words  string
	}{
		"right":       {10 * time.Second, http.Header{"Date": {slacks.Format(http.TimeFormat)}}, bot.Pass, "within"},
		"ahead":       {5 * time.Minute, http.Header{"Date": {slacks.Format(http.TimeFormat)}}, bot.Fail, "5m0s off"},
		"behind":      {-time.Hour, http.Header{"Date": {slacks.Format(http.TimeFormat)}}, bot.Fail, "1h0m0s off"},
		"not told":    {0, http.Header{}, bot.Warn, "did not say"},
		"cannot read": {0, http.Header{"Date": {"yesterday"}}, bot.Warn, "did not say"},
	} {
		checkup := &Checkup{
			Now: func() time.Time { return slacks.Add(c.off) },
			API: slackClient(func(*http.Request) (int, http.Header, string) {
				return http.StatusOK, c.header, `{"ok":true,"team":"T","team_id":"T1","user":"bot","user_id":"U1","bot_id":"B1"}`
			}),
		}
		found := checkup.Token(t.Context())
		clock := found[len(found)-1]
		if clock.Check != "clock" || clock.Grade != c.want || !strings.Contains(clock.What, c.words) || (clock.Fix == "") != (c.want == bot.Pass) {
			t.Errorf("%s: %+v", name, clock)
		}
	}
}
