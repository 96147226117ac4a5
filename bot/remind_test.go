package bot_test

import (
	"testing"
	"time"

	"docspace-restorebot/bot"
)

// Who may confirm is reminded once, at half of the request's life, in the channel;
// not of what is confirmed, dismissed or frozen.
func TestWhoMayConfirmIsRemindedOnceAtHalfOfTheLife(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		act  func(*scene, bot.Restore)
		want int
	}{
		"nobody presses": {func(*scene, bot.Restore) {}, 1},
		"dismissed":      {func(s *scene, r bot.Restore) { s.press(r, "UBOB", bot.PressDismiss) }, 0},
		"confirmed":      {func(s *scene, r bot.Restore) { s.press(r, "UBOB", bot.PressConfirm) }, 0},
		"frozen": {func(s *scene, _ bot.Restore) {
			_ = s.store.SetFreeze(s.t.Context(), bot.Freeze{By: "UBOB", Reason: "x", At: time.Now()})
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				r := s.request("")
				begun := time.Now()
				c.act(s, r)
				r = s.walk(r.ID, func(r bot.Restore) bool { return r.Reminded })
				if told := s.told(bot.NoteReminder); len(told) != c.want {
					s.t.Fatalf("%d reminders", len(told))
				}
				if took := time.Since(begun); r.Reminded && (took < 7*time.Minute || took > 8*time.Minute) {
					s.t.Errorf("reminded after %s of 15 min", took)
				}
				s.walk(r.ID, never)
				if told := s.told(bot.NoteReminder); len(told) != c.want {
					s.t.Errorf("%d reminders in the end", len(told))
				}
				for _, n := range s.told(bot.NoteReminder) {
					if !n.Broadcast {
						s.t.Error("the channel does not see it")
					}
				}
			})
		})
	}
}

// Alarms stand in the channel, not in the thread alone.
func TestAlarmsAreShownInTheChannel(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		r := s.running()
		s.deadAt(40)
		s.forA(time.Hour, r)
		alarms := s.told(bot.NoteAlarm)
		if len(alarms) == 0 {
			s.t.Fatal("no alarm")
		}
		for _, n := range alarms {
			if !n.Broadcast {
				s.t.Errorf("%s is in the thread alone", n.Alarm.Kind)
			}
		}
	})
}
