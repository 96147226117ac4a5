package bot_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// confirmed is a request that was confirmed; its steps are still to be taken.
func (s *scene) confirmed() bot.Restore {
	s.t.Helper()
	r := s.request("")
	if a := s.press(r, "UBOB", bot.PressConfirm); a != nil {
		s.t.Fatalf("the press was answered %+v", a)
	}
	return r
}

// unclear takes a confirmed restore until it is told that it is unclear.
func (s *scene) unclear(r bot.Restore) bot.Restore {
	s.t.Helper()
	r = s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Unclear && r.EndTS != "" })
	if r.State != bot.Unclear {
		s.t.Fatalf("it is %s, want unclear: %+v", r.State, r.Reason)
	}
	return r
}

// for a while takes steps for some time, whatever comes of them.
func (s *scene) forA(while time.Duration, r bot.Restore) bot.Restore {
	s.t.Helper()
	until := time.Now().Add(while)
	return s.walk(r.ID, func(bot.Restore) bool { return time.Now().After(until) })
}

// What a person restores by hand, hours after the answer to the start was lost,
// is watched and never called ours.
func TestARestoreByHandAfterALostStartIsNotOurs(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		s.portal.Break(func(f *docspacetest.Faults) { f.Pages = []docspacetest.Page{{Path: "startrestore"}} })
		r := s.unclear(s.confirmed())
		s.portal.Heal()
		r = s.forA(3*time.Hour, r)
		s.portal.StartElsewhere(s.portal.Backups()[1].ID)
		r = s.forA(time.Hour, r)
		s.want(r, bot.Unclear, 1)
		if r.TaskID != "" || !r.Other.Ended || !r.Other.OK || s.chat.shown.Restore.Other != r.Other {
			s.t.Errorf("task %q, seen %+v, shown %+v", r.TaskID, r.Other, s.chat.shown.Restore.Other)
		}
		if a := s.press(r, "UALICE", bot.PressNothing); a != nil {
			s.t.Fatalf("settling was answered %+v", a)
		}
		s.want(s.walk(r.ID, never), bot.Failed, 1)
	})
}

// The same while the bot was away between the start and its answer.
func TestARestoreByHandWhileTheBotWasAwayIsNotOurs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		away time.Duration
		byUs bool // the start has reached the portal
		want bot.State
	}{
		"at once, and it was ours": {time.Second, true, bot.Succeeded},
		"within the grace":         {40 * time.Second, true, bot.Succeeded},
		"a minute":                 {time.Minute, false, bot.Unclear},
		"hours":                    {5 * time.Hour, false, bot.Unclear},
		"hours, and it was ours":   {5 * time.Hour, true, bot.Unclear},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			playOn(t, docspacetest.Config{Script: docspacetest.Total(20 * time.Minute)}, func(s *scene) {
				if !c.byUs {
					s.portal.Break(func(f *docspacetest.Faults) { f.Pages = []docspacetest.Page{{Path: "startrestore"}} })
				} else {
					s.portal.Break(func(f *docspacetest.Faults) { f.LoseStartAnswer = true })
				}
				r := s.confirmed()
				r = s.walk(r.ID, func(bot.Restore) bool { return s.portal.Starts() > 0 })
				s.portal.Heal()
				time.Sleep(c.away)
				if !c.byUs {
					s.portal.StartElsewhere(s.portal.Backups()[1].ID)
				}
				r = s.forA(50*time.Minute, r)
				s.want(r, c.want, 1)
				if c.want == bot.Unclear && (r.TaskID != "" || r.Other.ID == "") {
					s.t.Errorf("task %q, seen %+v", r.TaskID, r.Other)
				}
			})
		})
	}
}

// What ended this morning, in either scope, is no answer to a start that the
// portal has lost.
func TestAnOldTaskInEitherScopeIsNotOurs(t *testing.T) {
	t.Parallel()
	for name, old := range map[string][]docspacetest.Leftover{
		"of the portal":     {{}},
		"of the server":     {{Dump: true}},
		"in both":           {{}, {Dump: true, Age: time.Hour}},
		"failed":            {{Error: "The backup file is invalid."}},
		"in both, dump old": {{Age: time.Minute}, {Dump: true, Age: 5 * time.Hour}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				for _, l := range old {
					s.portal.LeaveTask(l)
				}
				s.portal.Break(func(f *docspacetest.Faults) { f.RefuseStart = http.StatusInternalServerError })
				r := s.unclear(s.confirmed())
				s.portal.Heal()
				s.want(s.forA(time.Hour, r), bot.Unclear, 1)
				if r.TaskID != "" || r.Other.ID != "" {
					s.t.Errorf("task %q, seen %+v", r.TaskID, r.Other)
				}
			})
		})
	}
}

// Nothing is started beside a restore of the whole server, whatever else the
// portal remembers.
func TestNothingIsStartedWhileTheServerIsRestored(t *testing.T) {
	t.Parallel()
	for _, leftover := range []bool{false, true} {
		play(t, func(s *scene) {
			if leftover {
				s.portal.LeaveTask(docspacetest.Leftover{})
			}
			r := s.request("")
			s.portal.StartDumpElsewhere()
			if a := s.press(r, "UBOB", bot.PressConfirm); a != nil {
				s.t.Fatalf("the press was answered %+v", a)
			}
			r = s.walk(r.ID, never)
			if s.portal.Starts() != 0 || !strings.Contains(r.Reason.What, "whole server runs already") {
				s.t.Errorf("%d starts, %s: %s", s.portal.Starts(), r.State, r.Reason.What)
			}
		})
	}
}

