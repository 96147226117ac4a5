package main

import (
	"errors"
	"os/exec"
	"strings"
	"testing"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
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
			s := setScene(t)
			if !test.later {
				s.Slack.Revoke(test.token, test.code)
			}
			bot, err := s.Launch(s.Context())
			if err != nil {
				t.Fatal(err)
			}
			if test.later {
				s.Until("the bot has connected", func() bool { return len(s.Slack.Connections()) > 0 })
				s.Slack.Revoke(test.token, test.code)
				s.Slack.Cut()
			}
			var exit *exec.ExitError
			if err := bot.Wait(); !errors.As(err, &exit) || exit.ExitCode() != statusAuth {
				t.Errorf("it ended with %v, want status %d", err, statusAuth)
			}
			if said := bot.Log(); !strings.Contains(said, test.code) || !strings.Contains(said, test.says) || strings.Contains(said, test.token) {
				t.Errorf("said: %s", said)
			}
		})
	}
}

// Connections that Slack refuses for other reasons are tried again for ever.
func TestBinaryOutlivesALinkThatIsSwitchedOff(t *testing.T) {
	t.Parallel()
	setInBubble(t, nil, nil, func(s *stage.Scene) {
		calm := s.Slack.Storm(slacktest.LinkDisabled)
		if _, err := s.Launch(s.Context()); err != nil {
			t.Fatal(err)
		}
		s.Until("the bot has tried again", func() bool { return s.Slack.Stats().ConnectionsOpened >= 3 })
		calm()
		s.Until("the bot is back", func() bool { return len(s.Slack.Connections()) > 0 })
		for {
			if _, err := s.Slack.Command(stage.Alice, stage.Channel, "/restore help").Wait(s.Context()); err == nil {
				return
			}
			s.Until("the bot is back", func() bool { return len(s.Slack.Connections()) > 0 })
		}
	})
}
