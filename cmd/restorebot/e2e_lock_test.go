package main

import (
	"strings"
	"testing"
	"time"

	"docspace-restorebot/cmd/restorebot/stage"
	"docspace-restorebot/docspace/docspacetest"
)

// stands asks for a restore and returns when it runs on the portal, where it stands
// still until the portal is healed.
func stands(t *testing.T, s *stage.Scene) {
	t.Helper()
	s.Alice.Types("/restore " + s.Newest())
	s.WantCard()
	s.Portal.Break(func(f *docspacetest.Faults) { f.StuckQueued = true })
	for s.Portal.Starts() == 0 {
		s.Bob.Presses("Restore") // and again where a busy disk took longer than Slack waits, as the answer asks
		s.Until("the restore has started, or the press was refused", func() bool {
			return s.Portal.Starts() > 0 || s.Bob.IsTold("could not read or write its records")
		})
	}
}

// One bot writes a file, and others read it meanwhile. A bot that was killed
// leaves nothing that keeps the next one out.
func TestBinariesShareAFileOnlyToRead(t *testing.T) {
	t.Parallel()
	s := onStage(t)
	stands(t, s)
	out, err := s.Command(s.Context(), "run").CombinedOutput()
	for _, words := range []string{"in use by another process", "Nothing was started", "Stop the other bot"} {
		if err == nil || !strings.Contains(string(out), words) {
			t.Errorf("the second bot ended with %v and does not say %q: %s", err, words, out)
		}
	}
	wholeTrail(t, s) // beside the bot
	s.Kills()
	begun := time.Now()
	s.Starts()
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("after a kill the next bot was ready after %s", took)
	}
	s.Portal.Heal()
	s.WantFinalCard("restored")
	wantOneEnd(t, s)
}
