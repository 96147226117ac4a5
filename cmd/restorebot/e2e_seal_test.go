package main

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
)

const testAuditKey = "AUDIT_KEY=0123456789abcdef0123456789abcdef"

// stopped starts the bot and returns what ends it as its operator does.
func (s *oldStage) stopped(ctx context.Context) func() {
	cmd := s.start(ctx)
	return func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	}
}

// confirmedByHand is what one statement makes of a request that waits for two
// people.
const confirmedByHand = `UPDATE restore SET state = 'confirmed', data = json_set(data, '$.State', 'confirmed',
	'$.Confirmations', json('[{"User":"UBOB","At":"2026-03-01T02:15:00Z"},{"User":"UEVE","At":"2026-03-01T02:15:00Z"}]'))`

// One statement on the file, while the bot is down, is not a consent.
func TestBinaryStartsNothingThatWasWrittenByHand(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ tamper, words string }{
		"confirmed":                {`UPDATE restore SET state = 'confirmed'`, "changed in the database, outside the bot"},
		"confirmed by two":         {confirmedByHand, "changed in the database, outside the bot"},
		"confirmed without a seal": {`UPDATE restore SET state = 'confirmed', data = json_remove(data, '$.MAC')`, "does not carry the bot's seal"},
		"saving, and done": {
			`UPDATE restore SET state = 'saving', data = json_set(data, '$.State', 'saving', '$.Safety', json('{"Stage":"done"}'))`,
			"changed in the database, outside the bot",
		},
		"a backup of one's own": {
			`UPDATE restore SET data = replace(data, '"BackupID":"', '"BackupID":"0')`, "changed in the database, outside the bot",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := setStage(t)
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			s.env = append(s.env, append(everybody, testAuditKey, "RESTORE_APPROVALS=2", "RESTORE_SELF_APPROVAL=false")...)
			stop := s.stopped(ctx)
			card := s.card(ctx)
			stop()
			s.tamper(c.tamper)
			stop = s.stopped(ctx)
			s.cardSays(ctx, card, c.words)
			stop()
			s.notStarted()
			out, errs, _ := s.audit("export")
			if !strings.Contains(out, `"kind":"altered"`) {
				t.Errorf("the trail does not tell: %s%s", out, errs)
			}
			s.wholeTrail()
		})
	}
}

// The channel is told where the trail ends, and verify finds it there; with the
// key it also finds what somebody without the key wrote.
func TestBinaryTellsTheChannelWhereTheTrailEnds(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	plain := s.env
	s.env = append(s.env, testAuditKey)
	stop := s.stopped(ctx)
	card := s.card(ctx)
	s.press(ctx, "UBOB", card, "restore_confirm")
	var line string
	_, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool {
		line = regexp.MustCompile("Audit trail: .*").FindString(m.Text)
		return m.ThreadTS == card.TS && line != ""
	})
	if err != nil {
		t.Fatal("the end was not told with the trail's")
	}
	s.shows(ctx, card, "restored")
	stop()
	verify := func(env []string, want string, status int, args ...string) {
		t.Helper()
		s.env = env
		out, errs, got := s.audit(append([]string{"verify"}, args...)...)
		if got != status || !strings.Contains(out+errs, want) {
			t.Errorf("status %d, want %d with %q: %s%s", got, status, want, out, errs)
		}
	}
	keyed := append(slices.Clip(plain), testAuditKey)
	wrong := append(slices.Clip(plain), "AUDIT_KEY=fedcba9876543210fedcba9876543210")
	verify(keyed, "AUDIT_KEY guards all of it", 0, "--head", line)
	verify(plain, "which was not given", 0, "--head", line)
	verify(wrong, "sealed with another key than this AUDIT_KEY", statusFailed)
	verify(append(slices.Clip(plain), "AUDIT_KEY=short"), "AUDIT_KEY must be 32 to 512 characters", statusSettings)
	s.env = keyed // and the file
	s.tamper(`DELETE FROM audit WHERE seq > 3; UPDATE audit_head SET lines = 3, hash = (SELECT hash FROM audit WHERE seq = 3)`)
	verify(keyed, "newest lines were cut off", statusFailed)
	verify(plain, "The audit trail is whole: 3 lines", 0)
	s.tamper(`UPDATE audit_head SET seal = ''`)
	verify(plain, "No AUDIT_KEY guards it", 0)
	verify(keyed, "it is not sealed, although there is an AUDIT_KEY", statusFailed)
	verify(plain, "the newest lines are missing", statusFailed, "--head", line)
	s.env = keyed
	if _, errs, status := s.audit("export"); status != statusFailed || !strings.Contains(errs, "does not pass its check") {
		t.Errorf("an export with the key: status %d, %s", status, errs)
	}
}

// A freeze that somebody deleted from the database holds.
func TestBinaryKeepsAFreezeThatWasDeletedByHand(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s.env = append(s.env, testAuditKey)
	stop := s.stopped(ctx)
	s.says(ctx, "UBOB", "/restore freeze night", "Restores are frozen now")
	stop()
	s.tamper(`UPDATE freeze_now SET at = 0, actor = '', reason = '', channel = ''`)
	s.start(ctx)
	s.says(ctx, "UALICE", "/restore "+s.newest(), "changed outside the bot", "/restore unfreeze")
	s.notStarted()
	s.says(ctx, "UBOB", "/restore unfreeze", "ask for restores again")
	card := s.card(ctx)
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.shows(ctx, card, "restored")
}
