package main

import (
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
)

func TestBinaryServesAWorkspaceThatJoinsAGrid(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t)
	s.says(ctx, "UALICE", "/restore status", "Nothing that the bot started is open")
	s.slack.JoinGrid("E0GRID", "Grid")
	s.says(ctx, "UBOB", "/restore list", "newest first")
	card := s.card(ctx)
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.shows(ctx, card, "restored in")
}

// Alice and Bob have an id in the workspace and another in the organisation. The
// lists hold one of each, they come with either, and each counts once.
func TestBinaryKnowsAPersonOfAGridByEitherId(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s := setStage(t)
	s.slack.JoinGrid("E0GRID", "Grid")
	for id, org := range map[string]string{"UALICE": "WALICE", "WALICE": "WALICE", "UBOB": "WBOB", "WBOB": "WBOB", "UEVE": "WEVE", "WMALLORY": "WMALLORY"} {
		s.slack.PutPerson(slacktest.Person{ID: id, Name: strings.ToLower(id), OrgID: org})
	}
	s.env = append(s.env, "RESTORE_USERS=WALICE", "RESTORE_APPROVERS=UALICE,UBOB,WEVE", "RESTORE_APPROVALS=2", "RESTORE_SELF_APPROVAL=false")
	s.start(ctx)
	s.says(ctx, "WMALLORY", "/restore "+s.newest(), "You are not on the list")
	card := s.card(ctx)
	s.press(ctx, "WALICE", card, "restore_confirm")
	s.told(ctx, "WALICE", "You asked for this restore")
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.press(ctx, "WBOB", card, "restore_confirm")
	s.told(ctx, "WBOB", "You have confirmed this already")
	if s.portal.Starts() != 0 {
		t.Error("one person's two ids started it")
	}
	s.press(ctx, "UEVE", card, "restore_confirm")
	s.shows(ctx, card, "restored in")
}

func TestBinaryNamesATokenOfAWholeOrganisation(t *testing.T) {
	t.Parallel()
	slack := slacktest.New(slacktest.World{TeamID: "E0GRID", EnterpriseID: "E0GRID", Channels: []slacktest.Channel{{ID: "COPS", Name: "incidents"}}})
	t.Cleanup(slack.Close)
	web := httptest.NewServer(slack)
	t.Cleanup(web.Close)
	s := setStage(t)
	env := append(s.env, "SLACK_API_URL="+web.URL+"/api/")
	for command, status := range map[string]int{"run": statusAuth, "doctor": 1} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], command)
		cmd.Env, cmd.Dir = env, t.TempDir()
		out, _ := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != status || !strings.Contains(string(out), "was made for a whole organisation") || !strings.Contains(string(out), "Install the app in the one workspace") {
			t.Errorf("%s ended with %d:\n%s", command, cmd.ProcessState.ExitCode(), out)
		}
	}
}
