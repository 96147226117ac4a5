package main

import (
	"testing"

	"docspace-restorebot/cmd/restorebot/stage"
	"docspace-restorebot/docspace/docspacetest"
)

// A module in any case is sent as the server spells it, and on a portal that is
// not self-hosted the card says what the backup may cost before anybody presses.
func TestBinaryTakesASafetyBackupInTheCloud(t *testing.T) {
	t.Parallel()
	cloud := quickPortal
	cloud.SaaS = true
	cloud.Faults.BackupServiceOff = true
	playInBubble(t, stage.Options{Env: []string{"SAFETY_BACKUP=ThirdPartyConsumer:S3,bucket=b"}, Portal: cloud}, func(s *stage.Scene) {
		s.Starts()
		s.Alice.Types("/restore " + s.Newest())
		s.WantCard("can be charged", "a charge switches it on")
		s.Bob.Presses("Restore")
		s.WantFinalCard("restored")
		taken := s.Portal.BackupTasks()
		if len(taken) != 1 || taken[0].Params["module"] != "s3" || taken[0].Params["bucket"] != "b" || !taken[0].Succeeded {
			t.Errorf("backups: %+v", taken)
		}
	})
}

// A history that answers 500 does not make a finished safety backup a failed one.
// What is started is looked up once more, so it waits for a history that can be
// read, and says so.
func TestBinaryCallsAFinishedSafetyBackupDoneWithoutTheHistory(t *testing.T) {
	t.Parallel()
	inBubble(t, []string{"SAFETY_BACKUP=Local:/backups"}, func(s *stage.Scene) {
		s.Alice.Types("/restore " + s.Newest())
		s.WantCard()
		s.Portal.Break(func(f *docspacetest.Faults) { f.BackupStuck = true })
		s.Bob.Presses("Restore")
		s.WantCard("safety backup")
		s.Portal.Break(func(f *docspacetest.Faults) {
			f.BackupStuck = false
			f.Pages = []docspacetest.Page{{Path: "getbackuphistory", Status: 500}}
		})
		s.WantCard("safety backup is done", "could not read in the history")
		s.WantFinalCard("not started")
		s.WantStarts(0)
		if n := s.Portal.BackupStarts(); n != 1 {
			t.Errorf("%d backups", n)
		}
	})
}
