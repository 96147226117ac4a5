package bot_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/loss"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace/docspacetest"
)

// failing is a portal of which nobody can read the trail.
var failing = docspacetest.Faults{Pages: []docspacetest.Page{{Path: "filter", Status: 500}}}

// trailReads is how often the trail was asked for.
func (s *scene) trailReads() (n int) {
	for _, q := range s.portal.Requests() {
		if strings.Contains(q.Path, "audit/events/filter") {
			n++
		}
	}
	return n
}

func TestReadingThatFailedIsTriedAgainWhileTheRequestWaits(t *testing.T) {
	t.Parallel()
	playLoss(t, docspacetest.Config{Faults: failing}, work, func(s *scene) {
		r := s.counted()
		if r.Loss.Source != loss.FromNone || r.Loss.Due.IsZero() || !s.chat.shown.Counting || s.chat.shown.Restore.Loss.Why == "" {
			s.t.Fatalf("the card says %+v", s.chat.shown.Restore.Loss)
		}
		edits := s.chat.edits
		r = s.walk(r.ID, func(r bot.Restore) bool { return r.Loss.Failed == 2 && r.Shown.Version == r.Version })
		if s.chat.edits != edits {
			s.t.Error("the card was edited to say the same")
		}
		s.portal.Heal()
		began := time.Now()
		read := s.walk(r.ID, func(r bot.Restore) bool { return r.Loss.Known() && r.Shown.Version == r.Version })
		if took := time.Since(began); took > 40*time.Second || read.Loss.Lost.Created != 46 || !read.Loss.Complete || read.Loss.Failed != 0 || s.chat.shown.Counting {
			s.t.Errorf("after %s: %+v", took, read.Loss)
		}
		if read.Plan != r.Plan || s.chat.edits != edits+1 {
			s.t.Errorf("%d edits, plan %q, was %q", s.chat.edits-edits, read.Plan, r.Plan)
		}
		if a := s.press(read, "UBOB", bot.PressConfirm); a != nil {
			s.t.Fatalf("%+v", a)
		}
		s.want(s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Succeeded && r.Shown.State == r.State }), bot.Succeeded, 1)
	})
}

func TestPortalThatTellsNothingIsAskedFiveTimes(t *testing.T) {
	t.Parallel()
	playLoss(t, docspacetest.Config{Faults: failing}, work, func(s *scene) {
		began := time.Now()
		r := s.request("")
		r = s.walk(r.ID, func(r bot.Restore) bool { return r.Loss.Failed == 5 && r.Shown.Version == r.Version })
		if took := time.Since(began); took < 3*time.Minute || took > 5*time.Minute || s.chat.shown.Counting || !r.Loss.Due.IsZero() {
			s.t.Errorf("after %s: %+v", took, r.Loss)
		}
		asked, edits := s.trailReads(), s.chat.edits
		if asked > 10 || edits > 3 {
			s.t.Errorf("%d requests, %d edits", asked, edits)
		}
		s.want(s.walk(r.ID, never), bot.Expired, 0)
		if n := s.trailReads(); n != asked {
			s.t.Errorf("%d further requests", n-asked)
		}
	})
}

// The start asks a last time.
func TestWhatWasNeverToldIsAskedForAtTheStart(t *testing.T) {
	t.Parallel()
	playLoss(t, docspacetest.Config{Faults: failing}, work, func(s *scene) {
		r := s.counted()
		s.portal.Heal()
		s.press(r, "UBOB", bot.PressConfirm)
		r = s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Running })
		if r.Loss.Source != loss.FromTrail || r.Loss.Lost.Created != 46 {
			s.t.Errorf("%+v", r.Loss)
		}
	})
}

func TestRefusalIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	playLoss(t, docspacetest.Config{}, work, func(s *scene) {
		r := s.request("")
		s.portal.Break(func(f *docspacetest.Faults) { f.Unpaid = true })
		r = s.walk(r.ID, func(r bot.Restore) bool { return r.Loss.Source != "" && r.Shown.Version == r.Version })
		if r.Loss.Source != loss.FromNone || r.Loss.Why == "" || !r.Loss.Due.IsZero() || s.chat.shown.Counting {
			s.t.Errorf("%+v", r.Loss)
		}
	})
}

// saveFails is a store that fails to save so many readings.
type saveFails struct {
	*memory

	times int
}

func (f *saveFails) Save(ctx context.Context, was, next bot.Restore, events ...bot.Event) (bot.Restore, error) {
	if was.Loss.Known() && next.Loss != was.Loss && f.times > 0 {
		f.times--
		return bot.Restore{}, errors.New("the disk is full")
	}
	return f.memory.Save(ctx, was, next, events...)
}

func TestNumbersOfAWaitingRequestAreBroughtUpToDateOnce(t *testing.T) {
	t.Parallel()
	for name, broken := range map[string]int{"saved": 0, "saved at the second try": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			playLoss(t, docspacetest.Config{}, work, func(s *scene) {
				s.Store = &saveFails{s.store, broken}
				r := s.counted()
				was, edits, asked := r.Loss, s.chat.edits, s.trailReads()
				before, _ := s.store.Loss(s.t.Context(), r.ID)
				for i, e := range (docspacetest.Work{Age: time.Minute, Files: 3, Changed: 1}).Events(time.Now()) {
					e.Target = []string{fmt.Sprint("new", i)}
					s.portal.AddEvents(e)
				}
				began := time.Now()
				r = s.walk(r.ID, func(r bot.Restore) bool { return r.Loss.Since > 0 && r.Shown.Version == r.Version })
				if took := time.Since(began); took < 4*time.Minute || took > 6*time.Minute {
					s.t.Errorf("after %s", took)
				}
				if r.Loss.Since != 4 || r.Loss.Lost.Created != was.Lost.Created+3 || s.chat.edits != edits+1 || s.chat.shown.Restore.Loss != r.Loss || !r.Loss.Complete {
					s.t.Errorf("%+v, %d edits", r.Loss, s.chat.edits-edits)
				}
				l, _ := s.store.Loss(s.t.Context(), r.ID)
				if len(l.Acts) != len(before.Acts)+4 || l.Acts[0].Times != 0 {
					s.t.Errorf("%d acts, were %d: %+v", len(l.Acts), len(before.Acts), l.Acts[0])
				}
				s.want(s.walk(r.ID, never), bot.Expired, 0)
				if n := s.trailReads(); n > asked+2 {
					s.t.Errorf("the trail was asked %d times more", n-asked)
				}
			})
		})
	}
}

// Whoever confirms as the second decides on what is so now.
func TestFirstOfTwoPressesReadsAgain(t *testing.T) {
	t.Parallel()
	playLoss(t, docspacetest.Config{}, work, func(s *scene) {
		s.Policy.Approvals = 2
		s.Policy.Approvers = policy.AllowList{IDs: []string{"UBOB", "UCAROL"}}
		r := s.counted()
		for i, e := range (docspacetest.Work{Age: time.Minute, Files: 6}).Events(time.Now()) {
			e.Target = []string{fmt.Sprint("new", i)}
			s.portal.AddEvents(e)
		}
		s.press(r, "UBOB", bot.PressConfirm)
		began := time.Now()
		next := s.walk(r.ID, func(r bot.Restore) bool { return r.Loss.Since > 0 && r.Shown.Version == r.Version })
		if took := time.Since(began); next.State != bot.Requested || next.Loss.Since != 6 || !next.Loss.Jump || took > 10*time.Second || next.Plan != r.Plan {
			s.t.Errorf("after %s: %s %+v", took, next.State, next.Loss)
		}
		if a := s.press(next, "UCAROL", bot.PressConfirm); a != nil {
			s.t.Fatalf("%+v", a)
		}
		s.want(s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Succeeded && r.Shown.State == r.State }), bot.Succeeded, 1)
	})
}
