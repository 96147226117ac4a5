package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/docspace/docspacetest"
)

// startServed runs the bot with health and metrics on some port of loopback and
// returns their address.
func (s *oldStage) startServed(ctx context.Context) string {
	s.t.Helper()
	cmd := exec.CommandContext(ctx, os.Args[0], "run")
	cmd.Env, cmd.Dir = append(s.env, "HTTP_ADDR=127.0.0.1:0"), s.t.TempDir()
	out, err := cmd.StderrPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	address := make(chan string, 1)
	read := make(chan struct{})
	go func() {
		defer close(read)
		served := regexp.MustCompile(`health and metrics are served.* addr=(\S+)`)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if m := served.FindStringSubmatch(lines.Text()); m != nil {
				address <- m[1]
			}
		}
	}()
	s.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-read
		_ = cmd.Wait()
	})
	select {
	case a := <-address:
		return "http://" + a
	case <-ctx.Done():
		s.t.Fatal("the address was not told")
		return ""
	}
}

// get returns the status and the text of a page.
func get(ctx context.Context, t *testing.T, url string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r) //nolint:forbidigo // a test's own
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestBinaryTellsHowItIs(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s := setStage(t)
	s.portal.Break(func(f *docspacetest.Faults) { f.Down = true })
	heal := s.slack.Fail("auth.test", slacktest.Failure{Status: http.StatusServiceUnavailable})
	base := s.startServed(ctx)
	if status, text := get(ctx, t, base+"/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(text, "slack: no connection yet") {
		t.Errorf("without Slack /readyz answers %d: %s", status, text)
	}
	if status, _ := get(ctx, t, base+"/healthz"); status != http.StatusOK {
		t.Errorf("without Slack /healthz answers %d", status)
	}
	heal()
	if err := s.slack.WaitFor(ctx, func(w *slacktest.Slack) bool { return len(w.Connections()) > 0 }); err != nil {
		t.Fatal("the bot did not connect")
	}
	s.says(ctx, "UEVE", "/restore "+s.newest(), "not on the list")
	s.says(ctx, "UALICE", "/restore lost", "neither a command nor the id")

	var report struct {
		Ready   bool
		Reasons []string
	}
	for !report.Ready { // the hello follows the connection
		if status, text := get(ctx, t, base+"/readyz"); json.Unmarshal([]byte(text), &report) != nil {
			t.Fatalf("/readyz answers %d: %s", status, text)
		}
	}
	if reasons := strings.Join(report.Reasons, "\n"); !strings.HasPrefix(reasons, "portal 1: ") || strings.Contains(reasons, "127.0.0.1") {
		t.Errorf("a portal that is down is told as %q", reasons)
	}
	want := []string{
		`restorebot_commands_total{verb="restore"} 1`,
		`restorebot_commands_total{verb="unreadable"} 1`,
		`restorebot_refusals_total{rule="person"} 1`,
		`restorebot_refusals_total{rule="syntax"} 1`,
		`restorebot_slack_acks_total{kind="slash_commands",outcome="handled"} 2`,
		`restorebot_slack_ack_duration_seconds_count{kind="slash_commands"} 2`,
		`restorebot_slack_calls_total{method="auth.test",outcome="ok"} 1`,
		`restorebot_restores{state="running"} 0`,
		`restorebot_database_up 1`,
	}
	_, text := get(ctx, t, base+"/metrics")
	for _, line := range want {
		for !strings.Contains(text, "\n"+line+"\n") { // an ack is counted after it is written
			if ctx.Err() != nil {
				t.Fatalf("/metrics lacks %s", line)
			}
			_, text = get(ctx, t, base+"/metrics")
		}
	}
	for _, secret := range []string{slacktest.DefaultAppToken, slacktest.DefaultBotToken, s.portal.Key()} {
		if strings.Contains(text, secret) {
			t.Error("/metrics tells a secret")
		}
	}
	if status, _ := get(ctx, t, base+"/debug/pprof/"); status != http.StatusNotFound {
		t.Errorf("profiles are served with status %d", status)
	}
}
