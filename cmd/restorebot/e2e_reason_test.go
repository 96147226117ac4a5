package main

import (
	"strings"
	"testing"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
)

// reasonRequired are the settings of a team that always wants to know why.
var reasonRequired = []string{"RESTORE_REASON=required"}

// A request without a reason is refused with words before anything else happens.
func TestBinaryAsksWhyWhereThatIsRequired(t *testing.T) {
	t.Parallel()
	inBubble(t, reasonRequired, func(s *stage.Scene) {
		for _, flags := range []string{"", " --dry-run", " --reason \"\u2800\""} {
			s.Alice.Types("/restore " + s.Newest() + flags)
			s.Alice.WantTold("needs a reason", "Nothing was started", "--reason")
		}
		s.WantUntouched()
		s.Alice.Types("/restore " + s.Newest() + " --reason \"lost <room>\"")
		s.WantCard("lost <room>")
		s.Bob.Presses("Restore")
		s.WantFinalCard("restored in")
	})
}

func TestBinaryPickerAsksWhyWhereThatIsRequired(t *testing.T) {
	t.Parallel()
	inBubble(t, reasonRequired, func(s *stage.Scene) {
		s.Alice.Types("/restore")
		s.Alice.WantDialog("3 backups, newest first")
		s.Alice.Submits(slacktest.Values{"backup": s.Newest(), "reason": "\u2800"}) // nobody sees it
		s.Alice.WantDialog("Say in a few words why")
		s.WantUntouched()
		s.Alice.Submits(slacktest.Values{"backup": s.Newest(), "reason": "lost room"})
		s.WantCard("lost room")
		s.Bob.Presses("Restore")
	})
}

// What was said with a dismissal stands on the card and in the report.
func TestBinaryTellsWhyARequestWasDismissed(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		s.Alice.Types("/restore " + s.Newest())
		id := s.WantCard().Buttons()[0].Value
		s.Bob.Types("/restore cancel " + id + " wrong <!channel> backup")
		card := s.WantCard("Dismissed by", "wrong <!channel> backup")
		if strings.Contains(card.Text, "<!channel>") {
			t.Error("the reason calls the channel")
		}
		out, errs, status := s.Runs("report", id)
		if status != 0 || !strings.Contains(out, "**Closed because:** wrong ") || !strings.Contains(out, "reason=wrong ") {
			t.Errorf("status %d: %s%s", status, out, errs)
		}
		s.WantStarts(0)
	})
}
