package bot_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"docspace-restorebot/bot"
)

// A card can be pressed before its ts is written down: the press waits for that,
// and counts.
func TestPressWaitsForItsCardToBeWrittenDown(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		takes  time.Duration
		ts     string
		counts bool
		says   string
	}{
		"soon enough":       {500 * time.Millisecond, "1.000001", true, ""},
		"too late":          {3 * time.Second, "1.000001", false, "Press again in a moment"},
		"of an earlier bot": {500 * time.Millisecond, "0.9", false, "Press the button on its own card"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				id := s.ask(s.portal.Backups()[0].ID).(bot.Accepted).Restore.ID
				s.chat.trouble = func(call string, _ bot.Card) error {
					if call == "post" {
						time.Sleep(c.takes) // people see it already
					}
					return nil
				}
				go func() { _, _ = s.Step(s.t.Context(), id, 0) }()
				synctest.Wait()
				answer := s.press(bot.Restore{ID: id, CardTS: c.ts}, "UBOB", bot.PressConfirm)
				if no, refused := answer.(*bot.Refusal); refused == c.counts || refused && !strings.Contains(no.Do, c.says) {
					t.Errorf("answered %+v", answer)
				}
				time.Sleep(c.takes)
				synctest.Wait()
				r, _ := s.store.Get(t.Context(), id)
				if (r.State == bot.Confirmed) != c.counts || r.CardTS != "1.000001" {
					t.Errorf("the restore: %+v", r)
				}
				if a := s.press(r, "UBOB", bot.PressConfirm); !c.counts && a != nil {
					t.Errorf("pressed again: %+v", a)
				}
				s.want(s.walk(id, never), bot.Succeeded, 1)
			})
		})
	}
}

// Confirming does not wait for an edit: the start is made although the card can
// not be edited.
func TestStartDoesNotWaitForTheCardToBeEdited(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		r := s.request("")
		if r.CardTS == "" || s.chat.edits != 0 {
			t.Fatalf("card %q after %d edits", r.CardTS, s.chat.edits)
		}
		s.chat.trouble = func(call string, _ bot.Card) error {
			if call == "edit" {
				return errors.Join(bot.ErrChatBusy)
			}
			return nil
		}
		s.press(r, "UBOB", bot.PressConfirm)
		asked := time.Now()
		s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Running })
		if took := time.Since(asked); took > time.Second || s.portal.Starts() != 1 {
			t.Errorf("%d starts after %v", s.portal.Starts(), took)
		}
	})
}

// What happens between the post of a card and its record: a freeze leaves it the
// restore's card; where it cannot be any more, its buttons go at once.
func TestCardThatIsOvertakenIsRecordedOrTakenBack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		meanwhile func(s *scene, id string)
		card      string
		retired   []string
	}{
		"a freeze": {func(s *scene, _ string) {
			_ = s.store.SetFreeze(s.t.Context(), bot.Freeze{By: "UBOB", At: time.Now()})
		}, "1.000001", nil},
		"dismissed": {func(s *scene, id string) { s.ask("cancel " + id) }, "", []string{"1.000001"}},
		"another card": {func(s *scene, id string) {
			r, _ := s.store.Get(s.t.Context(), id)
			other := r
			other.CardTS = "9.9"
			_, _ = s.store.Save(s.t.Context(), r, other)
		}, "9.9", []string{"1.000001"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				id := s.ask(s.portal.Backups()[0].ID).(bot.Accepted).Restore.ID
				s.chat.trouble = func(call string, _ bot.Card) error {
					if call == "post" {
						c.meanwhile(s, id)
					}
					return nil
				}
				_, _ = s.Step(s.t.Context(), id, 0)
				r, _ := s.store.Get(t.Context(), id)
				if r.CardTS != c.card || !slices.Equal(s.chat.retired, c.retired) {
					t.Errorf("the card is %q, and %q were taken back", r.CardTS, s.chat.retired)
				}
			})
		})
	}
}
