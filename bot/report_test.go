package bot_test

import (
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
)

// later answers a command whose answer takes longer.
func (s *scene) later(text string) bot.Answer {
	s.t.Helper()
	s.asked++
	_, later := s.Command(s.t.Context(), bot.Command{Caller: caller("UALICE"), Delivery: time.Now().String() + string(rune('a'+s.asked)), Text: text})
	if later == nil {
		s.t.Fatalf("%q is answered at once", text)
	}
	return later(s.t.Context())
}

func TestReportTellsTheStoryWithRPOAndRTO(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		guarded(s)
		r := s.request(" --reason \"a | b ` c\"")
		time.Sleep(time.Minute)
		s.press(r, "UBOB", bot.PressConfirm)
		r = s.walk(r.ID, never)
		said, ok := s.later("report " + r.ID).(bot.Said)
		reports := s.told(bot.NoteReport)
		if !ok || len(reports) != 1 || !strings.Contains(said.Text, "in the thread of its card") {
			s.t.Fatalf("said %+v, told %d reports", said, len(reports))
		}
		text := reports[0].Text
		for _, want := range []string{
			"# Restore " + r.ID + " of docs: succeeded", "**Data-loss window (RPO):** 3 h 1 min, from ", "**Time to restore (RTO):** ",
			"confirmed after 1 min 0 s; safety backup 11 s; restoring ", "**Asked by:** UALICE at ", "**Confirmed by:** UBOB at ",
			r.Safety.Backup.FileName + " in Local /backups", "**Verified:** at ", "**Held before:** 42 users, 7 rooms, 3 backups",
			`a \| b ' c`, "| requested | UALICE |", "| confirmed | UBOB |", "| starting | the bot |", "| ended | the bot |", "- The card: ", "- The end: ", " phase: ",
		} {
			if !strings.Contains(text, want) {
				s.t.Errorf("the report does not say %q", want)
			}
		}
		if s.t.Failed() {
			s.t.Log(text)
		}
	})
}

func TestReportOfWhatIsNotThereIsRefused(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		refused(s, s.later("report nosuchthing"), bot.RuleUnknown)
		s.portal.RevokeKeys()
		a, ok := s.ask(s.portal.Backups()[0].ID).(bot.Accepted)
		if !ok {
			s.t.Fatal("not recorded")
		}
		s.walk(a.Restore.ID, never)
		if said, ok := s.later("report " + a.Restore.ID).(bot.Said); !ok || !strings.Contains(said.Text, "no thread") {
			s.t.Errorf("of a refused one: %+v", said)
		}
		second(s, bot.PortalRules{Channels: only("CWIKI")})
		hidden := bot.Restore{ID: "hidden", Portal: "wiki", Delivery: "hidden", State: bot.Succeeded, CardTS: "1.1"}
		if err := s.store.Create(s.t.Context(), hidden); err != nil {
			s.t.Fatal(err)
		}
		refused(s, s.later("report hidden"), bot.RuleUnknown)
		if len(s.told(bot.NoteReport)) != 0 {
			s.t.Error("a report was posted")
		}
	})
}
