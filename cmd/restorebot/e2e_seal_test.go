package main

import (
	"regexp"
	"strings"
	"testing"

	"docspace-restorebot/cmd/restorebot/stage"
)

const testAuditKey = "AUDIT_KEY=0123456789abcdef0123456789abcdef"

// confirmedByHand is what one statement makes of a request that waits for two
// people.
const confirmedByHand = `UPDATE restore SET state = 'confirmed', data = json_set(data, '$.State', 'confirmed',
	'$.Confirmations', json('[{"User":"U0BOB","At":"2026-03-01T02:15:00Z"},{"User":"U0EVE","At":"2026-03-01T02:15:00Z"}]'))`

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
			settings := append([]string{testAuditKey, "RESTORE_APPROVALS=2", "RESTORE_SELF_APPROVAL=false"}, everybody...)
			inBubble(t, settings, func(s *stage.Scene) {
				s.Alice.Types("/restore " + s.Newest())
				s.WantCard()
				s.Stops()
				tamper(t, s, c.tamper)
				s.Starts()
				s.WantCard(c.words)
				s.Stops()
				s.WantStarts(0)
				out, errs, _ := s.Runs("audit", "export")
				if !strings.Contains(out, `"kind":"altered"`) {
					t.Errorf("the trail does not tell: %s%s", out, errs)
				}
				wholeTrail(t, s)
			})
		})
	}
}

// The channel is told where the trail ends, and verify finds it there; with the
// key it also finds what somebody without the key wrote.
func TestBinaryTellsTheChannelWhereTheTrailEnds(t *testing.T) {
	t.Parallel()
	inBubble(t, []string{testAuditKey}, func(s *stage.Scene) {
		s.Alice.Types("/restore " + s.Newest())
		s.WantCard()
		s.Bob.Presses("Restore")
		line := regexp.MustCompile("Seal of the bot's records so far, .*").FindString(s.Text(s.WantThreadSays("Seal of the bot's records so far")))
		if line == "" {
			t.Fatal("the end was not told with the trail's")
		}
		s.WantFinalCard("restored")
		s.Stops()
		verify := func(key, want string, status int, args ...string) {
			t.Helper()
			s.Setenv(key)
			out, errs, got := s.Runs(append([]string{"audit", "verify"}, args...)...)
			if got != status || !strings.Contains(out+errs, want) {
				t.Errorf("status %d, want %d with %q: %s%s", got, status, want, out, errs)
			}
		}
		const none, wrong = "AUDIT_KEY=", "AUDIT_KEY=fedcba9876543210fedcba9876543210"
		verify(testAuditKey, "AUDIT_KEY guards all of it", 0, "--head", line)
		verify(none, "which was not given", 0, "--head", line)
		verify(wrong, "sealed with another key than this AUDIT_KEY", statusFailed)
		verify("AUDIT_KEY=short", "AUDIT_KEY must have 32 to 512 random characters", statusSettings)
		tamper(t, s, `DELETE FROM audit WHERE seq > 3; UPDATE audit_head SET lines = 3, hash = (SELECT hash FROM audit WHERE seq = 3)`)
		verify(testAuditKey, "cut off the newest lines", statusFailed)
		verify(none, "The audit trail is whole: 3 lines", 0)
		tamper(t, s, `UPDATE audit_head SET seal = ''`)
		verify(none, "No AUDIT_KEY guards it", 0)
		verify(testAuditKey, "it has no seal, although there is an AUDIT_KEY", statusFailed)
		verify(none, "the newest lines are missing", statusFailed, "--head", line)
		s.Setenv(testAuditKey)
		if _, errs, status := s.Runs("audit", "export"); status != statusFailed || !strings.Contains(errs, "does not pass its check") {
			t.Errorf("an export with the key: status %d, %s", status, errs)
		}
	})
}

// A freeze that somebody deleted from the database holds.
func TestBinaryKeepsAFreezeThatWasDeletedByHand(t *testing.T) {
	t.Parallel()
	inBubble(t, []string{testAuditKey}, func(s *stage.Scene) {
		s.Bob.Types("/restore freeze night")
		s.Bob.WantTold("Restores are frozen now")
		s.Stops()
		tamper(t, s, `UPDATE freeze_now SET at = 0, actor = '', reason = '', channel = ''`)
		s.Starts()
		s.Alice.Types("/restore " + s.Newest())
		s.Alice.WantTold("changed the bot's database by hand", "/restore unfreeze")
		s.WantStarts(0)
		s.Bob.Types("/restore unfreeze")
		s.Bob.WantTold("ask for restores again")
		s.Alice.Types("/restore " + s.Newest())
		s.WantCard()
		s.Bob.Presses("Restore")
		s.WantFinalCard("restored")
	})
}
