package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
)

// A token that Slack refuses ends the process with a clear word and status 3:
// at the start, and later too for the app-level token, by which it hears.
func TestBinaryEndsWhenSlackRefusesAToken(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, token, code string
		later             bool
		says              string
	}{
		{"app token", slacktest.DefaultAppToken, "invalid_auth", false, "SLACK_APP_TOKEN"},
		{"app token of another kind", slacktest.DefaultAppToken, "not_allowed_token_type", false, "xapp-"},
		{"app token without its scope", slacktest.DefaultAppToken, "missing_scope", false, "connections:write"},
		{"app token revoked", slacktest.DefaultAppToken, "token_revoked", true, "SLACK_APP_TOKEN"},
		{"bot token", slacktest.DefaultBotToken, "invalid_auth", false, "SLACK_BOT_TOKEN"},
		{"bot token of a removed app", slacktest.DefaultBotToken, "account_inactive", false, "SLACK_BOT_TOKEN"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
			defer cancel()
			s := setStage(t)
			if !test.later {
				s.slack.Revoke(test.token, test.code)
			}
			cmd := exec.CommandContext(ctx, os.Args[0], "run")
			cmd.Env, cmd.Dir = s.env, t.TempDir()
			var log bytes.Buffer
			cmd.Stderr = &log
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if test.later {
				if err := s.slack.WaitFor(ctx, func(w *slacktest.Slack) bool { return len(w.Connections()) > 0 }); err != nil {
					t.Error("the bot did not connect")
				}
				s.slack.Revoke(test.token, test.code)
				s.slack.Cut()
			}
			_ = cmd.Wait()
			if status := cmd.ProcessState.ExitCode(); status != statusAuth || ctx.Err() != nil {
				t.Errorf("status %d, want %d", status, statusAuth)
			}
			said := log.String()
			if !strings.Contains(said, test.code) || !strings.Contains(said, test.says) || strings.Contains(said, test.token) {
				t.Errorf("said: %s", said)
			}
		})
	}
}

// Connections that Slack refuses for other reasons are tried again for ever.
func TestBinaryOutlivesALinkThatIsSwitchedOff(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	s := setStage(t)
	calm := s.slack.Storm(slacktest.LinkDisabled)
	s.start(ctx)
	if err := s.slack.WaitFor(ctx, func(w *slacktest.Slack) bool { return w.Stats().ConnectionsOpened >= 3 }); err != nil {
		t.Fatal("the bot did not try again")
	}
	calm()
	for {
		if _, err := s.slack.Command("UALICE", "COPS", "/restore help").Wait(ctx); err == nil {
			return
		}
		if ctx.Err() != nil {
			t.Fatal("the bot did not come back")
		}
		_ = s.slack.WaitFor(ctx, func(w *slacktest.Slack) bool { return len(w.Connections()) > 0 })
	}
}
