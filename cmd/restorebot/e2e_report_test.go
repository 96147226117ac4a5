package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
)

// reported runs restorebot report with the database of the stage and nothing else.
func reported(t *testing.T, s *stage.Scene, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	cmd := s.Command(s.Context(), append([]string{"report"}, args...)...)
	cmd.Env = slices.DeleteFunc(cmd.Env, func(setting string) bool {
		return !strings.HasPrefix(setting, "DATABASE_URL=") && !strings.HasPrefix(setting, asBot+"=")
	})
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run()
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// wantReport checks both forms of the report of a restore that succeeded.
func wantReport(t *testing.T, s *stage.Scene, id string) {
	t.Helper()
	out, errs, status := reported(t, s, id)
	for _, want := range []string{
		"# Restore " + id + " of docs.example.com: succeeded", "**Reason:** the \\| room", "**Data-loss window (RPO):** ", "**Time to restore (RTO):** ",
		"| requested | U0ALICE |", "| confirmed | U0BOB |", "| starting | the bot |", "| ended | the bot |", "- The card: https://", "- The end: https://",
	} {
		if status != 0 || errs != "" || !strings.Contains(out, want) {
			t.Fatalf("status %d, no %q in %s%s", status, want, out, errs)
		}
	}
	lines, errs, status := reported(t, s, "--format=jsonl", id)
	if status != 0 || errs != "" {
		t.Fatalf("status %d: %s", status, errs)
	}
	kinds := map[string]int{}
	for line := range strings.Lines(lines) {
		var event struct{ Restore, Kind string }
		if err := json.Unmarshal([]byte(line), &event); err != nil || event.Restore != id {
			t.Errorf("%v: %s", err, line)
		}
		kinds[event.Kind]++
	}
	if kinds["requested"] != 1 || kinds["confirmed"] != 1 || kinds["starting"] != 1 || kinds["ended"] != 1 {
		t.Errorf("the lines are %v", kinds)
	}
	for _, secret := range []string{slacktest.DefaultAppToken, slacktest.DefaultBotToken, s.Portal.Key()} {
		if strings.Contains(out+lines, secret) {
			t.Error("the report holds a secret")
		}
	}
	out, errs, status = reported(t, s, "nosuchthing")
	if status != statusFailed || out != "" || !strings.Contains(errs, "no such restore") || !strings.Contains(errs, "\n  "+id+"  succeeded") {
		t.Errorf("an unknown id: status %d, %s%s", status, out, errs)
	}
}

func TestBinaryWritesAReportBesideTheBotAndWithoutIt(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		inBubble(t, nil, func(s *stage.Scene) { reportsBesideAndWithout(t, s) })
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		s := setScene(t)
		onPostgres(t, s)
		s.Starts()
		reportsBesideAndWithout(t, s)
	})
}

// reportsBesideAndWithout restores, and checks the report while the bot runs and when
// it has stopped.
func reportsBesideAndWithout(t *testing.T, s *stage.Scene) {
	t.Helper()
	s.Alice.Types("/restore " + s.Newest() + ` --reason "the | room"`)
	confirm, _ := s.WantCard().Button("restore_confirm")
	s.Bob.Presses("Restore")
	s.WantFinalCard("restored in")
	wantEndReported(t, s, confirm.Value)
	wantReport(t, s, confirm.Value)
	s.Stops()
	wantReport(t, s, confirm.Value)
	s.WantStarts(1)
	wholeTrail(t, s)
}

// wantEndReported waits until the end of a restore is written down, and so in a report.
func wantEndReported(t *testing.T, s *stage.Scene, id string) {
	t.Helper()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for range 500 {
		if out, _, _ := reported(t, s, id); strings.Contains(out, "- The end: https://") {
			return
		}
		<-look.C
	}
	t.Fatal("the end is not in the report")
}
