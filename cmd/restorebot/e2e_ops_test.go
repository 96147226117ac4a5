package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/docspace/docspacetest"
)

func TestBinaryTellsHowItIs(t *testing.T) {
	t.Parallel()
	s := setScene(t, "HTTP_ADDR=127.0.0.1:0")
	s.Portal.Break(func(f *docspacetest.Faults) { f.Down = true })
	heal := s.Slack.Fail("auth.test", slacktest.Failure{Status: http.StatusServiceUnavailable})
	bot, err := s.Launch(s.Context())
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string) (int, string) {
		t.Helper()
		status, text, err := bot.Get(s.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		return status, text
	}
	if status, text := get("/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(text, "slack: no connection yet") {
		t.Errorf("without Slack /readyz answers %d: %s", status, text)
	}
	if status, _ := get("/healthz"); status != http.StatusOK {
		t.Errorf("without Slack /healthz answers %d", status)
	}
	heal()
	s.Until("the bot has connected", func() bool { return len(s.Slack.Connections()) > 0 })
	s.Eve.Types("/restore " + s.Newest())
	s.Eve.WantTold("not on the list")
	s.Alice.Types("/restore lost")
	s.Alice.WantTold("neither a command nor the id")

	var report struct {
		Ready   bool
		Reasons []string
	}
	s.WantPage("/readyz", func(_ int, text string) bool { return json.Unmarshal([]byte(text), &report) == nil && report.Ready })
	if reasons := strings.Join(report.Reasons, "\n"); !strings.HasPrefix(reasons, "portal 1: ") || strings.Contains(reasons, "docs.example.com") {
		t.Errorf("a portal that is down is told as %q", reasons)
	}
	want := []string{
		`restorebot_commands_total{verb="restore"} 1`,
		`restorebot_commands_total{verb="unreadable"} 1`,
		`restorebot_refusals_total{rule="person"} 1`,
		`restorebot_refusals_total{rule="syntax"} 1`,
		`restorebot_slack_acks_total{kind="slash_commands",outcome="handled"} 2`,
		`restorebot_slack_ack_duration_seconds_count{kind="slash_commands"} 2`,
		`restorebot_slack_calls_total{method="auth.test",outcome="ok"} 1`,
		`restorebot_restores{state="running"} 0`,
		`restorebot_database_up 1`,
	}
	text := s.WantPage("/metrics", func(_ int, text string) bool { // an ack is counted after it is written
		return !slices.ContainsFunc(want, func(line string) bool { return !strings.Contains(text, "\n"+line+"\n") })
	})
	for _, secret := range []string{slacktest.DefaultAppToken, slacktest.DefaultBotToken, s.Portal.Key()} {
		if strings.Contains(text, secret) {
			t.Error("/metrics tells a secret")
		}
	}
	if status, _ := get("/debug/pprof/"); status != http.StatusNotFound {
		t.Errorf("profiles are served with status %d", status)
	}
}
