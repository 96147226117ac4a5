package main

import (
	"path/filepath"
	"strings"
	"testing"

	"docspace-restorebot/cmd/restorebot/stage"
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
	inBubble(t, nil, func(s *stage.Scene) {
		for _, line := range documented(t, "/restore") {
			text := strings.ReplaceAll(line, "3f2504e0-4f89-11d3-9a0c-0305e82c3301", s.Newest())
			seen := len(s.Slack.Ephemerals(stage.Alice))
			ack, err := s.Slack.Command(stage.Alice, stage.Channel, text).Wait(s.Context())
			if err != nil {
				t.Errorf("%s was not acked: %v", text, err)
			}
			answer := string(ack.Payload)
			if answer == "" { // it comes by the response_url
				s.Until(text+" is answered", func() bool { return len(s.Slack.Ephemerals(stage.Alice)) > seen })
				answer = s.Text(s.Slack.Ephemerals(stage.Alice)[seen])
			}
			if strings.Contains(answer, "does not understand") || strings.Contains(answer, "Did you mean") {
				t.Errorf("%s was answered %s", text, answer)
			}
		}
	})
}

// What they tell people to type in a terminal runs, in the very program: all of it
// at once, beside the bot.
func TestEveryShellCommandInTheDocumentsRuns(t *testing.T) {
	t.Parallel()
	s := onStage(t)
	s.Alice.Types("/restore " + s.Newest())
	asked, ok := s.WantCard().Button("restore_confirm")
	if !ok {
		t.Fatal("the card has no button")
	}
	here := strings.NewReplacer("/var/backups", t.TempDir(), "https://docs.example.com", stage.PortalURL, "C0123456789", stage.Channel,
		"S0123456789", stage.Alice, "k3vq7x2mhd", asked.Value, "1234:8f3a9c21d0b7e645a1b2", wholeTrail(t, s))
	for _, line := range documented(t, "restorebot ") {
		// The first runs all the while; the other wants people, and TestScript/setup_drill has them.
		if line == "restorebot run" || strings.Contains(line, "--drill") {
			continue
		}
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			words, err := shellWords(here.Replace(line))
			if err != nil {
				t.Fatal(err)
			}
			if line == "restorebot demo" { // as it is, but quickly
				words = append(words, "--takes", "2s", "--think", "1ms")
			}
			cmd := s.Command(t.Context(), words[1:]...)
			cmd.Dir = t.TempDir()
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("it ended with %v: %s", err, out)
			}
		})
	}
}
