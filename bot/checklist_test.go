package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
)

// listed brings a restore to where its after-care list stands in its thread.
func (s *scene) listed() bot.Restore {
	s.t.Helper()
	r := s.start()
	return s.walk(r.ID, func(r bot.Restore) bool { return r.Checklist.TS != "" })
}

// tick turns boxes as somebody who sees a revision of the list.
func (s *scene) tick(r bot.Restore, user string, seen int, chosen ...string) bot.Answer {
	a, _ := s.Press(s.t.Context(), bot.Press{
		Caller: caller(user), Action: bot.PressTick, Restore: r.ID, MessageTS: r.Checklist.TS,
		Choice: bot.Choice{Revision: seen, Most: len(r.Checklist.Items), Chosen: chosen},
	})
	return a
}

// done are the items that are ticked, with who did it.
func (s *scene) done(id string) (done []string) {
	s.t.Helper()
	r, err := s.store.Get(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, i := range r.Checklist.Items {
		if t, ok := r.Checklist.Done(i.ID); ok {
			done = append(done, i.ID+" "+t.User)
		}
	}
	return done
}

func (s *scene) wantDone(id string, want ...string) {
	s.t.Helper()
	if got := s.done(id); !slices.Equal(got, want) {
		s.t.Errorf("ticked are %q, want %q", got, want)
	}
}

// Each tick says what one person's boxes show: what somebody else ticked meanwhile is not
// among them, and stays.
func TestTwoPeopleWhoTickAtOnceLoseNothing(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		r := s.listed()
		s.tick(r, "UALICE", 0, "files")
		s.tick(r, "UBOB", 0, "passwords") // whose screen does not show alice's yet
		s.wantDone(r.ID, "files UALICE", "passwords UBOB")
		s.tick(r, "UBOB", 0, "passwords", "files") // the same work twice is alice's
		s.wantDone(r.ID, "files UALICE", "passwords UBOB")
		s.tick(r, "UBOB", 0, "files") // and back, on the same screen
		s.wantDone(r.ID, "files UALICE")
		now, _ := s.store.Get(s.t.Context(), r.ID)
		s.tick(r, "UALICE", now.Checklist.Revision, "files", "key")
		s.tick(r, "UBOB", now.Checklist.Revision) // takes alice's first one back, and not what came since
		s.wantDone(r.ID, "key UALICE")
		trail, err := s.store.Trail(s.t.Context(), r.ID)
		var acts []string
		for _, e := range trail {
			if e.Kind == bot.EventTicked || e.Kind == bot.EventUnticked {
				acts = append(acts, string(e.Kind)+" "+e.Detail["item"]+" "+e.Actor)
			}
		}
		if want := "ticked files UALICE, ticked passwords UBOB, unticked passwords UBOB, ticked key UALICE, unticked files UBOB"; err != nil || strings.Join(acts, ", ") != want {
			s.t.Errorf("the trail says %q, %v", acts, err)
		}
	})
}

// The message shows each tick under a new revision, also after everything was settled.
func TestEveryTickIsShown(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		r := s.walk(s.listed().ID, never)
		if !r.Settled || len(s.told(bot.NoteList)) != 1 {
			s.t.Fatalf("settled %t, lists %d", r.Settled, len(s.told(bot.NoteList)))
		}
		for i, chosen := range [][]string{{"files"}, {"files", "oauth"}} {
			s.tick(r, "UBOB", i, chosen...)
			r = s.walk(r.ID, func(r bot.Restore) bool { return r.Checklist.Shown == i+1 && r.Settled })
			if last := s.chat.lists[len(s.chat.lists)-1]; last.Revision != i+1 {
				s.t.Errorf("revision %d is shown after %d ticks", last.Revision, i+1)
			}
		}
		if n := len(s.told(bot.NoteList)); n != 1 {
			s.t.Errorf("the list was posted %d times", n)
		}
	})
}

