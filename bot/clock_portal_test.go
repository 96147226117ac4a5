package bot_test

import (
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace/docspacetest"
)

// A backup is dated by the portal's clock: what is lost is told by that, and that
// the clocks disagree is told with by how much.
func TestLossIsToldByThePortalsClock(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{2 * time.Hour, -2 * time.Hour, 10 * time.Second} {
		t.Run(ahead.String(), func(t *testing.T) {
			t.Parallel()
			playOn(t, docspacetest.Config{Now: func() time.Time { return time.Now().Add(ahead) }}, func(s *scene) {
				r := s.request("")
				lost := r.Lost(time.Now())
				if off := lost - 3*time.Hour; off.Abs() > time.Minute { // as the portal for tests makes it
					s.t.Errorf("the last %s are lost", lost)
				}
				if off := r.Preflight.ClockAhead - ahead; ahead.Abs() > time.Minute && off.Abs() > 2*time.Second || ahead < time.Minute && ahead > 0 && r.Preflight.ClockAhead != 0 {
					s.t.Errorf("the portal's clock is %s ahead, said to be %s", ahead, r.Preflight.ClockAhead)
				}
				list, _ := s.later("list").(bot.Backups)
				if age := list.Now.Sub(list.Backups[0].CreatedOn) - 3*time.Hour; age.Abs() > time.Minute {
					s.t.Errorf("in the list the newest is off by %s", age)
				}
				if _, f := s.picker(); ahead.Abs() > time.Minute && !strings.HasSuffix(f.Options[0].Text, ", 3 h ago") {
					s.t.Errorf("in the picker the newest is %q", f.Options[0].Text)
				}
			})
		})
	}
}

func TestBackupDatedAheadOfBothClocksIsSaidToBe(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		s.portal.AddBackup(docspacetest.Backup{StorageType: 5, CreatedOn: time.Now().Add(90 * time.Minute)})
		if _, f := s.picker(); !strings.Contains(f.Options[0].Text, "dated 90 min ahead") && !strings.Contains(f.Options[0].Text, "dated 1 h ahead") {
			s.t.Errorf("in the picker it is %q", f.Options[0].Text)
		}
		r := s.request("")
		if lost := r.Lost(time.Now()); lost > -89*time.Minute {
			s.t.Errorf("the last %s are lost", lost)
		}
		s.press(r, "UBOB", bot.PressConfirm)
		s.want(s.walk(r.ID, never), bot.Succeeded, 1)
	})
}
