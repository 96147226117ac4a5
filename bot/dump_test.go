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
		s.refused(s.press(r, "UALICE", bot.PressType), bot.RuleSecond)
		s.refused(s.press(r, "UBOB", bot.PressConfirm), bot.RuleTyping)
		if a := s.typed(r, "UBOB", "docs"); a != nil {
			s.t.Fatalf("the other's word was answered %+v", a)
		}
		s.want(s.walk(r.ID, never), bot.Succeeded, 1)
	})
}
