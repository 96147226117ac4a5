package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// report runs restorebot report with the database of the stage and nothing else.
func (s *oldStage) report(ctx context.Context, args ...string) (stdout, stderr string, status int) {
	s.t.Helper()
	cmd := exec.CommandContext(ctx, os.Args[0], append([]string{"report"}, args...)...)
	cmd.Env, cmd.Dir = []string{asBot + "=1", "DATABASE_URL=" + value(s.env, "DATABASE_URL")}, s.t.TempDir()
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	_ = cmd.Run()
	return out.String(), err.String(), cmd.ProcessState.ExitCode()
}

// wantReport checks both forms of the report of a restore that succeeded.
func (s *oldStage) wantReport(ctx context.Context, id string) {
	s.t.Helper()
	out, errs, status := s.report(ctx, id)
	for _, want := range []string{
		"# Restore " + id + " of 127.0.0.1: succeeded", "**Reason:** the \\| room", "**Data-loss window (RPO):** ", "**Time to restore (RTO):** ",
		"| requested | UALICE |", "| confirmed | UBOB |", "| starting | the bot |", "| ended | the bot |", "- The card: https://", "- The end: https://",
	} {
		if status != 0 || errs != "" || !strings.Contains(out, want) {
			s.t.Fatalf("status %d, no %q in %s%s", status, want, out, errs)
		}
	}
	lines, errs, status := s.report(ctx, "--format=jsonl", id)
	if status != 0 || errs != "" {
		s.t.Fatalf("status %d: %s", status, errs)
	}
	kinds := map[string]int{}
	for line := range strings.Lines(lines) {
		var event struct{ Restore, Kind string }
		if err := json.Unmarshal([]byte(line), &event); err != nil || event.Restore != id {
			s.t.Errorf("%v: %s", err, line)
		}
		kinds[event.Kind]++
	}
	if kinds["requested"] != 1 || kinds["confirmed"] != 1 || kinds["starting"] != 1 || kinds["ended"] != 1 {
		s.t.Errorf("the lines are %v", kinds)
	}
	for _, v := range s.env {
		if name, secret, _ := strings.Cut(v, "="); (strings.HasSuffix(name, "_TOKEN") || strings.HasSuffix(name, "_KEY")) && strings.Contains(out+lines, secret) {
			s.t.Errorf("the report holds %s", name)
		}
	}
	out, errs, status = s.report(ctx, "nosuchthing")
	if status != statusFailed || out != "" || !strings.Contains(errs, "no such restore") || !strings.Contains(errs, "\n  "+id+"  succeeded") {
		s.t.Errorf("an unknown id: status %d, %s%s", status, out, errs)
	}
}

func TestBinaryWritesAReportBesideTheBotAndWithoutIt(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]func(*oldStage){
		"SQLite": func(*oldStage) {}, "PostgreSQL": func(s *oldStage) { s.onPostgres() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			s := setStage(t)
			set(s)
			bot := s.start(ctx)
			if _, err := s.slack.Command("UALICE", "COPS", "/restore "+s.newest()+` --reason "the | room"`).Wait(ctx); err != nil {
				t.Fatal(err)
			}
			card := s.cardWith(ctx, "restore_confirm")
			confirm, _ := card.Button("restore_confirm")
			s.press(ctx, "UBOB", card, "restore_confirm")
			s.shows(ctx, card, "restored in")
			s.reported(ctx, confirm.Value)
			s.wantReport(ctx, confirm.Value)
			_ = bot.Process.Signal(syscall.SIGTERM)
			if err := bot.Wait(); err != nil {
				t.Errorf("after SIGTERM the bot ended with %v", err)
			}
			s.wantReport(ctx, confirm.Value)
			if s.portal.Starts() != 1 {
				t.Errorf("startrestore was sent %d times", s.portal.Starts())
			}
			if out, errs, status := s.audit("verify"); status != 0 {
				t.Errorf("the trail afterwards: status %d, %s%s", status, out, errs)
			}
		})
	}
}

// reported waits until the end of a restore is written down, and so in a report.
func (s *oldStage) reported(ctx context.Context, id string) {
	s.t.Helper()
	for {
		out, errs, _ := s.report(ctx, id)
		if strings.Contains(out, "- The end: https://") {
			return
		}
		if ctx.Err() != nil {
			s.t.Fatalf("the end is not in the report: %s%s", out, errs)
		}
	}
}
