package main

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// One bot writes a file, and others read it meanwhile. A bot that was killed
// leaves nothing that keeps the next one out.
func TestBinariesShareAFileOnlyToRead(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s := setStage(t)
	first := s.start(ctx)
	card := s.standing(ctx)
	run := func(args ...string) (string, error) {
		cmd := exec.CommandContext(ctx, os.Args[0], args...)
		cmd.Env, cmd.Dir = s.env, t.TempDir()
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	out, err := run("run")
	for _, words := range []string{"in use by another process", "Nothing was started", "Stop the other bot"} {
		if err == nil || !strings.Contains(out, words) {
			t.Errorf("the second bot ended with %v and does not say %q: %s", err, words, out)
		}
	}
	if out, err := run("audit", "verify"); err != nil || !strings.Contains(out, "is whole") {
		t.Errorf("beside the bot: %v: %s", err, out)
	}
	_ = first.Process.Kill()
	_ = first.Wait()
	begun := time.Now()
	s.start(ctx)
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("after a kill the next bot was ready after %s", took)
	}
	s.portal.Heal()
	s.shows(ctx, card, "restored")
	s.wantOneEnd(ctx, card)
}
