package main

import (
	"errors"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"docspace-restorebot/cmd/restorebot/stage"
	"docspace-restorebot/docspace/docspacetest"
)

// stopWhileAStepHangs starts a restore, lets the portal hang, so that a step
// does too, and sends SIGTERM. It returns when somebody was told of the stop.
func stopWhileAStepHangs(t *testing.T) (*stage.Scene, *stage.Bot) {
	t.Helper()
	s := setScene(t)
	bot := s.Starts()
	running(t, s)
	hung := len(s.Portal.Requests())
	s.Portal.Break(func(f *docspacetest.Faults) { f.Delay = time.Minute })
	t.Cleanup(s.Portal.Heal)
	for len(s.Portal.Requests()) == hung { // asked again, and not answered
		s.Alice.Types("/restore help")
	}
	_ = bot.Process().Signal(syscall.SIGTERM)
	for {
		ack, err := s.Slack.Command(stage.Alice, stage.Channel, "/restore history").Wait(s.Context())
		if err != nil {
			t.Fatalf("the bot stopped without a word: %v", err)
		}
		if strings.Contains(string(ack.Payload), "stopping") {
			return s, bot
		}
	}
}

func TestBinaryTellsThatItStopsAndStops(t *testing.T) {
	t.Parallel()
	s, bot := stopWhileAStepHangs(t)
	stopping := time.Now()
	if err := bot.Wait(); err != nil {
		t.Errorf("after SIGTERM the bot ended with %v", err)
	}
	// 5 s is promised; a busy machine may add to it.
	if took := time.Since(stopping); took > 20*time.Second {
		t.Errorf("stopped after %v", took)
	}
	if stats := s.Slack.Stats(); stats.Lost+stats.TimedOut+stats.NoConnection != 0 || stats.Acked != stats.Envelopes {
		t.Errorf("not everything was acked: %+v", stats)
	}
}

func TestBinaryEndsAtOnceAtTheSecondSignal(t *testing.T) {
	t.Parallel()
	s, bot := stopWhileAStepHangs(t)
	_ = bot.Process().Signal(syscall.SIGTERM)
	var exit *exec.ExitError
	if err := bot.Wait(); !errors.As(err, &exit) {
		t.Fatalf("the bot ended by itself: %v", err)
	}
	if end, ok := exit.Sys().(syscall.WaitStatus); !ok || !end.Signaled() {
		t.Errorf("the bot ended by itself: %v", exit)
	}
	// Nothing is lost by it: the next process goes on.
	s.Portal.Heal()
	s.Starts()
	s.WantFinalCard("restored")
	s.WantThreadSays("done")
	s.WantStarts(1)
}
