package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
	"docspace-restorebot/docspace/docspacetest"
)

func TestBinaryCountsTwoPeopleAndNotThePersonWhoAsked(t *testing.T) {
	t.Parallel()
	settings := []string{"RESTORE_APPROVERS=" + stage.Alice + "," + stage.Bob + "," + stage.Eve, "RESTORE_APPROVALS=2", "RESTORE_SELF_APPROVAL=false"}
	inBubble(t, settings, func(s *stage.Scene) {
		s.Alice.Types("/restore " + s.Newest())
		s.WantCard("*Who may confirm:* @bob, @eve\n", "@alice, who asked")
		s.Alice.Presses("Restore")
		s.Alice.WantTold("You asked for this restore, so somebody else has to confirm it")
		s.Bob.Presses("Restore")
		s.WantCard("*Confirmed:* 1 of 2, by @bob ", "*Who may confirm:* @eve\n", "@bob, who confirmed already")
		s.Bob.Presses("Restore")
		s.Bob.WantTold("You have confirmed this already")
		s.WantStarts(0)
		s.Eve.Presses("Restore")
		s.WantFinalCard("restored")
		s.WantStarts(1)
	})
}

// tenPressing has ten people press the button of a card n times in all, at once.
func tenPressing(t *testing.T, s *stage.Scene, card slacktest.Message, n int) (sent []*slacktest.Delivery) {
	t.Helper()
	for i := range n {
		user := fmt.Sprintf("UTEN%d", i%10)
		s.Slack.PutPerson(slacktest.Person{ID: user, Name: strings.ToLower(user)})
		d, err := s.Slack.PressStale(user, card, "restore_confirm")
		if err != nil {
			t.Fatal(err)
		}
		sent = append(sent, d)
	}
	return sent
}

// crowds has them press a hundred times. A machine that is too slow for Slack's
// three seconds may leave some unanswered, and then they press again.
func crowds(t *testing.T, s *stage.Scene, card slacktest.Message) {
	t.Helper()
	for _, n := range []int{100, 10} {
		for _, d := range tenPressing(t, s, card, n) {
			_, _ = d.Wait(s.Context())
		}
	}
}

// A hundred presses by ten people at once: one start.
func TestBinaryStartsOnceUnderAHundredPressesByTenPeople(t *testing.T) {
	t.Parallel()
	s := onStage(t, append(everybody, "RESTORE_APPROVALS=3")...)
	s.Alice.Types("/restore " + s.Newest())
	crowds(t, s, s.WantCard())
	s.WantFinalCard("restored")
	s.WantStarts(1)
}

// Where time costs nothing: three of them count, one start comes of them, and the
// other ninety-seven are each told what became of it.
func TestEveryPressOfAHundredIsCountedOrAnswered(t *testing.T) {
	t.Parallel()
	inBubble(t, append(everybody, "RESTORE_APPROVALS=3"), func(s *stage.Scene) {
		s.Slack.SetUnlimited(true)
		s.Alice.Types("/restore " + s.Newest())
		for _, d := range tenPressing(t, s, s.WantCard(), 100) {
			if _, err := d.Wait(s.Context()); err != nil {
				t.Error(err)
			}
		}
		s.WantFinalCard("was restored")
		s.WantStarts(1)
		time.Sleep(time.Minute) // an answer too many would have come
		told := 0
		for n := range 10 {
			for _, m := range s.Slack.Ephemerals(fmt.Sprintf("UTEN%d", n)) {
				told++
				if !strings.Contains(m.Text, "changed nothing") {
					t.Errorf("told: %s", m.Text)
				}
			}
		}
		if told != 97 {
			t.Errorf("%d were told", told)
		}
		s.Stops()
		store, err := durable.Open(s.Context(), "sqlite:"+s.Database())
		if err != nil {
			t.Error(err)
			return
		}
		defer store.Close()
		if head, err := store.CheckAudit(s.Context(), durable.AuditHead{}); err != nil || head.Lines < 100 {
			t.Errorf("the trail: %v, %v", head, err)
		}
	})
}

// confirmedByBob plays on from where the first of two has confirmed, both of the
// group that may.
func confirmedByBob(t *testing.T, act func(s *stage.Scene)) {
	t.Helper()
	setInBubble(t, nil, []string{"RESTORE_APPROVERS=SLEADS", "RESTORE_APPROVALS=2"}, func(s *stage.Scene) {
		leads(s, stage.Bob, stage.Eve)
		s.Starts()
		s.Alice.Types("/restore " + s.Newest())
		s.WantCard()
		s.Bob.Presses("Restore")
		s.WantCard("1 of 2")
		act(s)
	})
}

