package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"time"

	"docspace-restorebot/bot/durabletest"
	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/docspace/docspacetest"
)

// kill ends the bot as a power cut does, and waits until Slack knows.
func (s *oldStage) kill(ctx context.Context, cmd *exec.Cmd) {
	s.t.Helper()
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if err := s.slack.WaitFor(ctx, func(w *slacktest.Slack) bool { return len(w.Connections()) == 0 }); err != nil {
		s.t.Fatal("the dead bot's connections are still there")
	}
}

// audit runs restorebot audit with the settings of the stage.
func (s *oldStage) audit(args ...string) (stdout, stderr string, status int) {
	s.t.Helper()
	cmd := exec.CommandContext(s.t.Context(), os.Args[0], append([]string{"audit"}, args...)...)
	cmd.Env, cmd.Dir = s.env, s.t.TempDir()
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	_ = cmd.Run()
	return out.String(), err.String(), cmd.ProcessState.ExitCode()
}

// ended waits until the end stands in a conversation.
func (s *oldStage) ended(ctx context.Context, channel string) {
	s.t.Helper()
	_, err := s.slack.WaitMessage(ctx, channel, func(m slacktest.Message) bool {
		return strings.Contains(m.Text, ": done") && strings.Contains(m.Text, "<@UALICE>")
	})
	if err != nil {
		s.t.Fatalf("the end was not told in %s", channel)
	}
	if s.portal.Starts() != 1 {
		s.t.Errorf("startrestore was sent %d times", s.portal.Starts())
	}
}

// running brings a restore to where its card says that it runs. There it stays until
// the portal is healed.
func (s *oldStage) running(ctx context.Context) slacktest.Message {
	s.t.Helper()
	card := s.card(ctx)
	s.portal.Break(func(f *docspacetest.Faults) { f.WorkerDiesAt = 75 })
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.shows(ctx, card, ": running")
	return card
}

// cardWith waits for a message in the channel that holds all the words, and a
// button of that action unless it is "".
func (s *oldStage) cardWith(ctx context.Context, action string, words ...string) slacktest.Message {
	s.t.Helper()
	m, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool {
		if _, ok := m.Button(action); action != "" && !ok {
			return false
		}
		return holds(s.slack.RenderUnfolded(m, time.UTC), words)
	})
	if err != nil {
		for _, m := range s.slack.Channel("COPS").Messages() {
			s.t.Log(s.slack.RenderUnfolded(m, time.UTC))
		}
		s.t.Fatalf("no message with the button %q and %q", action, words)
	}
	if action == "restore_confirm" || action == "restore_type" {
		s.writtenDown(ctx, m)
	}
	return m
}

func holds(text string, words []string) bool {
	text = strings.NewReplacer("*", "", "_", "", "`", "").Replace(text) // how it reads, without its marks
	for _, word := range words {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// value is what a setting was last set to.
func value(env []string, name string) string {
	v := ""
	for _, one := range env {
		if rest, ok := strings.CutPrefix(one, name+"="); ok {
			v = rest
		}
	}
	return v
}

// onPostgres gives the stage's bots a PostgreSQL database to share, and each one
// connection to Slack, so that another connection is another bot.
func (s *oldStage) onPostgres() *durabletest.Postgres {
	s.t.Helper()
	server := durabletest.StartPostgres(s.t)
	s.env = append(s.env, "SLACK_CONNECTIONS=1", "DATABASE_URL="+server.URL())
	return server
}
