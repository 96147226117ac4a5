package bot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// kinds lists what notes are about, but for the start and what follows an end.
func kinds(notes []bot.Note) (list []bot.NoteKind) {
	for _, n := range notes {
		if !slices.Contains([]bot.NoteKind{bot.NoteStart, bot.NoteCounted, bot.NoteList, bot.NoteListOpen}, n.Kind) {
			list = append(list, n.Kind)
		}
	}
	slices.Sort(list)
	return list
}

func wantNotes(t *testing.T, where string, got []bot.Note, want ...bot.NoteKind) {
	t.Helper()
	slices.Sort(want)
	if !slices.Equal(kinds(got), want) {
		t.Errorf("%s was told %v, want %v", where, kinds(got), want)
	}
}

func running(r bot.Restore) bool { return r.State == bot.Running && r.Shown.State == bot.Running }

// start brings a restore to where its card says that it runs.
func (s *scene) start() bot.Restore {
	s.t.Helper()
	r := s.request("")
	s.press(r, "UBOB", bot.PressConfirm)
	return s.walk(r.ID, running)
}

func TestEndIsToldAlthoughTheCardWasRemoved(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		r := s.start()
		first := r.CardTS
		s.chat.trouble = func(call string, c bot.Card) error {
			if call == "edit" && c.Restore.CardTS == first {
				return bot.ErrCardGone
			}
			return nil
		}
		r = s.walk(r.ID, func(r bot.Restore) bool { return r.CardGone })
		if r.State != bot.Running {
			s.t.Fatalf("the loss of the card was noticed when %s", r.State)
		}
		r = s.walk(r.ID, never)
		s.want(r, bot.Succeeded, 1)
		wantNotes(s.t, "the channel", s.chat.replies, bot.NoteEnd)
		if s.chat.posted != 2 || r.CardTS == first {
			s.t.Errorf("%d cards were posted, want a second one for the end", s.chat.posted)
		}
	})
}

func TestCardThatIsAlwaysRemovedIsNotFoughtFor(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		r := s.start()
		s.chat.trouble = func(call string, _ bot.Card) error {
			if call == "edit" {
				return bot.ErrCardGone
			}
			return nil
		}
		r = s.walk(r.ID, never)
		if r.State != bot.Succeeded || s.chat.posted != 2 {
			s.t.Errorf("%s with %d cards, want 2", r.State, s.chat.posted)
		}
		wantNotes(s.t, "the channel", s.chat.replies, bot.NoteEnd)
	})
	play(t, func(s *scene) { // and nobody can press it
		s.Policy.Approvals = 4
		s.Policy.Approvers = policy.AllowList{IDs: []string{"U1", "U2", "U3", "U4"}}
		r := s.request("")
		s.chat.trouble = func(call string, _ bot.Card) error {
			if call == "edit" {
				return bot.ErrCardGone
			}
			return nil
		}
		for _, user := range s.Policy.Approvers.IDs[:3] { // each is to be shown on it
			cards := s.chat.posted
			if a := s.press(r, user, bot.PressConfirm); a != nil {
				s.t.Fatalf("%s was answered %+v", user, a)
			}
			r = s.walk(r.ID, func(bot.Restore) bool { return s.chat.posted > cards })
		}
		r = s.walk(r.ID, never)
		if r.State != bot.Refused || r.Reason.Rule != policy.RuleChannel || s.chat.posted != 3 {
			s.t.Errorf("%s (%+v) with %d cards", r.State, r.Reason, s.chat.posted)
		}
	})
}

// While the channel cannot be reached the requester is told, and the channel
// hears the end when it can be.
func TestStoryGoesToTheRequesterWhileTheChannelCannotBeReached(t *testing.T) {
	t.Parallel()
	for _, why := range []error{policy.ErrNotInChannel, bot.ErrChannelClosed} {
		play(t, func(s *scene) {
			r := s.start()
			s.portal.Break(func(f *docspacetest.Faults) { f.WorkerDead = true })
			s.chat.trouble = func(call string, _ bot.Card) error {
				if call == "direct" {
					return nil
				}
				return fmt.Errorf("post: %w", why)
			}
			r = s.walk(r.ID, func(r bot.Restore) bool { return len(r.Alarms) > 0 && r.Alarms[0].Told })
			wantNotes(s.t, "the requester", s.chat.directs, bot.NoteAlarm, bot.NoteChannelLost)
			s.portal.Heal()
			r = s.walk(r.ID, func(r bot.Restore) bool { return r.ChannelLost.EndTS != "" })
			s.want(bot.Restore{State: r.State}, bot.Succeeded, 1)
			time.Sleep(time.Hour)
			if r = s.walk(r.ID, func(bot.Restore) bool { return true }); r.Settled {
				s.t.Fatal("it was settled although the channel was not told")
			}
			s.chat.trouble = nil
			s.want(s.walk(r.ID, never), bot.Succeeded, 1)
			wantNotes(s.t, "the requester", s.chat.directs, bot.NoteAlarm, bot.NoteChannelLost, bot.NoteEnd)
			wantNotes(s.t, "the channel", s.chat.replies, bot.NoteEnd)
		})
	}
}

