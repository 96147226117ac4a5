package main

import (
	"strings"
	"testing"
)

// Two bots share one PostgreSQL and Slack's envelopes: people are counted once,
// a freeze on one holds the other, and the trail is whole.
func TestBinaryReplicasKeepTheRulesTogether(t *testing.T) {
	t.Parallel()
	s := setScene(t, append(everybody, "RESTORE_APPROVALS=3", "RESTORE_SELF_APPROVAL=false")...)
	onPostgres(t, s)
	s.Starts()
	s.Starts()
	s.Alice.Types("/restore " + s.Newest())
	card := s.WantCard()
	s.Bob.Types("/restore freeze both")
	s.Bob.WantTold("Restores are frozen now")
	for range 4 { // whichever of them hears it
		s.Eve.PressesStale(card, "Restore")
		s.Eve.WantTold("Restores are frozen: both")
	}
	s.Bob.Types("/restore unfreeze")
	s.Bob.WantTold("ask for restores again")
	crowds(t, s, card)
	s.WantFinalCard("restored")
	s.WantStarts(1)
	wholeTrail(t, s) // read beside the running bots
	out, errs, status := s.Runs("audit", "export")
	if status != 0 || strings.Count(out, `"kind":"confirmed"`) != 3 {
		t.Errorf("status %d, %d confirmations: %s", status, strings.Count(out, `"kind":"confirmed"`), errs)
	}
}
