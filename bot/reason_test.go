package bot_test

import (
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
)

func TestARequestHasToSayWhyWhereThatIsRequired(t *testing.T) {
	t.Parallel()
	for flags, asked := range map[string]bool{
		"": false, " --dry-run": false, " --reason \"\"": false, " --reason \"\u200b \u2800\"": false, " --reason outage": true, " --reason \"\U0001f525\"": true,
	} {
		play(t, func(s *scene) {
			s.Policy.Reason = true
			a := s.ask(s.portal.Backups()[0].ID + flags)
			no, refused := a.(*policy.Refusal)
			switch {
			case refused == asked, len(s.store.restores) > 0 != asked:
				t.Errorf("%q: %+v, %d recorded", flags, a, len(s.store.restores))
			case refused && (no.Rule != policy.RuleReason && no.Rule != policy.RuleSyntax || no.Effect != ""):
				t.Errorf("%q was refused with %+v", flags, no)
			case refused && no.Rule == policy.RuleReason && strings.Count(no.Suggest, "--reason") != 1:
				t.Errorf("%q: suggests %q", flags, no.Suggest)
			}
		})
	}
}

func TestADismissalMayCarryAReason(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		r := s.request("")
		s.ask("cancel " + r.ID + " wrong backup")
		now, err := s.store.Get(t.Context(), r.ID)
		if err != nil || now.State != bot.Dismissed || now.ClosedWhy != "wrong backup" {
			t.Errorf("%+v, %v", now, err)
		}
		if e := s.store.events[len(s.store.events)-1]; e.Kind != bot.EventDismissed || e.Detail["reason"] != "wrong backup" {
			t.Errorf("the trail says %+v", e)
		}
	})
}

func TestThePickerAsksWhyWhereThatIsRequired(t *testing.T) {
	t.Parallel()
	for _, required := range []bool{false, true} {
		play(t, func(s *scene) {
			s.Policy.Reason = required
			m, f := s.picker()
			if why, ok := field(m, "reason"); !ok || why.Optional == required {
				t.Errorf("required %t: the field is %+v", required, why)
			}
			for _, blank := range []string{"", "  ", "\u2800"} {
				sent := filled(m, map[string][]string{f.Name: {f.Options[0].Value}, "options": {"dry-run"}, "reason": {blank}})
				sent.Delivery += blank
				a, _ := s.Submit(t.Context(), sent)
				faults, refused := a.(bot.Faults)
				if refused != required || required && faults["reason"] == nil || required && len(s.store.restores) != 0 {
					t.Errorf("required %t, %q: %+v, %d recorded", required, blank, a, len(s.store.restores))
				}
				if !required {
					return
				}
			}
			sent := filled(m, map[string][]string{f.Name: {f.Options[0].Value}, "reason": {"lost room"}})
			a, _ := s.Submit(t.Context(), sent)
			if accepted, ok := a.(bot.Accepted); !ok || accepted.Restore.Order.Reason != "lost room" {
				t.Errorf("with a reason: %+v", a)
			}
		})
	}
}

func TestAReportSaysWhySomethingWasDismissed(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		r := s.request("")
		s.ask("cancel " + r.ID + " wrong <backup>")
		s.walk(r.ID, never)
		report, err := bot.ReadReport(t.Context(), s.store, r.ID, time.Now())
		if err != nil || !strings.Contains(report.Markdown, `**Closed because:** wrong \<backup>`) {
			t.Errorf("%v\n%s", err, report.Markdown)
		}
	})
}
