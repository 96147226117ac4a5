package bot_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace/docspacetest"
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
		bob := s.chat.people["UBOB"]
		bob.Name = "Bob | `boss`\n[x](https://evil.example)"
		s.chat.people["UBOB"] = bob
		said, ok := s.later("report " + r.ID).(bot.TextAnswer)
		reports := s.told(bot.NoteReport)
		if !ok || len(reports) != 1 || !strings.Contains(said.Text, "in the thread of its card") {
			s.t.Fatalf("said %+v, told %d reports", said, len(reports))
		}
		text := reports[0].Text
		for _, want := range []string{
			"# Restore " + r.ID + " of docs: succeeded", "**Data-loss window (RPO):** 3 h 1 min, from ", "**Time to restore (RTO):** ",
			"confirmed after 1 min; safety backup 11 s; restoring ", "**Asked by:** UALICE at ", `**Confirmed by:** Bob \| 'boss' \[x](https://evil.example) (UBOB) at `,
			r.Safety.Backup.FileName + " in Local /backups", "**Verified:** at ", "**Held before:** 42 users, 7 rooms, 3 backups",
			`a \| b ' c`, "| requested | UALICE |", `| confirmed | Bob \| 'boss' \[x](https://evil.example) (UBOB) |`, "| starting | the bot |", "| ended | the bot |",
			"- The card: ", "- The end: ", " start: ",
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
		refused(s, s.later("report nosuchthing"), policy.RuleUnknown)
		s.portal.RevokeKeys()
		a, ok := s.ask(s.portal.Backups()[0].ID).(bot.Accepted)
		if !ok {
			s.t.Fatal("not recorded")
		}
		s.walk(a.Restore.ID, never)
		if said, ok := s.later("report " + a.Restore.ID).(*policy.Refusal); !ok || !strings.Contains(said.String(), "no thread to report in. Your command changed nothing.") {
			s.t.Errorf("of a refused one: %+v", said)
		}
		second(s, policy.PortalRules{Channels: only("CWIKI")})
		hidden := bot.Restore{ID: "hidden", Portal: "wiki", Delivery: "hidden", State: bot.Succeeded, CardTS: "1.1"}
		if err := s.store.Create(s.t.Context(), hidden); err != nil {
			s.t.Fatal(err)
		}
		refused(s, s.later("report hidden"), policy.RuleUnknown)
		if len(s.told(bot.NoteReport)) != 0 {
			s.t.Error("a report was posted")
		}
	})
}

func TestReportFromTheRecordsAloneTellsTheSame(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		_, err := bot.ReadReport(s.t.Context(), s.store, "nosuch\x1b[2Jthing", time.Now())
		if !errors.Is(err, bot.ErrNotFound) || !strings.Contains(err.Error(), "holds no restore at all") || strings.Contains(err.Error(), "\x1b") {
			s.t.Errorf("of an empty database: %v", err)
		}
		r := s.request(" --reason \"![x](https://evil.example/p.png) <img src=x>\"")
		s.press(r, "UBOB", bot.PressConfirm)
		r = s.walk(r.ID, never)
		calls := s.chat.posted + len(s.chat.replies)
		report, err := bot.ReadReport(s.t.Context(), s.store, r.ID, time.Now())
		if err != nil {
			s.t.Fatal(err)
		}
		for _, want := range []string{
			"# Restore " + r.ID + " of docs: succeeded", "**Data-loss window (RPO):** ", "**Time to restore (RTO):** ", "**Asked by:** UALICE at ",
			"**Confirmed by:** UBOB at ", "| confirmed | UBOB |", "| ended | the bot |", "- The card: https://", "- The end: https://",
			" start: message ", " in channel COPS", `!\[x](https://evil.example/p.png) \<img src=x>`,
		} {
			if !strings.Contains(report.Markdown, want) {
				s.t.Errorf("the report does not say %q", want)
			}
		}
		if strings.Contains(report.Markdown, "so far") {
			s.t.Error("the end is not known")
		}
		if s.t.Failed() {
			s.t.Log(report.Markdown)
		}
		if lines := strings.Split(strings.TrimSpace(report.JSONLines), "\n"); len(lines) < 6 || !strings.Contains(lines[0], `"kind":"requested"`) {
			s.t.Errorf("the lines are %s", report.JSONLines)
		}
		if s.chat.posted+len(s.chat.replies) != calls {
			s.t.Error("a report from the records posts something")
		}
		_, err = bot.ReadReport(s.t.Context(), s.store, "nosuchthing", time.Now())
		if !errors.Is(err, bot.ErrNotFound) || !strings.Contains(err.Error(), "\n  "+r.ID+"  succeeded  asked for at 20") {
			s.t.Errorf("an unknown id: %v", err)
		}
	})
}

func TestReportOfWhatIsNotOverSaysSo(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		s.portal.Break(func(f *docspacetest.Faults) { f.StuckQueued = true })
		r := s.request("")
		s.press(r, "UALICE", bot.PressConfirm)
		r = s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Running })
		report, err := bot.ReadReport(s.t.Context(), s.store, r.ID, r.StartedAt.Add(90*time.Minute))
		if err != nil || !strings.Contains(report.Markdown, "of docs: running") || !strings.Contains(report.Markdown, "from the request so far") ||
			!strings.Contains(report.Markdown, "restoring 1 h 30 min") || strings.Contains(report.Markdown, "RPO") {
			s.t.Errorf("%v: %s", err, report.Markdown)
		}
	})
}

func TestReportOfARefusedRequestNeedsNoCard(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		s.portal.RevokeKeys()
		a, ok := s.ask(s.portal.Backups()[0].ID).(bot.Accepted)
		if !ok {
			s.t.Fatal("not recorded")
		}
		r := s.walk(a.Restore.ID, never)
		report, err := bot.ReadReport(s.t.Context(), s.store, r.ID, time.Now())
		if err != nil || !strings.Contains(report.Markdown, string(r.State)) || !strings.Contains(report.Markdown, r.Reason.What) ||
			strings.Contains(report.Markdown, "## Messages") {
			s.t.Errorf("%v: %s", err, report.Markdown)
		}
	})
}