func TestBinaryDoesNotStartWhatAConfirmerMayNoLongerConfirm(t *testing.T) {
	t.Parallel()
	confirmedByBob(t, func(s *stage.Scene) {
		leads(s, stage.Eve)
		s.Eve.Presses("Restore")
		s.WantCard("The confirmation of @bob does not count any more")
		if told := s.WantThreadSays("does not count any more"); !told.ReplyBroadcast {
			t.Error("the channel was not told")
		}
		s.WantStarts(0)
		s.Slack.PutPerson(slacktest.Person{ID: "UDAN", Name: "dan"})
		leads(s, stage.Eve, "UDAN")
		s.Person("UDAN").Presses("Restore")
		s.Eve.Presses("Restore")
		s.WantFinalCard("restored")
	})
}

func TestBinaryDoesNotStartWhatSlackCannotSayMayBeConfirmed(t *testing.T) {
	t.Parallel()
	confirmedByBob(t, func(s *stage.Scene) {
		heal := s.Slack.Fail("usergroups.users.list", slacktest.Failure{Error: "internal_error"})
		s.Eve.Presses("Restore")
		s.Eve.WantTold("Slack could not say who may do this", "Your press changed nothing")
		s.WantStarts(0)
		heal()
		s.Eve.Presses("Restore")
		s.WantFinalCard("restored")
	})
}

func TestBinaryAsksForThePortalsNameInAModal(t *testing.T) {
	t.Parallel()
	inBubble(t, []string{"RESTORE_CONFIRM=modal"}, func(s *stage.Scene) {
		s.Alice.Types("/restore " + s.Newest())
		if _, ok := s.WantCard().Button("restore_confirm"); ok {
			t.Error("the card has a button that confirms without typing")
		}
		s.Eve.Presses("Restore")
		s.Eve.WantDialog("not on the list of people who may confirm")
		// Slack is slow to say who somebody is: the modal is there all the same.
		slow := s.Slack.Fail("users.info", slacktest.Failure{Hang: true})
		s.Bob.Presses("Restore")
		s.Bob.WantDialog("Looking up what would be lost")
		slow()
		v := s.Bob.WantDialog("Everything changed since")
		if v.PrivateMetadata == "" || strings.Contains(v.PrivateMetadata, s.Newest()) || len(v.PrivateMetadata) > 30 {
			t.Errorf("the modal carries %q", v.PrivateMetadata)
		}
		s.Bob.Submits(slacktest.Values{"word": "somewhere else"})
		s.Bob.WantDialog("This is not the portal's name. Your press changed nothing.")
		s.WantStarts(0)
		s.Bob.Submits(slacktest.Values{"word": " docs.example.com "})
		s.WantFinalCard("restored")
		s.WantStarts(1)
		if _, open := s.Slack.Modal(stage.Bob); open {
			t.Error("the modal is still open")
		}
	})
}

func TestBinaryLetsASecondPersonTypeForADump(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		s.Alice.Types("/restore " + s.Portal.AddBackup(docspacetest.Backup{Dump: true}) + " --dump")
		s.WantCard()
		s.Bob.Presses("Restore")
		s.Bob.WantDialog("The whole server will be replaced")
		s.Bob.Submits(slacktest.Values{"word": "docs.example.com"})
		s.WantFinalCard("restored")
	})
}

// What a modal shows is what is confirmed: other settings, another question.
func TestBinaryAsksAgainWhenTheRulesHaveChanged(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		s.Alice.Types("/restore " + s.Newest())
		s.WantCard()
		s.Stops()
		s.Setenv("RESTORE_SELF_APPROVAL=false")
		s.Starts()
		s.Bob.Presses("Restore")
		s.Bob.WantTold("no longer what would be done", "Ask again with")
		s.WantStarts(0)
	})
}

func TestBinaryDoesNotRestoreABackupThatWasChangedMeanwhile(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		s.Alice.Types("/restore " + s.Newest())
		s.WantCard()
		s.Portal.ChangeBackup(s.Newest(), func(b *docspacetest.Backup) { b.FileName = "another.tar.gz" })
		s.Bob.Presses("Restore")
		s.WantFinalCard("no longer what would be done")
		s.WantStarts(0)
	})
}
