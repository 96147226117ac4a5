package bot_test

import (
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/command"
)

func TestWhatEndedBeforeItsStartHasNotFailed(t *testing.T) {
	t.Parallel()
	for want, r := range map[string]bot.Restore{
		"not started": {State: bot.Failed}, "failed": {State: bot.Failed, StartedAt: time.Unix(1, 0)}, "expired": {State: bot.Expired},
	} {
		if got := r.Outcome(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestShortHelpIsHelp(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"-h", "--h", "–h", "-H", "--help"} {
		if line, no := command.Parse(text); no != nil || line.Verb != command.VerbHelp {
			t.Errorf("%s: %+v, %+v", text, line, no)
		}
	}
}
