package main

import (
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
)

func TestBinaryFreezesAcrossARestartAndLetsGoAgain(t *testing.T) {
	t.Parallel()
	s := onStage(t, "RESTORE_APPROVERS="+stage.Bob)
	s.Alice.Types("/restore " + s.Newest())
	card := s.WantCard()
	s.Bob.Types("/restore freeze")
	s.Bob.WantTold("freeze needs a reason")
	s.Bob.Types("/restore freeze we're <migrating> until 04:00")
	s.Bob.WantTold("Restores are frozen now", "we're <migrating> until 04:00")
	frozen := s.WantCard("Restores are frozen")
	if _, ok := frozen.Button("restore_confirm"); ok {
		t.Error("the card can still be confirmed")
	}
	if _, ok := frozen.Button("restore_dismiss"); !ok {
		t.Error("the card cannot be dismissed")
	}
	for range 2 { // before the restart and after it
		s.Bob.PressesStale(card, "Restore")
		s.Bob.WantTold("Restores are frozen", "we're <migrating> until 04:00", "@bob")
		s.Alice.Types("/restore " + s.Newest())
		s.Alice.WantTold("Restores are frozen", "Nothing was started")
		s.Alice.Types("/restore status")
		s.Alice.WantTold("Restores are frozen", "@bob")
		s.Kills()
		s.Starts()
	}
	s.Alice.Types("/restore unfreeze")
	s.Alice.WantTold("can freeze restores or let them go again", "@bob")
	s.Bob.Types("/restore unfreeze")
	s.Bob.WantTold("People can ask for restores again")
	s.Bob.Types("/restore unfreeze")
	s.Bob.WantTold("Restores are not frozen")
	s.WantCard("*Who may confirm:* @bob\n  *Until:*")
	s.Bob.Presses("Restore")
	s.WantFinalCard("restored")
}

var glassSettings = []string{
	"RESTORE_APPROVERS=" + stage.Bob + "," + stage.Eve, "RESTORE_APPROVALS=2", "RESTORE_SELF_APPROVAL=false", "RESTORE_BREAK_GLASS=" + stage.Alice,
}

// breaksGlass asks for a restore that Alice alone may confirm, and shows its card.
func breaksGlass(t *testing.T, s *stage.Scene) {
	t.Helper()
	s.Alice.Types("/restore " + s.Newest() + ` --break-glass --reason "nobody <!channel> awake"`)
	s.WantCard()
}

func TestBinaryRefusesToBreakTheGlassForOthersAndForDumps(t *testing.T) {
	t.Parallel()
	inBubble(t, glassSettings, func(s *stage.Scene) {
		s.Bob.Types("/restore " + s.Newest() + " --break-glass --reason x")
		s.Bob.WantTold("may use --break-glass", "@alice")
		s.Alice.Types("/restore " + s.Newest() + " --break-glass")
		s.Alice.WantTold("--break-glass needs a --reason")
		s.Alice.Types("/restore " + s.Newest() + " --break-glass --reason x --dump")
		s.Alice.WantTold("--dump", "always needs two people")
		s.WantUntouched()
	})
	inBubble(t, nil, func(s *stage.Scene) {
		s.Alice.Types("/restore " + s.Newest() + " --break-glass --reason x")
		s.Alice.WantTold("--break-glass is not set up here")
		s.WantUntouched()
	})
}

func TestBinaryLetsAnybodyStopABrokenGlass(t *testing.T) {
	t.Parallel()
	inBubble(t, glassSettings, func(s *stage.Scene) {
		breaksGlass(t, s)
		s.Bob.Presses("Restore")
		s.Bob.WantTold("only the person who asked can confirm it")
		s.Alice.Presses("Restore")
		counting := s.WantCard("It starts *in ")
		call := s.WantThreadSays("@bob, @eve")
		if !call.ReplyBroadcast {
			t.Error("the approvers are called in the thread alone")
		}
		if strings.Contains(call.Text, "<!channel>") {
			t.Errorf("a reason calls the channel: %s", call.Text)
		}
		s.Slack.PutPerson(slacktest.Person{ID: "UGUEST", Name: "guest", IsRestricted: true})
		guest := s.Person("UGUEST")
		guest.Presses("Stop")
		s.WantFinalCard("@guest stopped it")
		s.WantStarts(0)
		guest.PressesStale(counting, "Stop")
		guest.WantTold("dismissed by @guest")
	})
}

func TestBinaryFreezesAQueuedStart(t *testing.T) {
	t.Parallel()
	inBubble(t, glassSettings, func(s *stage.Scene) {
		breaksGlass(t, s)
		s.Alice.Presses("Restore")
		s.WantCard("It starts *in ")
		s.Bob.Types("/restore freeze no")
		s.Bob.WantTold("Restores are frozen now")
		s.WantFinalCard("restores are frozen: no")
		s.WantStarts(0)
	})
}

// The whole minute, seen from outside.
func TestBinaryCountsDownAMinuteAndThenStarts(t *testing.T) {
	t.Parallel()
	inBubble(t, glassSettings, func(s *stage.Scene) {
		breaksGlass(t, s)
		began := time.Now()
		s.Alice.Presses("Restore")
		s.WantCard("It starts *in ")
		s.Until("the restore has started", func() bool { return s.Portal.Starts() > 0 })
		if waited := time.Since(began); waited < 59*time.Second {
			t.Errorf("it started after %s", waited)
		}
		s.WantFinalCard("restored")
		s.WantStarts(1)
		counts := map[string]bool{}
		for _, e := range s.Slack.Log() {
			if e.Message == nil || e.TS != s.Card().TS {
				continue
			}
			if _, left, ok := strings.Cut(s.Text(*e.Message), "It starts *in "); ok {
				counts[strings.SplitN(left, "*", 2)[0]] = true
			}
		}
		if len(counts) < 8 {
			t.Errorf("the card counted down %d times: %v", len(counts), counts)
		}
	})
}
