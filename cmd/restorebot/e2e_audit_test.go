package main

import (
	"bufio"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver that the test tampers with

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
)

// wholeTrail verifies the trail and returns its head.
func wholeTrail(t *testing.T, s *stage.Scene) string {
	t.Helper()
	out, errs, status := s.Runs("audit", "verify")
	_, head, ok := strings.Cut(strings.TrimSpace(out), "\nhead ")
	if status != 0 || !ok || !strings.HasPrefix(out, "The audit trail is whole: ") {
		t.Fatalf("status %d: %s%s", status, out, errs)
	}
	return head
}

func TestBinaryKeepsATrailThatShowsEveryActAndEveryChangeToIt(t *testing.T) {
	t.Parallel()
	inBubble(t, []string{"RESTORE_CONFIRM=modal", "RESTORE_APPROVERS=" + stage.Bob}, func(s *stage.Scene) {
		secrets := []string{slacktest.DefaultAppToken, slacktest.DefaultBotToken, s.Portal.Key()}
		s.Eve.Types("/restore " + s.Newest())
		s.Eve.WantTold("not on the list")
		s.Bob.Types("/restore freeze =cmd|x")
		s.Bob.WantTold("frozen now")
		s.Bob.Types("/restore unfreeze")
		s.Bob.WantTold("ask for restores again")
		s.Alice.Types("/restore " + s.Newest())
		s.WantCard()
		s.Alice.Presses("Restore")
		s.Alice.WantDialog("not on the list of people who may confirm")
		s.Bob.Presses("Restore")
		s.Bob.WantDialog("Type the portal")
		s.Bob.Submits(slacktest.Values{"word": "wrong"})
		s.Bob.WantDialog("This is not the portal")
		s.Bob.Submits(slacktest.Values{"word": "docs.example.com"})
		s.WantFinalCard("restored")
		time.Sleep(time.Second) // the end is told then, and that is recorded
		wholeTrail(t, s)        // beside the running bot
		s.Stops()

		head := wholeTrail(t, s)
		wantEveryAct(t, s, secrets)
		wantSameInCSV(t, s)

		if out, errs, status := s.Runs("audit", "verify", "--head", head); status != 0 {
			t.Errorf("with its own head: status %d, %s%s", status, out, errs)
		}
		tamper(t, s, `UPDATE audit SET actor = 'UEVE' WHERE kind = 'confirmed'`)
		if _, errs, status := s.Runs("audit", "verify"); status != statusFailed || !strings.Contains(errs, "was changed after it was written") {
			t.Errorf("a changed line: status %d, %s", status, errs)
		}
		if out, errs, status := s.Runs("audit", "export"); status != statusFailed || !strings.Contains(errs, "was changed") || strings.Contains(out, "confirmed") {
			t.Errorf("an export of it: status %d, %s", status, errs)
		}
		tamper(t, s, `DELETE FROM audit WHERE seq > 3; UPDATE audit_head SET lines = 3, hash = (SELECT hash FROM audit WHERE seq = 3)`)
		if _, errs, status := s.Runs("audit", "verify", "--head", head); status != statusFailed || !strings.Contains(errs, "the newest lines are missing") {
			t.Errorf("a cut trail: status %d, %s", status, errs)
		}
	})
}

// wantEveryAct checks that the export names each act, links the messages and holds
// no secret.
func wantEveryAct(t *testing.T, s *stage.Scene, secrets []string) {
	t.Helper()
	out, errs, status := s.Runs("audit", "export", "--format", "jsonl")
	if status != 0 {
		t.Fatalf("status %d: %s", status, errs)
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
			t.Fatalf("line %d: %v: %s", n, err, lines.Text())
		}
		if l.Detail["note"] == "" { // a note in the thread is told as well, without a link
			got[l.Kind] = l
		}
	}
	for kind, want := range map[string][3]string{ // actor, and one detail
		"settings": {"", "approvers", stage.Bob}, "refused": {stage.Alice, "rule", "approver"}, "frozen": {stage.Bob, "reason", "=cmd|x"},
		"unfrozen": {stage.Bob, "frozen_by", stage.Bob}, "requested": {stage.Alice, "channel", stage.Channel}, "checked": {"", "message_ts", s.Card().TS},
		"pressed": {stage.Bob, "message_ts", s.Card().TS}, "typed": {stage.Bob, "typed", "wrong"}, "confirmed": {stage.Bob, "typed", "docs.example.com"},
		"starting": {"", "", ""}, "running": {"", "state", "running"}, "ended": {"", "state", "succeeded"}, "told": {"", "", ""},
	} {
		l, ok := got[kind]
		if !ok || l.Actor != want[0] || (want[1] != "" && l.Detail[want[1]] != want[2]) {
			t.Errorf("%s: %+v", kind, l)
		}
	}
	for _, kind := range []string{"linked", "told"} {
		if !strings.HasPrefix(got[kind].Detail["permalink"], "https://") {
			t.Errorf("%s has no permalink: %v", kind, got[kind].Detail)
		}
	}
	for _, secret := range secrets {
		if strings.Contains(out, secret) {
			t.Errorf("the trail holds %s", secret)
		}
	}
}

func wantSameInCSV(t *testing.T, s *stage.Scene) {
	t.Helper()
	jsonl, _, _ := s.Runs("audit", "export")
	out, errs, status := s.Runs("audit", "export", "--format", "csv")
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if status != 0 || err != nil || len(rows) != strings.Count(jsonl, "\n")+1 {
		t.Errorf("status %d, %v, %d rows: %s", status, err, len(rows), errs)
	}
}

// tamper changes the database of a bot that is stopped.
func tamper(t *testing.T, s *stage.Scene, query string) {
	t.Helper()
	db, err := sql.Open("sqlite", s.Database())
	if err == nil {
		_, err = db.ExecContext(s.Context(), query)
		_ = db.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestFormulaInATrailIsHarmlessInASpreadsheet(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{"": "", "a=1": "a=1", "=cmd()": "'=cmd()", "+1": "'+1", "-1": "'-1", "@x": "'@x"} {
		if got := withoutFormula(cell); got != want {
			t.Errorf("%q became %q", cell, got)
		}
	}
}
