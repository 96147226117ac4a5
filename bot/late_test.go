package bot_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace/docspacetest"
)

// slow is a store, or a whole process, that stands still just after the intent
// to start was saved.
type slow struct {
	*memory

	pause     time.Duration
	meanwhile func(id string)
}

func (s slow) Save(ctx context.Context, was, next bot.Restore, events ...bot.Event) (bot.Restore, error) {
	saved, err := s.memory.Save(ctx, was, next, events...)
	if err == nil && next.State == bot.Starting && was.State != bot.Starting {
		time.Sleep(s.pause)
		if s.meanwhile != nil {
			s.meanwhile(was.ID)
		}
	}
	return saved, err
}

func TestAStartThatComesTooLateIsNotSent(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		s.Store = slow{s.store, 20 * time.Second, nil}
		r := s.request("")
		s.press(r, "UBOB", bot.PressConfirm)
		r = s.walk(r.ID, never)
		s.want(r, bot.Failed, 0)
		if !strings.Contains(r.Reason.What, "stood still") || r.Effect() != bot.Untouched {
			s.t.Errorf("told %q", r.Reason.What)
		}
		notStarted(s, r)
	})
}

// What the portal refused has not failed either: nothing ran.
func TestARefusedStartIsNotStarted(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 401, 402, 403, 404, 429} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				r := s.request("")
				s.portal.Break(func(f *docspacetest.Faults) { f.RefuseStart = status })
				s.press(r, "UBOB", bot.PressConfirm)
				r = s.walk(r.ID, never)
				if r.State != bot.Failed || !strings.Contains(r.Reason.What, "The portal refused to start") {
					s.t.Errorf("%s: %+v", r.State, r.Reason)
				}
				notStarted(s, r)
			})
		})
	}
}

// notStarted holds an end against what people are told of one that nothing came of.
func notStarted(s *scene, r bot.Restore) {
	s.t.Helper()
	if r.Outcome() != "not started" || r.Elapsed(time.Now()) != 0 || s.chat.shown.Restore.Outcome() != "not started" {
		s.t.Errorf("told as %q after %s, on the card %q", r.Outcome(), r.Elapsed(time.Now()), s.chat.shown.Restore.Outcome())
	}
}

// A paused replica wakes when its peer has long told that the start is unclear.
func TestAZombieDoesNotSendTheStart(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		peer := s.peer()
		s.Store = slow{s.store, 20 * time.Second, func(id string) {
			for {
				r, err := s.store.Get(context.Background(), id)
				if err != nil || r.State == bot.Unclear {
					return
				}
				next, _ := peer.Step(s.t.Context(), id, r.Generation)
				time.Sleep(next.After)
			}
		}}
		r := s.request("")
		s.press(r, "UBOB", bot.PressConfirm)
		r = s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Unclear && r.EndTS != "" })
		s.want(r, bot.Unclear, 0)
	})
}

func TestAShortDelayDoesNotStopTheStart(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		s.Store = slow{s.store, time.Second, nil}
		r := s.request("")
		s.press(r, "UBOB", bot.PressConfirm)
		s.want(s.walk(r.ID, never), bot.Succeeded, 1)
	})
}
