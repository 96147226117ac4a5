package main

import (
	"testing"
	"time"

	"docspace-restorebot/cmd/restorebot/stage"
)

// A bot that is down for longer than a slow step may take says so, on the card
// and in its thread, and goes on where the restore is.
func TestBinaryTellsThatItWasAway(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		running(t, s)
		s.WantFinalCard("It cannot be cancelled")
		s.Kills()
		time.Sleep(21 * time.Second) // the absence itself
		s.Starts()
		s.WantThreadSays("The bot was away from", "Nothing was started twice")
		s.Portal.Heal()
		s.WantFinalCard("the bot was away from")
		s.WantFinalCard("restored in")
		s.WantStarts(1)
	})
}
