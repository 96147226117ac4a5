package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kballard/go-shellquote"
)

// documented returns the command lines of the guides that begin so, each once.
func documented(t *testing.T, begin string) (lines []string) {
	t.Helper()
	paths, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, path := range paths {
		for _, line := range fenced(t, path) {
			if strings.HasPrefix(line, begin) && !seen[line] {
				seen[line] = true
				lines = append(lines, line)
			}
		}
	}
	if len(lines) < 6 {
		t.Fatalf("the guides hold %q", lines)
	}
	return lines
}

// What the guides tell people to type in Slack is answered, by the very bot.
func TestEverySlackCommandInTheDocumentsIsAnswered(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t)
	for _, line := range documented(t, "/restore") {
		text := strings.ReplaceAll(line, "3f2504e0-4f89-11d3-9a0c-0305e82c3301", s.newest())
		ack, err := s.slack.Command("UALICE", "COPS", text).Wait(ctx)
		if err != nil || len(ack.Payload) == 0 || strings.Contains(string(ack.Payload), "`syntax`") {
			t.Errorf("%s was answered %s, %v", text, ack.Payload, err)
		}
	}
}

// What they tell people to type in a terminal runs, in the very program.
func TestEveryShellCommandInTheDocumentsRuns(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	s := setStage(t)
	dir := t.TempDir()
	var portal string
	for _, entry := range s.env {
		if url, ok := strings.CutPrefix(entry, "DOCSPACE_URL="); ok {
			portal = url
		}
	}
	s.start(ctx)
	asked, ok := s.card(ctx).Button("restore_confirm")
	if !ok {
		t.Fatal("the card has no button")
	}
	here := strings.NewReplacer("/var/backups", dir, "https://docs.example.com", portal, "C0123456789", "COPS", "S0123456789", "UALICE", "k3vq7x2mhd", asked.Value, "1234:8f3a9c21d0b7e645a1b2", s.auditHead(ctx))
	for _, line := range documented(t, "restorebot ") {
		// The first runs all the while; the other wants people, and TestScript/setup_drill has them.
		if line == "restorebot run" || strings.Contains(line, "--drill") {
			continue
		}
		words, err := shellquote.Split(here.Replace(line))
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(ctx, os.Args[0], words[1:]...)
		cmd.Env, cmd.Dir = s.env, t.TempDir()
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s ended with %v: %s", line, err, out)
		}
	}
}

// auditHead is where the audit trail ends now, as the program tells it.
func (s *oldStage) auditHead(ctx context.Context) string {
	s.t.Helper()
	cmd := exec.CommandContext(ctx, os.Args[0], "audit", "verify")
	cmd.Env, cmd.Dir = s.env, s.t.TempDir()
	out, err := cmd.CombinedOutput()
	_, head, ok := strings.Cut(string(out), "\nhead ")
	if err != nil || !ok {
		s.t.Fatalf("audit verify: %v\n%s", err, out)
	}
	return strings.TrimSpace(head)
}
