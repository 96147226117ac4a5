package bot_test

import (
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace/docspacetest"
)

// Wherever time passes between the press and the start, the start itself counts
// it, and what is too old expires with words, to those who wait for it.
func TestConsentThatIsTooOldExpiresWithWords(t *testing.T) {
	t.Parallel()
	saving := func(stage bot.SafetyStage) func(bot.Restore) bool {
		return func(r bot.Restore) bool { return r.State == bot.Saving && r.Safety.Stage == stage }
	}
	confirmed := func(r bot.Restore) bool { return r.State == bot.Confirmed }
	for name, c := range map[string]struct {
		flags   string
		safe    bool
		reach   func(bot.Restore) bool
		away    time.Duration
		backups int
		words   string
	}{
		"confirmed":                        {"", false, confirmed, 72 * time.Hour, 0, "could not start for 3 days"},
		"for as long as a request lives":   {"", false, confirmed, 15 * time.Minute, 0, "A confirmation is good for 15 min"},
		"a dry run":                        {" --dry-run", false, confirmed, 72 * time.Hour, 0, "could not start for 3 days"},
		"confirmed, safety backup to come": {"", true, confirmed, 72 * time.Hour, 0, "could not start for 3 days"},
		"saving, not begun":                {"", true, saving(bot.SafetyWaiting), 72 * time.Hour, 0, "could not start for 3 days"},
		"safety backup runs":               {"", true, saving(bot.SafetyRunning), 20 * time.Minute, 1, "could not start for 20 min"},
		"safety backup done":               {"", true, saving(bot.SafetyDone), 72 * time.Hour, 1, "could not start for 3 days"},
		"safety backup done a while ago":   {"", true, saving(bot.SafetyDone), 2 * time.Minute, 1, "would have no way back"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				if c.safe {
					guarded(s)
				}
				r := s.request(c.flags)
				s.press(r, "UBOB", bot.PressConfirm)
				r = s.walk(r.ID, c.reach)
				time.Sleep(c.away)
				r = s.walk(r.ID, never)
				s.want(r, bot.Expired, 0)
				if !strings.Contains(r.Reason.What, c.words) || r.Reason.Rule != policy.RuleConsent || s.backups() != c.backups {
					s.t.Errorf("after %d backups it says %q, want %q", s.backups(), r.Reason.What, c.words)
				}
				if ends := s.told(bot.NoteEnd); len(ends) != 1 || !ends[0].Broadcast {
					s.t.Errorf("those who confirmed were told %+v", s.chat.replies)
				}
			})
		})
	}
}

// What people can see and stop does not age their word: a safety backup takes as
// long as it takes.
func TestConsentHoldsWhileItIsWatched(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		other, ours time.Duration // another backup, and then ours
		life        time.Duration
	}{
		"a slow safety backup":       {0, 70 * time.Minute, 15 * time.Minute},
		"behind another one":         {20 * time.Minute, 20 * time.Minute, 15 * time.Minute},
		"of a very short-lived word": {0, time.Hour, 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			playOn(t, docspacetest.Config{BackupTime: max(c.other, c.ours)}, func(s *scene) {
				guarded(s)
				s.Policy.TTL = c.life
				r := s.request("")
				if c.other > 0 {
					s.portal.StartBackupElsewhere(5)
				}
				s.press(r, "UBOB", bot.PressConfirm)
				began := time.Now()
				s.walk(r.ID, func(bot.Restore) bool { return s.portal.Starts() > 0 })
				if took := time.Since(began); took < max(c.other, c.ours) {
					s.t.Errorf("it started after %s", took)
				}
				s.want(s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Succeeded && r.EndTS != "" }), bot.Succeeded, 1)
			})
		})
	}
}

// The time in which nobody looked adds up, and a person's word is fresh.
func TestConsentAgesWhileNobodyLooks(t *testing.T) {
	t.Parallel()
	playOn(t, docspacetest.Config{BackupTime: 5 * time.Hour}, func(s *scene) {
		guarded(s)
		r := s.request("")
		s.press(r, "UBOB", bot.PressConfirm)
		for range 2 { // the bot is down twice
			now := time.Now()
			r = s.walk(r.ID, func(r bot.Restore) bool { return r.State != bot.Saving || time.Since(now) > time.Hour })
			time.Sleep(8 * time.Minute)
		}
		s.want(s.walk(r.ID, never), bot.Expired, 0)
	})
	play(t, func(s *scene) {
		guarded(s)
		r := s.request("")
		s.portal.Break(func(f *docspacetest.Faults) { f.BackupText = "disk full" })
		s.press(r, "UBOB", bot.PressConfirm)
		r = s.walk(r.ID, func(r bot.Restore) bool { return r.Safety.Told == bot.SafetyAsked })
		time.Sleep(14 * time.Minute)
		s.press(r, "UALICE", bot.PressUnsafe)
		time.Sleep(14 * time.Minute)
		s.walk(r.ID, func(bot.Restore) bool { return s.portal.Starts() > 0 })
	})
	play(t, func(s *scene) {
		guarded(s)
		r := s.request("")
		s.portal.Break(func(f *docspacetest.Faults) { f.BackupText = "disk full" })
		s.press(r, "UBOB", bot.PressConfirm)
		r = s.walk(r.ID, func(r bot.Restore) bool { return r.Safety.Told == bot.SafetyAsked })
		s.press(r, "UALICE", bot.PressUnsafe)
		time.Sleep(15 * time.Minute)
		s.want(s.walk(r.ID, never), bot.Expired, 0)
	})
}

// The step that starts measures once more: it may have stood still since it
// looked.
func TestStartItselfMeasuresTheConsent(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		r := s.request("")
		s.press(r, "UBOB", bot.PressConfirm)
		s.Directory = explainStatus{s.chat, func() { time.Sleep(20 * time.Minute) }}
		s.want(s.walk(r.ID, never), bot.Expired, 0)
	})
}

// explainStatus is a directory that is asked for fresh news once, slowly.
type explainStatus struct {
	policy.Directory

	still func()
}

func (d explainStatus) Fresh() policy.Directory {
	d.still()
	return d.Directory
}
