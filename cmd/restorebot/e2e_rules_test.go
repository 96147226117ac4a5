package main

import (
	"context"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"docspace-restorebot/bot/durabletest"
	"docspace-restorebot/bot/slacktest"
)

// rulesTold are the lines about the rules in a channel.
func (s *oldStage) rulesTold(channel string) (lines []string) {
	for _, m := range s.slack.Channel(channel).Messages() {
		if text := s.slack.RenderUnfolded(m, time.UTC); strings.Contains(text, "The rules of restores have changed") {
			lines = append(lines, text)
		}
	}
	return lines
}

// waitRules waits until a channel was told n times.
func (s *oldStage) waitRules(ctx context.Context, channel string, n int) []string {
	s.t.Helper()
	if err := s.slack.WaitFor(ctx, func(*slacktest.Slack) bool { return len(s.rulesTold(channel)) >= n }); err != nil {
		s.t.Fatalf("%s was told %q, want %d lines", channel, s.rulesTold(channel), n)
	}
	return s.rulesTold(channel)
}

// inTrail waits until the audit trail says it.
func (s *oldStage) inTrail(what string) {
	s.t.Helper()
	for range 500 { // each is a process, and takes a while
		if strings.Contains(s.export(), what) {
			return
		}
	}
	s.t.Fatalf("the trail does not say %q", what)
}

func (s *oldStage) export() string {
	out, _, _ := s.audit("export")
	return out
}

func (s *oldStage) stop(ctx context.Context, cmd *exec.Cmd) {
	s.t.Helper()
	_ = cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); err != nil {
		s.t.Errorf("after SIGTERM the bot ended with %v", err)
	}
	if err := s.slack.WaitFor(ctx, func(w *slacktest.Slack) bool { return len(w.Connections()) == 0 }); err != nil {
		s.t.Fatal("the connections of the bot that stopped are still there")
	}
}

// A change of the rules since the last start is one line in each channel where
// restores are allowed, and none at the next start.
func TestBinaryTellsOfAChangeOfTheRulesOnce(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	s := setStage(t)
	for _, id := range []string{"CTWO", "CELSE"} {
		s.slack.PutChannel(slacktest.Channel{ID: id, Name: strings.ToLower(id)})
	}
	s.env = append(s.env, "RESTORE_CHANNELS=COPS,CTWO,CNOWHERE", "RESTORE_APPROVERS=UALICE,UBOB", "RESTORE_APPROVALS=2")
	s.stop(ctx, s.start(ctx))
	s.env = append(s.env, "RESTORE_APPROVERS=UBOB,UEVE", "RESTORE_APPROVALS=1", "RESTORE_REASON=required")
	cmd := s.start(ctx)
	for _, channel := range []string{"COPS", "CTWO"} {
		line := s.waitRules(ctx, channel, 1)[0]
		for _, want := range []string{"approvals 2 → 1", "may confirm + @eve, − @alice", "reason optional → required"} {
			if !strings.Contains(line, want) || strings.Count(line, "\n") > 2 {
				t.Errorf("%s was told %q, want %q", channel, line, want)
			}
		}
	}
	s.stop(ctx, cmd)
	cmd = s.start(ctx)
	s.says(ctx, "UALICE", "/restore status", "Nothing")
	s.stop(ctx, cmd)
	// A later change comes after whatever the third start might have said.
	s.env = append(s.env, "RESTORE_APPROVALS=2")
	s.start(ctx)
	if lines := s.waitRules(ctx, "COPS", 2); !strings.Contains(lines[1], "approvals 1 → 2") {
		t.Errorf("COPS was told %q", lines)
	}
	s.waitRules(ctx, "CTWO", 2)
	if n := len(s.rulesTold("CELSE")); n != 0 {
		t.Errorf("a channel that is not allowed was told %d times", n)
	}
	if n := strings.Count(s.export(), `"kind":"rules"`); n != 2 {
		t.Errorf("%d events", n)
	}
}

// A Slack that does not answer holds no start up, and hears it later.
func TestBinaryTellsOfTheRulesLaterWhereSlackIsSilent(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	s := setStage(t)
	s.stop(ctx, s.start(ctx))
	heal := s.slack.Fail("chat.postMessage", slacktest.Failure{Error: "internal_error"})
	s.env = append(s.env, "RESTORE_APPROVALS=2")
	s.start(ctx)
	s.says(ctx, "UALICE", "/restore help", "/restore list")
	if err := s.slack.WaitFor(ctx, func(w *slacktest.Slack) bool { return len(w.Calls("chat.postMessage")) > 0 }); err != nil {
		t.Fatal("nothing was tried")
	}
	heal()
	s.waitRules(ctx, "COPS", 1)
}

// Two replicas that share one PostgreSQL tell it once.
func TestBinaryReplicasTellOfAChangeOfTheRulesOnce(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	s.env = append(s.env, "SLACK_CONNECTIONS=1", "DATABASE_URL="+durabletest.StartPostgres(t).URL())
	s.stop(ctx, s.start(ctx))
	s.env = append(s.env, "RESTORE_APPROVALS=2")
	first := s.start(ctx)
	second := s.start(ctx)
	if err := s.slack.WaitFor(ctx, func(w *slacktest.Slack) bool { return len(w.Connections()) == 2 }); err != nil {
		t.Fatal("the second bot did not connect")
	}
	s.waitRules(ctx, "COPS", 1)
	for _, cmd := range []*exec.Cmd{first, second} {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	}
	s.env = append(s.env, "RESTORE_APPROVALS=1")
	s.start(ctx)
	if lines := s.waitRules(ctx, "COPS", 2); len(lines) != 2 || !strings.Contains(lines[0], "approvals 1 → 2") || !strings.Contains(lines[1], "approvals 2 → 1") {
		t.Errorf("told %q", lines)
	}
	s.wholeTrail()
}

// Where every channel may, no channel is told: the log and the audit trail are.
func TestBinaryTellsNoChannelOfTheRulesOfAll(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	s := setStage(t)
	s.env = append(s.env, "RESTORE_CHANNELS=*")
	s.stop(ctx, s.start(ctx))
	s.env = append(s.env, "RESTORE_APPROVALS=2")
	cmd := s.start(ctx)
	s.inTrail("approvals 1 → 2")
	s.says(ctx, "UALICE", "/restore help", "/restore list")
	s.stop(ctx, cmd)
	if told := s.rulesTold("COPS"); len(told) != 0 {
		t.Errorf("told %q", told)
	}
}
