package bot_test

import (
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// A task that the portal no longer knows comes to an end within its bound: a
// person is asked, the bot asks on, and whose word comes first is the end.
func TestAForgottenTaskAsksAPerson(t *testing.T) {
	t.Parallel()
	forget := func(s *scene) { s.portal.ForgetTasks() }
	unlock := func(s *scene) { s.portal.SetTenantStatus(0) }
	for name, c := range map[string]struct {
		sick   []func(*scene)
		within time.Duration
		words  string
	}{
		"before the lock":          {[]func(*scene){forget}, time.Minute, "is Active and no longer knows"},
		"locked, the worker gone":  {[]func(*scene){func(s *scene) { s.locked() }, forget}, 3 * time.Minute, "no longer knows"},
		"the whole cure":           {[]func(*scene){func(s *scene) { s.locked() }, forget, unlock}, time.Minute, "is Active and no longer knows"},
		"flushed, the worker well": {[]func(*scene){func(s *scene) { s.portal.Break(func(f *docspacetest.Faults) { f.NoResponse = true }) }}, 3 * time.Minute, "no longer knows"},
		"away for over a day":      {[]func(*scene){func(*scene) { time.Sleep(40 * time.Hour) }}, time.Minute, "is Active and no longer knows"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			playOn(t, docspacetest.Config{Script: docspacetest.Total(20 * time.Minute)}, func(s *scene) {
				r := s.running()
				for _, sick := range c.sick {
					sick(s)
				}
				begun := time.Now()
				r = s.unclear(r)
				if took := time.Since(begun); took > c.within {
					s.t.Errorf("asked after %s, want %s at most", took, c.within)
				}
				if !strings.Contains(r.Reason.What, c.words) {
					s.t.Errorf("it says %q", r.Reason.What)
				}
				s.want(r, bot.Unclear, 1)
				if a := s.press(r, "UALICE", bot.PressRestored); a != nil {
					s.t.Fatalf("settling was answered %+v", a)
				}
				s.want(s.walk(r.ID, never), bot.Succeeded, 1)
				if _, ok := s.ask(s.portal.Backups()[0].ID).(bot.Accepted); !ok {
					s.t.Error("the portal is not free again")
				}
			})
		})
	}
}

// locked takes the steps of time until the portal is locked by its restore.
func (s *scene) locked() {
	s.t.Helper()
	for n := 0; !s.portal.Locked(); n++ {
		if n > 1000 {
			s.t.Fatal("the portal was never locked")
		}
		time.Sleep(time.Second)
	}
}

// The portal's word is the end of an unclear restore, too: it comes to know its
// task again.
func TestAPortalThatRemembersIsBelieved(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		then func(*scene)
		want bot.State
	}{
		"it runs on":   {func(*scene) {}, bot.Succeeded},
		"it has ended": {func(*scene) { time.Sleep(time.Hour) }, bot.Succeeded},
		"it was stopped": {func(s *scene) {
			s.portal.Break(func(f *docspacetest.Faults) { f.Cancel = true })
			time.Sleep(time.Minute)
		}, bot.Failed},
		"it failed at its time": {func(s *scene) { s.portal.Break(func(f *docspacetest.Faults) { f.FailText, f.FailAt = "broken", 70 }) }, bot.Failed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			playOn(t, docspacetest.Config{Script: docspacetest.Total(20 * time.Minute)}, func(s *scene) {
				r := s.running()
				s.portal.Break(func(f *docspacetest.Faults) { f.NoResponse = true })
				r = s.unclear(r)
				s.portal.Break(func(f *docspacetest.Faults) { f.NoResponse = false })
				c.then(s)
				s.want(s.walk(r.ID, never), c.want, 1)
				if ends := s.told(bot.NoteEnd); len(ends) != 2 {
					s.t.Errorf("%d ends were told, want the doubt and the end", len(ends))
				}
			})
		})
	}
}

// A restore whose end the bot may never see keeps asking, and has two buttons
// from its alarm on.
func TestAStuckRestoreCanBeSettled(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sick  func(*scene)
		after time.Duration
		words string // in what could not be asked
	}{
		"the worker died":          {func(s *scene) { s.locked(); s.portal.Break(func(f *docspacetest.Faults) { f.WorkerDead = true }) }, 32 * time.Minute, ""},
		"set Active by hand at 75": {func(s *scene) { s.deadAt(75); s.portal.SetTenantStatus(0) }, 32 * time.Minute, ""},
		"the order was lost":       {func(*scene) {}, 32 * time.Minute, ""},
		"the portal is down":       {func(s *scene) { s.portal.Break(func(f *docspacetest.Faults) { f.Down = true }) }, 3 * time.Minute, "does not answer"},
		"its address has changed": {func(s *scene) {
			s.portal.Break(func(f *docspacetest.Faults) { f.SwapHost = "new.example.com" })
			time.Sleep(time.Hour)
		}, 3 * time.Minute, "404"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			playOn(t, docspacetest.Config{Script: docspacetest.Total(20 * time.Minute)}, func(s *scene) {
				if name == "the order was lost" {
					s.portal.Break(func(f *docspacetest.Faults) { f.LoseStartEvent = true })
				}
				r := s.running()
				if a := s.press(r, "UALICE", bot.PressRestored); a == nil {
					s.t.Error("a restore that goes on was settled by a press")
				}
				c.sick(s)
				r = s.forA(c.after, r)
				if r.State != bot.Running || !r.Stuck(time.Now()) || !strings.Contains(r.Progress.Trouble, c.words) {
					s.t.Fatalf("%s, %+v", r.State, r.Progress)
				}
				if r.Progress.Phase == bot.PhaseFinishing && name != "its address has changed" {
					s.t.Error("a swap was guessed")
				}
				if shown := s.chat.shown; !shown.Restore.Stuck(shown.Now) {
					s.t.Error("the card does not show that it may be settled")
				}
				if no := s.ask(s.portal.Backups()[0].ID).(*policy.Refusal); strings.Contains(no.Do, "dismiss") {
					s.t.Errorf("whoever asks is told %q", no.Do)
				}
				if a := s.press(r, "UALICE", bot.PressNothing); a != nil {
					s.t.Fatalf("settling was answered %+v", a)
				}
				r = s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Failed && r.EndTS != "" })
				s.want(r, bot.Failed, 1)
			})
		})
	}
}

// deadAt lets the worker die at a percentage.
func (s *scene) deadAt(percent int) {
	s.portal.Break(func(f *docspacetest.Faults) { f.WorkerDiesAt = percent })
	time.Sleep(time.Hour)
}

// What a restore says of itself: only a new tenant or completion is a swap.
func TestOnlyANewTenantOrCompletionIsASwap(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		r := s.running()
		s.deadAt(75)
		r = s.forA(time.Minute, r)
		if r.Progress.Phase != bot.PhaseCopying || r.Progress.Tenant != docspace.TenantRestoring {
			s.t.Errorf("%s, %s", r.Progress.Phase, r.Progress.Tenant)
		}
		s.portal.SetTenantStatus(0)
		if r = s.forA(time.Hour, r); r.Progress.Phase != bot.PhaseCopying || r.Progress.Tenant != docspace.TenantActive {
			s.t.Errorf("%s, %s", r.Progress.Phase, r.Progress.Tenant)
		}
	})
}
