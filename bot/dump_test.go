package bot_test

import (
	"testing"

	"docspace-restorebot/bot"
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
		no, ok := s.press(r, "UALICE", bot.PressConfirm).(*bot.Refusal)
		if !ok || no.Rule != bot.RuleSecond || s.portal.Starts() != 0 {
			s.t.Fatalf("the requester's own press was answered %+v", no)
		}
		if a := s.press(r, "UBOB", bot.PressConfirm); a != nil {
			s.t.Fatalf("the other's press was answered %+v", a)
		}
		s.want(s.walk(r.ID, never), bot.Succeeded, 1)
	})
}
