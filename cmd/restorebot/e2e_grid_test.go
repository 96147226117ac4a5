package main

import (
	"strings"
	"testing"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
)

func TestBinaryServesAWorkspaceThatJoinsAGrid(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		s.Alice.Types("/restore status")
		s.Alice.WantTold("No restore of this bot runs or waits")
		s.Slack.JoinGrid("E0GRID", "Grid")
		s.Bob.Types("/restore list")
		s.Bob.WantTold("newest first")
		s.Alice.Types("/restore " + s.Newest())
		s.WantCard()
		s.Bob.Presses("Restore")
		s.WantFinalCard("restored in")
	})
}

// Alice and Bob have an id in the workspace and another in the organisation. The
// lists hold one of each, they come with either, and each counts once.
func TestBinaryKnowsAPersonOfAGridByEitherId(t *testing.T) {
	t.Parallel()
	settings := []string{"RESTORE_USERS=WALICE", "RESTORE_APPROVERS=" + stage.Alice + "," + stage.Bob + ",WEVE", "RESTORE_APPROVALS=2", "RESTORE_SELF_APPROVAL=false"}
	setInBubble(t, nil, settings, func(s *stage.Scene) {
		s.Slack.JoinGrid("E0GRID", "Grid")
		for id, org := range map[string]string{
			stage.Alice: "WALICE", "WALICE": "WALICE", stage.Bob: "WBOB", "WBOB": "WBOB", stage.Eve: "WEVE", "WMALLORY": "WMALLORY",
		} {
			s.Slack.PutPerson(slacktest.Person{ID: id, Name: strings.ToLower(id), OrgID: org})
		}
		s.Starts()
		mallory, alice, bob := s.Person("WMALLORY"), s.Person("WALICE"), s.Person("WBOB")
		mallory.Types("/restore " + s.Newest())
		mallory.WantTold("You are not on the list")
		s.Alice.Types("/restore " + s.Newest())
		s.WantCard()
		alice.Presses("Restore")
		alice.WantTold("You asked for this restore")
		s.Bob.Presses("Restore")
		bob.Presses("Restore")
		bob.WantTold("You have confirmed this already")
		s.WantStarts(0)
		s.Eve.Presses("Restore")
		s.WantFinalCard("restored in")
	})
}

func TestBinaryNamesATokenOfAWholeOrganisation(t *testing.T) {
	t.Parallel()
	s := stage.Set(t, stage.Options{Env: []string{asBot + "=1"}, World: func(w *slacktest.World) { w.TeamID, w.EnterpriseID = "E0GRID", "E0GRID" }})
	for command, status := range map[string]int{"run": statusAuth, "doctor": 1} {
		cmd := s.Command(s.Context(), command)
		out, _ := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != status || !strings.Contains(string(out), "was made for a whole organisation") || !strings.Contains(string(out), "Install the app in the one workspace") {
			t.Errorf("%s ended with %d:\n%s", command, cmd.ProcessState.ExitCode(), out)
		}
	}
}
