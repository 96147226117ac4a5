package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// demoOutput runs the binary's demo, quickly, and returns what it printed.
func demoOutput(t *testing.T, flags ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], append([]string{"demo", "--script", "--takes", "3s", "--think", "1ms"}, flags...)...)
	cmd.Env, cmd.Dir = append(os.Environ(), asBot+"=1"), t.TempDir()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("the demo ended with %v:\n%s", err, out)
	}
	return string(out)
}

func wantInOrder(t *testing.T, text string, words ...string) {
	t.Helper()
	rest := strings.Join(strings.Fields(text), " ") // lines are wrapped
	for _, word := range words {
		_, after, ok := strings.Cut(rest, word)
		if !ok {
			t.Fatalf("%q is missing, or out of its place, in:\n%s", word, text)
		}
		rest = after
	}
}

func TestDemoShowsARestoreToItsEnd(t *testing.T) {
	t.Parallel()
	wantInOrder(t, demoOutput(t), "alice types /restore", "THE LAST 3 H WILL BE LOST", "[ Restore ]",
		"eve presses", "not on the list", "bob presses", "RUNNING", "DONE", "in a thread, and in the channel", "@alice, @bob", "bob opens a few files", "☑ Open a few files")
}

// The story is read in two screens of a small terminal.
func TestDemoTellsItsStoryInTwoScreens(t *testing.T) {
	t.Parallel()
	out := demoOutput(t, "--takes", "20s")
	lines := strings.Split(strings.TrimRight(out, "\n"), "\n")
	if len(lines) > 2*24-3 { // and the three lines about the page
		t.Errorf("it takes %d lines:\n%s", len(lines), out)
	}
	for _, line := range lines {
		if n := utf8.RuneCountInString(line); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

func TestDemoShowsAFailedRestore(t *testing.T) {
	t.Parallel()
	wantInOrder(t, demoOutput(t, "--fail"), "bob presses", "FAILED", "The backup file is invalid.", "The old data is intact")
}

func TestDemoShowsACrashedBotThatGoesOn(t *testing.T) {
	t.Parallel()
	wantInOrder(t, demoOutput(t, "--crash"), "bob presses", "killed", "started again", "DONE")
}

// Without a terminal nobody can look at the page afterwards, so the demo ends.
func TestDemoEndsByItselfWhereNobodySits(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "demo", "--takes", "2s", "--think", "1ms")
	cmd.Env, cmd.Dir = append(os.Environ(), asBot+"=1"), t.TempDir()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("the demo ended with %v:\n%s", err, out)
	}
	wantInOrder(t, string(out), "The channel is at http://127.0.0.1:", "DONE")
}

func TestDemoServesThisMachineOnly(t *testing.T) {
	t.Parallel()
	for _, flags := range [][]string{{"--addr", "0.0.0.0:0"}, {"--portal-only", "--addr", "example.com:80"}, {"--page", "--addr", ":8080"}} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], append([]string{"demo"}, flags...)...)
		cmd.Env, cmd.Dir = append(os.Environ(), asBot+"=1"), t.TempDir()
		out, _ := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != statusSettings || !strings.Contains(string(out), "--addr") {
			t.Errorf("%v: status %d: %s", flags, cmd.ProcessState.ExitCode(), out)
		}
	}
}

// A test in any language can have the portal, and steer it.
func TestDemoServesThePortalAlone(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "demo", "--portal-only")
	cmd.Env, cmd.Dir = append(os.Environ(), asBot+"=1"), t.TempDir()
	var words bytes.Buffer
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(io.TeeReader(out, &words))
	given := map[string]string{}
	for lines.Scan() && !strings.Contains(lines.Text(), "/_portal/") {
		name, value, _ := strings.Cut(lines.Text(), "=")
		given[name] = value
	}
	ask := func(path, key string) (int, string) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, given["DOCSPACE_URL"]+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", key)
		answer, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatalf("%v after %s", err, words.String())
		}
		defer answer.Body.Close()
		body, _ := io.ReadAll(answer.Body)
		return answer.StatusCode, string(body)
	}
	if status, body := ask("/api/2.0/backup/getbackuphistory", "Bearer "+given["DOCSPACE_API_KEY"]); status != http.StatusOK || !strings.Contains(body, "fileName") {
		t.Errorf("the history: status %d: %s", status, body)
	}
	if status, body := ask("/_portal/requests", ""); status != http.StatusOK || !strings.Contains(body, "getbackuphistory") {
		t.Errorf("the requests: status %d: %s", status, body)
	}
	_ = cmd.Process.Signal(os.Interrupt)
	if err := cmd.Wait(); err != nil {
		t.Errorf("after an interrupt it ended with %v", err)
	}
}