func TestChannelThatNeverComesBackIsGivenUpAfterADay(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		r := s.start()
		s.chat.trouble = func(string, bot.Card) error { return bot.ErrChannelClosed } // nor does the requester take anything
		r = s.walk(r.ID, never)
		if r.State != bot.Succeeded || r.EndTS != "" || time.Since(r.EndedAt) < 24*time.Hour || time.Since(r.EndedAt) > 25*time.Hour {
			s.t.Errorf("%s, end %q, settled %v after it", r.State, r.EndTS, time.Since(r.EndedAt))
		}
	})
}

func TestRestoreGoesOnWhileTheTokenIsRevoked(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		r := s.start()
		s.chat.trouble = func(string, bot.Card) error { return policy.ErrChatDenied }
		r = s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Succeeded })
		begun := time.Now()
		r = s.walk(r.ID, func(bot.Restore) bool { return time.Since(begun) > 48*time.Hour })
		if r.Settled || s.portal.Starts() != 1 {
			s.t.Fatalf("settled %v after %d starts", r.Settled, s.portal.Starts())
		}
		s.chat.trouble = nil
		s.want(s.walk(r.ID, never), bot.Succeeded, 1)
		wantNotes(s.t, "the channel", s.chat.replies, bot.NoteEnd)
		wantNotes(s.t, "the requester", s.chat.directs)
	})
}

// polls notes when a portal is asked for the progress.
type polls struct {
	bot.API

	at []time.Time
}

func (p *polls) RestoreProgress(ctx context.Context, scope docspace.Scope) (docspace.Progress, bool, error) {
	p.at = append(p.at, time.Now())
	return p.API.RestoreProgress(ctx, scope)
}

type busy time.Duration

func (busy) Error() string               { return "busy" }
func (busy) Unwrap() error               { return policy.ErrChatBusy }
func (b busy) RetryAfter() time.Duration { return time.Duration(b) }

// Whatever the chat does, the portal is asked in time, and the end is told even
// where the card has to wait.
func TestPortalIsAskedInTimeWhateverTheChatDoes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		trouble func() error
		most    time.Duration
	}{
		"busy":     {func() error { return busy(time.Minute) }, 3 * time.Second},
		"hangs":    {func() error { time.Sleep(3 * time.Second); return context.DeadlineExceeded }, 4 * time.Second},
		"slow":     {func() error { time.Sleep(time.Second); return nil }, 3 * time.Second},
		"broken":   {func() error { return errors.New("connection refused") }, 3 * time.Second},
		"archived": {func() error { return bot.ErrChannelClosed }, 3 * time.Second},
		"denied":   {func() error { return policy.ErrChatDenied }, 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				r := s.start()
				watch := &polls{API: s.Portals[0].API}
				s.Portals[0].API = watch
				s.chat.trouble = func(call string, _ bot.Card) error {
					if call == "edit" {
						return c.trouble()
					}
					return nil
				}
				r = s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Succeeded })
				if len(watch.at) < 5 {
					s.t.Fatalf("%d polls are too few to tell", len(watch.at))
				}
				for i := 1; i < len(watch.at); i++ {
					if gap := watch.at[i].Sub(watch.at[i-1]); gap > c.most {
						s.t.Errorf("%v between two polls, want at most %v", gap, c.most)
					}
				}
				r = s.walk(r.ID, func(r bot.Restore) bool { return r.EndTS != "" })
				if late := time.Since(r.EndedAt); late > 10*time.Second {
					s.t.Errorf("the end was told %v after it", late)
				}
			})
		})
	}
}
