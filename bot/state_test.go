package bot_test

import (
	"testing"

	"docspace-restorebot/bot"
)

func all() []bot.State {
	return append(bot.OpenStates(), bot.Succeeded, bot.Failed, bot.Rehearsed, bot.Refused, bot.Dismissed, bot.Expired)
}

func TestNoMoveLeadsOutOfAnEnd(t *testing.T) {
	t.Parallel()
	for _, from := range all() {
		if from.Open() == from.Ended() {
			t.Errorf("%s is open: %v, ended: %v", from, from.Open(), from.Ended())
		}
		for _, to := range all() {
			if from.Ended() && from != to && bot.CanMove(from, to) {
				t.Errorf("%s may become %s", from, to)
			}
		}
	}
}

// The POST is made by the step that moved a restore to starting, so nothing but
// a confirmed one may come there, at once or after its safety backup, and nothing
// may come there again.
func TestOnlyAConfirmedRestoreStarts(t *testing.T) {
	t.Parallel()
	for _, from := range all() {
		if from != bot.Starting && bot.CanMove(from, bot.Starting) != (from == bot.Confirmed || from == bot.Saving) {
			t.Errorf("%s -> starting: %v", from, bot.CanMove(from, bot.Starting))
		}
		if from != bot.Saving && bot.CanMove(from, bot.Saving) != (from == bot.Confirmed) {
			t.Errorf("%s -> saving: %v", from, bot.CanMove(from, bot.Saving))
		}
		if from != bot.Confirmed && bot.CanMove(from, bot.Confirmed) != (from == bot.Requested) {
			t.Errorf("%s -> confirmed: %v", from, bot.CanMove(from, bot.Confirmed))
		}
	}
}