func TestWhatIsOpenAfterADayIsRemindedOfOnce(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		r := s.listed()
		s.tick(r, "UBOB", 0, "files")
		r = s.walk(r.ID, never)
		if n := len(s.told(bot.NoteListOpen)); n != 1 || !r.Settled || time.Since(r.EndedAt) < 24*time.Hour || time.Since(r.EndedAt) > 25*time.Hour {
			s.t.Errorf("reminded %d times, settled %t after %s", n, r.Settled, time.Since(r.EndedAt))
		}
		s.tick(r, "UBOB", 1, "files", "key")
		s.walk(r.ID, never)
		if n := len(s.told(bot.NoteListOpen)); n != 1 {
			s.t.Errorf("reminded %d times", n)
		}
	})
	play(t, func(s *scene) {
		r := s.listed()
		var all []string
		for _, i := range r.Checklist.Items {
			all = append(all, i.ID)
		}
		s.tick(r, "UBOB", 0, all...)
		s.walk(r.ID, never)
		if n := len(s.told(bot.NoteListOpen)); n != 0 || len(r.Checklist.Items) < 5 {
			s.t.Errorf("of %d things that are all done people were reminded %d times", len(all), n)
		}
	})
}

// Whoever may not use the bot here may not tick, and sees their box empty again.
func TestOnlyWhoMayUseTheBotMayTick(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		r := s.listed()
		s.refused(s.tick(r, "UEVE", 0, "files"), policy.RulePerson)
		s.chat.people["UBOB"] = policy.Person{Guest: true}
		s.refused(s.tick(r, "UBOB", 0, "files"), policy.RulePerson)
		s.wantDone(r.ID)
		s.walk(r.ID, func(r bot.Restore) bool { return r.Checklist.Shown == 2 })
		elsewhere := r
		elsewhere.Checklist.TS = "9.9"
		s.refused(s.tick(elsewhere, "UALICE", 0, "files"), policy.RuleStale)
		elsewhere.ID = "none"
		s.refused(s.tick(elsewhere, "UALICE", 0, "files"), policy.RuleUnknown)
		if a := s.tick(r, "UALICE", 2, "files", "nothing"); a != nil {
			s.t.Errorf("a tick was answered %+v", a)
		}
		s.wantDone(r.ID, "files UALICE")
	})
}

func TestReportHasTheListWithWhoDidWhat(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		r := s.listed()
		s.tick(r, "UBOB", 0, "passwords")
		s.later("report " + r.ID)
		told := s.told(bot.NoteReport)
		if len(told) != 1 || !strings.Contains(told[0].Text, "- [ ] Open a few files that matter\n- [x] Tell everybody to use Forgot password: UBOB at ") {
			s.t.Errorf("the report says %+v", told)
		}
	})
}

// People who tick and untick for ever do not make a restore grow for ever.
func TestTicksAreBounded(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		r := s.listed()
		s.tick(r, "UALICE", 0, "key")
		for i := range 300 {
			chosen := []string{"key"}
			if i%2 == 0 {
				chosen = append(chosen, "files")
			}
			s.tick(r, "UBOB", i+1, chosen...)
		}
		s.wantDone(r.ID, "key UALICE")
		if now, _ := s.store.Get(s.t.Context(), r.ID); len(now.Checklist.Ticks) > 200 {
			s.t.Errorf("%d ticks are kept", len(now.Checklist.Ticks))
		}
	})
}

// A tick that comes before the list is recorded names the list itself: it is not posted
// a second time.
func TestATickBeforeTheRecordNamesTheList(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		r := s.listed()
		forgotten := r
		forgotten.Checklist = bot.Checklist{}
		if _, err := s.store.Save(s.t.Context(), r, forgotten); err != nil {
			s.t.Fatal(err)
		}
		if a := s.tick(r, "UBOB", 0, "files"); a != nil {
			s.t.Fatalf("the tick was answered %+v", a)
		}
		s.wantDone(r.ID, "files UBOB")
		s.walk(r.ID, never)
		if n := len(s.told(bot.NoteList)); n != 1 {
			s.t.Errorf("the list was posted %d times", n)
		}
	})
}
