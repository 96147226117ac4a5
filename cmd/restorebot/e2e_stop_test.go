package main

import (
	"context"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/docspace/docspacetest"
)

// stopWhileAStepHangs starts a restore, lets the portal hang, so that a step
// does too, and sends SIGTERM. It returns when somebody was told of the stop.
func stopWhileAStepHangs(ctx context.Context, t *testing.T) (*oldStage, *exec.Cmd) {
	t.Helper()
	s := setStage(t)
	cmd := s.start(ctx)
	s.running(ctx)
	hung := len(s.portal.Requests())
	s.portal.Break(func(f *docspacetest.Faults) { f.Delay = time.Minute })
	t.Cleanup(s.portal.Heal)
	for len(s.portal.Requests()) == hung { // asked again, and not answered
		if _, err := s.slack.Command("UALICE", "COPS", "/restore help").Wait(ctx); err != nil {
			t.Fatalf("the portal was not asked again: %v", err)
		}
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	for {
		ack, err := s.slack.Command("UALICE", "COPS", "/restore history").Wait(ctx)
		if err != nil {
			t.Fatalf("the bot stopped without a word: %v", err)
		}
		if strings.Contains(string(ack.Payload), "stopping") {
			return s, cmd
		}
	}
}

func TestBinaryTellsThatItStopsAndStops(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	s, cmd := stopWhileAStepHangs(ctx, t)
	stopping := time.Now()
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM the bot ended with %v", err)
	}
	// 5 s is promised; a busy machine may add to it.
	if took := time.Since(stopping); took > 20*time.Second {
		t.Errorf("stopped after %v", took)
	}
	if stats := s.slack.Stats(); stats.Lost+stats.TimedOut+stats.NoConnection != 0 || stats.Acked != stats.Envelopes {
		t.Errorf("not everything was acked: %+v", stats)
	}
}

func TestBinaryEndsAtOnceAtTheSecondSignal(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	s, cmd := stopWhileAStepHangs(ctx, t)
	_ = cmd.Process.Signal(syscall.SIGTERM)
	_ = cmd.Wait()
	if end, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !end.Signaled() {
		t.Errorf("the bot ended by itself: %v", cmd.ProcessState)
	}
	// Nothing is lost by it: the next process goes on.
	s.portal.Heal()
	s.start(ctx)
	if _, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool {
		return strings.Contains(s.slack.RenderUnfolded(m, time.UTC), "restored") && m.ThreadTS != ""
	}); err != nil {
		t.Error("the end was not told")
	}
	if s.portal.Starts() != 1 {
		t.Errorf("startrestore was sent %d times", s.portal.Starts())
	}
}
