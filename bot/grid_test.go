package bot_test

import (
	"testing"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
)

// In a Grid the buttons of an answer work wherever the command does.
func TestButtonsOfAnAnswerWorkInAGridAsTheCommandDoes(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		s.Policy.Grid = &policy.Grid{}
		c := caller("UALICE")
		c.Team, c.Enterprise = "T9", "E1"
		id := s.portal.Backups()[0].ID
		press := func(action bot.Action, value string) bot.Answer {
			a, later := s.Press(s.t.Context(), bot.Press{Caller: c, Action: action, Restore: value})
			if later == nil {
				return a
			}
			return later(s.t.Context())
		}
		refused(s, press(bot.PressFollow, "docs"), policy.RuleWorkspace)
		s.Policy.Grid.Join("E1") // as auth.test says by now
		refused(s, press(bot.PressFollow, "docs"), policy.RuleStale)
		if m, ok := press(bot.PressPick, "docs "+id).(bot.Modal); !ok {
			s.t.Errorf("Restore was answered %+v", m)
		}
		c.Enterprise = "E2"
		refused(s, press(bot.PressFollow, "docs"), policy.RuleWorkspace)
	})
}
