package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver that the test tampers with
)

// audit runs restorebot audit with the settings of the stage.
func (s *oldStage) audit(args ...string) (stdout, stderr string, status int) {
	s.t.Helper()
	cmd := exec.CommandContext(s.t.Context(), os.Args[0], append([]string{"audit"}, args...)...)
	cmd.Env, cmd.Dir = s.env, s.t.TempDir()
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	_ = cmd.Run()
	return out.String(), err.String(), cmd.ProcessState.ExitCode()
}

func TestBinaryKeepsATrailThatShowsEveryActAndEveryChangeToIt(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s.env = append(s.env, "RESTORE_CONFIRM=modal", "RESTORE_APPROVERS=UBOB")
	cmd := s.start(ctx)
	s.says(ctx, "UEVE", "/restore "+s.newest(), "not on the list")
	s.says(ctx, "UBOB", "/restore freeze =cmd|x", "frozen now")
	s.says(ctx, "UBOB", "/restore unfreeze", "ask for restores again")
	card := s.card(ctx)
	s.press(ctx, "UALICE", card, "restore_type")
	s.modal(ctx, "UALICE", "not on the list of people who may confirm")
	s.press(ctx, "UBOB", card, "restore_type")
	s.submit(ctx, s.modal(ctx, "UBOB", "Type the portal"), "wrong")
	s.submit(ctx, s.modal(ctx, "UBOB", "This is not the portal"), "127.0.0.1")
	s.shows(ctx, card, "restored")

	out, errs, status := s.audit("verify")
	if status != 0 || !strings.HasPrefix(out, "The audit trail is whole: ") {
		t.Errorf("beside the running bot: status %d, %s%s", status, out, errs)
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	_ = cmd.Wait()

	head := s.wholeTrail()
	s.everyActIn(card.TS)
	s.sameInCSV()

	if out, errs, status := s.audit("verify", "--head", head); status != 0 {
		t.Errorf("with its own head: status %d, %s%s", status, out, errs)
	}
	s.tamper(`UPDATE audit SET actor = 'UEVE' WHERE kind = 'confirmed'`)
	if _, errs, status := s.audit("verify"); status != statusFailed || !strings.Contains(errs, "was changed after it was written") {
		t.Errorf("a changed line: status %d, %s", status, errs)
	}
	if out, errs, status := s.audit("export"); status != statusFailed || !strings.Contains(errs, "was changed") || strings.Contains(out, "confirmed") {
		t.Errorf("an export of it: status %d, %s", status, errs)
	}
	s.tamper(`DELETE FROM audit WHERE seq > 3; UPDATE audit_head SET lines = 3, hash = (SELECT hash FROM audit WHERE seq = 3)`)
	if _, errs, status := s.audit("verify", "--head", head); status != statusFailed || !strings.Contains(errs, "the newest lines are missing") {
		t.Errorf("a cut trail: status %d, %s", status, errs)
	}
}

// wholeTrail verifies the trail and returns its head.
func (s *oldStage) wholeTrail() string {
	s.t.Helper()
	out, errs, status := s.audit("verify")
	_, head, ok := strings.Cut(strings.TrimSpace(out), "\nhead ")
	if status != 0 || !ok || !strings.Contains(out, "is whole") {
		s.t.Fatalf("status %d: %s%s", status, out, errs)
	}
	return head
}

// everyActIn checks that the export names each act, and links the messages.
func (s *oldStage) everyActIn(cardTS string) {
	s.t.Helper()
	out, errs, status := s.audit("export", "--format", "jsonl")
	if status != 0 {
		s.t.Fatalf("status %d: %s", status, errs)
	}
	type line struct {
		Seq               int64
		Kind, Actor, Hash string
		Detail            map[string]string
	}
	got := map[string]line{}
	lines := bufio.NewScanner(strings.NewReader(out))
	for n := int64(1); lines.Scan(); n++ {
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil || l.Seq != n {
			s.t.Fatalf("line %d: %v: %s", n, err, lines.Text())
		}
		if l.Detail["note"] == "" { // a note in the thread is told as well, without a link
			got[l.Kind] = l
		}
	}
	for kind, want := range map[string][3]string{ // actor, and one detail
		"settings": {"", "approvers", "UBOB"}, "refused": {"UALICE", "rule", "approver"}, "frozen": {"UBOB", "reason", "=cmd|x"},
		"unfrozen": {"UBOB", "frozen_by", "UBOB"}, "requested": {"UALICE", "channel", "COPS"}, "checked": {"", "message_ts", cardTS},
		"pressed": {"UBOB", "message_ts", cardTS}, "typed": {"UBOB", "typed", "wrong"}, "confirmed": {"UBOB", "typed", "127.0.0.1"},
		"starting": {"", "", ""}, "running": {"", "state", "running"}, "ended": {"", "state", "succeeded"}, "told": {"", "", ""},
	} {
		l, ok := got[kind]
		if !ok || l.Actor != want[0] || (want[1] != "" && l.Detail[want[1]] != want[2]) {
			s.t.Errorf("%s: %+v", kind, l)
		}
	}
	for _, kind := range []string{"linked", "told"} {
		if !strings.HasPrefix(got[kind].Detail["permalink"], "https://") {
			s.t.Errorf("%s has no permalink: %v", kind, got[kind].Detail)
		}
	}
	for _, v := range s.env {
		if name, secret, _ := strings.Cut(v, "="); (strings.HasSuffix(name, "_TOKEN") || strings.HasSuffix(name, "_KEY")) && strings.Contains(out, secret) {
			s.t.Errorf("the trail holds %s", name)
		}
	}
}

func (s *oldStage) sameInCSV() {
	s.t.Helper()
	jsonl, _, _ := s.audit("export")
	out, errs, status := s.audit("export", "--format", "csv")
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if status != 0 || err != nil || len(rows) != strings.Count(jsonl, "\n")+1 {
		s.t.Errorf("status %d, %v, %d rows: %s", status, err, len(rows), errs)
	}
}

// tamper changes the database of a bot that is stopped.
func (s *oldStage) tamper(query string) {
	s.t.Helper()
	for _, v := range s.env {
		if file, ok := strings.CutPrefix(v, "DATABASE_URL=sqlite:"); ok {
			db, err := sql.Open("sqlite", file)
			if err == nil {
				_, err = db.ExecContext(s.t.Context(), query)
				_ = db.Close()
			}
			if err != nil {
				s.t.Fatal(err)
			}
		}
	}
}

func TestFormulaInATrailIsHarmlessInASpreadsheet(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{"": "", "a=1": "a=1", "=cmd()": "'=cmd()", "+1": "'+1", "-1": "'-1", "@x": "'@x"} {
		if got := harmless(cell); got != want {
			t.Errorf("%q became %q", cell, got)
		}
	}
}