// The bot stands still between its look at the portal and the start, and somebody
// else's restore begins meanwhile.
func TestNothingIsStartedOnAnOldLook(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		r := s.confirmed()
		s.Portals[0].API = &stands{API: s.Portals[0].API, still: func() {
			time.Sleep(time.Minute)
			s.portal.StartDumpElsewhere()
		}}
		s.want(s.walk(r.ID, never), bot.Failed, 0)
	})
}

// stands is a portal after whose answer about the whole server something happens, once.
type stands struct {
	bot.API

	still func()
}

func (a *stands) RestoreProgress(ctx context.Context, scope docspace.Scope) (docspace.Progress, bool, error) {
	task, known, err := a.API.RestoreProgress(ctx, scope)
	if scope == docspace.DumpOnly && a.still != nil {
		a.still()
		a.still = nil
	}
	return task, known, err
}

// Two hosts of one server, which no spelling tells apart: the portal answers the
// second start with the task of the first, and one of the two says so.
func TestNoTwoRestoresHoldOneTask(t *testing.T) {
	t.Parallel()
	playOn(t, docspacetest.Config{Script: docspacetest.Total(time.Hour)}, func(s *scene) {
		s.Portals[0].URL = "https://docs.example.com"
		second(s, policy.PortalRules{})
		s.Portals[1].URL = "https://alias.example.com"
		s.Portals[1].API = joins{s.Portals[0].API}
		first := s.ask(s.portal.Backups()[0].ID + " --portal docs").(bot.Accepted).Restore
		other := s.ask(s.portal.Backups()[0].ID + " --portal wiki").(bot.Accepted).Restore
		shown := func(r bot.Restore) bool { return r.Shown.State == bot.Requested }
		first, other = s.walk(first.ID, shown), s.walk(other.ID, shown)
		for _, r := range []bot.Restore{first, other} {
			if a := s.press(r, "UBOB", bot.PressConfirm); a != nil {
				s.t.Fatalf("the press was answered %+v", a)
			}
		}
		first = s.walk(first.ID, func(r bot.Restore) bool { return r.State == bot.Running })
		other = s.unclear(other)
		if other.TaskID == first.TaskID || s.portal.Starts() != 2 {
			s.t.Errorf("%d starts, tasks %q and %q", s.portal.Starts(), first.TaskID, other.TaskID)
		}
		if first = s.walk(first.ID, never); first.State != bot.Succeeded {
			s.t.Errorf("the first is %s", first.State)
		}
		if other = s.forA(2*time.Hour, other); other.State != bot.Unclear {
			s.t.Errorf("the other is %s", other.State)
		}
	})
}

// joins is a portal that shows no task before the start: somebody else's began
// in between.
type joins struct{ bot.API }

func (j joins) RestoreProgress(ctx context.Context, scope docspace.Scope) (docspace.Progress, bool, error) {
	task, known, err := j.API.RestoreProgress(ctx, scope)
	if task.Terminal() {
		return task, known, err
	}
	return docspace.Progress{}, false, err
}

// A portal that cannot be asked after the start is asked for as long as a new
// task could be ours; then a person says, and nothing is sent again.
func TestLostStartOfASilentPortalBecomesUnclear(t *testing.T) {
	t.Parallel()
	playOn(t, docspacetest.Config{Script: docspacetest.Total(time.Hour)}, func(s *scene) {
		wire := s.wire()
		s.portal.Break(func(f *docspacetest.Faults) { f.LoseStartAnswer = true })
		r := s.confirmed()
		r = s.walk(r.ID, func(bot.Restore) bool { return s.portal.Starts() > 0 })
		wire.err = errors.New("connection refused")
		begun := time.Now()
		r = s.unclear(r)
		if took := time.Since(begun); took > time.Minute || !strings.Contains(r.Reason.What, "cannot be asked") {
			s.t.Errorf("unclear after %s: %s", took, r.Reason.What)
		}
		wire.err = nil
		r = s.forA(3*time.Hour, r)
		s.want(r, bot.Unclear, 1)
		if !r.Other.OK {
			s.t.Errorf("the task on the portal was seen as %+v", r.Other)
		}
	})
}

// Another portal of the server that answers in the place of a locked one is
// neither believed nor taken for a portal that has forgotten.
func TestAnotherPortalIsNotBelieved(t *testing.T) {
	t.Parallel()
	playOn(t, docspacetest.Config{Script: docspacetest.Total(time.Hour)}, func(s *scene) {
		s.portal.Break(func(f *docspacetest.Faults) { f.OtherPortal = "wiki" })
		r := s.running()
		r = s.walk(r.ID, func(bot.Restore) bool { return s.portal.Locked() })
		r = s.forA(10*time.Minute, r)
		if r.State != bot.Running || !strings.Contains(r.Progress.Trouble, "another portal") || r.Progress.Phase == bot.PhaseFinishing {
			s.t.Errorf("%s, %s, trouble %q", r.State, r.Progress.Phase, r.Progress.Trouble)
		}
		if !slices.Contains(s.alarms(), bot.AlarmSilent) || !r.Stuck(time.Now()) {
			s.t.Errorf("alarms %v", s.alarms())
		}
		s.want(s.walk(r.ID, never), bot.Succeeded, 1)
	})
	play(t, func(s *scene) {
		s.portal.Break(func(f *docspacetest.Faults) { f.OtherPortal, f.OtherPortalStays = "wiki", true })
		r := s.running()
		if r = s.forA(time.Hour, r); r.State == bot.Succeeded {
			s.t.Error("another portal was called the restored one")
		}
	})
}
