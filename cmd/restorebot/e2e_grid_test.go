package main

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

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
