package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
	"docspace-restorebot/docspace/docspacetest"
)

func TestBinaryPicksABackupInADialog(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		s.Portal.AddBackup(docspacetest.Backup{StorageType: 4, CreatedOn: time.Now().Add(-time.Hour), ExpiresOn: time.Now().Add(30 * time.Minute)})
		s.Alice.Types("/restore")
		picker := s.Alice.WantDialog("4 backups, newest first", "Reason")
		if sent := fmt.Sprint(picker); !strings.Contains(sent, "today 01:00, 1 h ago") || strings.Contains(sent, "UTC") { // Alice is in Riga
			t.Errorf("the menu does not tell times in Alice's zone: %s", sent)
		}
		id := s.Portal.Backups()[1].ID
		s.Alice.Submits(slacktest.Values{"backup": id, "options": []string{"notify"}, "reason": "lost <room>"})
		s.Alice.WantDialog("is recorded and being checked", "Nothing was started")
		s.WantCard(id, "--notify", "lost <room>", "every active user gets a mail")
		s.Bob.Presses("Restore")
		s.WantFinalCard("restored in")
	})
}

func TestBinaryOpensAtOnceAndSaysWhyThereIsNothingToPick(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		s.Portal.Break(func(f *docspacetest.Faults) { f.Down = true })
		s.Alice.Types("/restore")
		s.Alice.WantDialog("Loading backups")
		s.Alice.WantDialog("could not be read", "Nothing was started")
		s.WantUntouched()
	})
}

func TestBinaryListsBackupsWithButtonsThatOpenThePicker(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		id := s.Portal.Backups()[1].ID
		s.Bob.Types("/restore list")
		list := s.Bob.WantTold("newest first", "Restore")
		if len(list.Buttons()) != 3 {
			t.Fatalf("the list has the buttons %v", list.Buttons())
		}
		d, err := s.Slack.PressButton(stage.Bob, list, list.Buttons()[1])
		if err == nil {
			_, err = d.Wait(s.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		s.Bob.WantDialog("3 backups, newest first")
		s.Bob.Submits(slacktest.Values{"options": []string{"dry-run"}})
		s.WantCard(id, "--dry-run")
		s.Bob.Presses("Restore")
	})
}

func TestBinaryFollowsARestoreThatWasStartedElsewhere(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		s.Portal.StartElsewhere(s.Newest())
		s.Alice.Types("/restore status")
		status := s.Alice.WantTold("this bot did not start")
		s.Alice.PressesOn(status, "Follow docs.example.com")
		s.Alice.WantTold("Following it")
		s.WantCard("The portal does not say which backup it restores")
		s.WantFinalCard("this bot did not start it, and followed it")
		s.WantStarts(0)
	})
}
