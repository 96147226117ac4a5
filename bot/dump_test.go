package bot_test

import (
	"testing"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace/docspacetest"
)

func TestDumpIsConfirmedBySomebodyElseOnly(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		id := s.portal.AddBackup(docspacetest.Backup{Dump: true})
		a, ok := s.ask(id + " --dump").(bot.Accepted)
		if !ok {
			s.t.Fatal("the request was not accepted")
		}
		r := s.walk(a.Restore.ID, func(r bot.Restore) bool { return r.Shown.State == bot.Requested })
		s.refused(s.press(r, "UALICE", bot.PressType), policy.RuleSecond)
		s.refused(s.press(r, "UBOB", bot.PressConfirm), policy.RuleTyping)
		if a := s.typed(r, "UBOB", "docs"); a != nil {
			s.t.Fatalf("the other's word was answered %+v", a)
		}
		s.want(s.walk(r.ID, never), bot.Succeeded, 1)
	})
}

// Before 3.1 the server ignores dump and would restore the portal alone.
func TestDumpIsRefusedWhereTheServerDoesNotKnowIt(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]bot.State{"2.6.0": bot.Refused, "3.0.0": bot.Refused, "3.1.0": bot.Requested, "3.7.2": bot.Requested} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			playOn(t, docspacetest.Config{Version: version}, func(s *scene) {
				id := s.portal.AddBackup(docspacetest.Backup{Dump: true})
				a, ok := s.ask(id + " --dump").(bot.Accepted)
				if !ok {
					s.t.Fatal("the request was not accepted")
				}
				r := s.walk(a.Restore.ID, func(r bot.Restore) bool { return r.Shown.State == bot.Requested })
				if r.State != want || s.portal.Starts() != 0 {
					s.t.Errorf("got %s after %d starts: %+v", r.State, s.portal.Starts(), r.Reason)
				}
			})
		})
	}
}
