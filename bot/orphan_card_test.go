package bot_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
)

// A card can be pressed before it is recorded, and its record may be lost: the
// press itself names the card, and counts where that shows what is recorded.
func TestPressNamesTheCardThatIsNotRecorded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mark func(m *bot.CardMark)
		says string // "" where it counts
	}{
		"its own card":          {func(*bot.CardMark) {}, ""},
		"no mark":               {func(m *bot.CardMark) { *m = bot.CardMark{} }, "no record of this card yet"},
		"another plan":          {func(m *bot.CardMark) { m.Plan = strings.Repeat("0", 64) }, "no longer what would be done"},
		"no plan":               {func(m *bot.CardMark) { m.Plan = "" }, "no longer what would be done"},
		"another restore":       {func(m *bot.CardMark) { m.Restore = "other" }, "no record of this card yet"},
		"a card that is no ask": {func(m *bot.CardMark) { m.State = bot.Unclear }, "still being checked"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				id := s.ask(s.portal.Backups()[0].ID).(bot.Accepted).Restore.ID
				var answer bot.Answer
				s.chat.trouble = func(call string, card bot.Card) error {
					if call != "post" {
						return nil
					}
					s.chat.trouble = nil
					mark := bot.CardMark{Restore: id, State: bot.Requested, Plan: card.Restore.Plan}
					c.mark(&mark)
					answer = s.pressOn("1.000001", mark, "UBOB", bot.PressConfirm)
					return nil
				}
				_, _ = s.Step(s.t.Context(), id, 0)
				r, _ := s.store.Get(s.t.Context(), id)
				no, refused := answer.(*policy.Refusal)
				if refused != (c.says != "") || refused && !strings.Contains(no.What, c.says) {
					t.Errorf("answered %+v", answer)
				}
				if r.CardTS != "1.000001" || r.Cards != 1 || (len(r.Confirmations) == 1) != (c.says == "") {
					t.Errorf("card %q, the %d. one, confirmations %+v", r.CardTS, r.Cards, r.Confirmations)
				}
				if r.State == bot.Requested && s.walk(id, func(r bot.Restore) bool { return r.Shown.State == bot.Requested }).State == bot.Requested {
					s.press(r, "UBOB", bot.PressConfirm)
				}
				s.want(s.walk(id, never), bot.Succeeded, 1)
			})
		})
	}
}

// A process dies between the post and the record, and another one posts a second
// card: a press on either counts, once, and the orphan loses its buttons.
func TestPressCountsOnEitherOfTwoCards(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rules   func(s *scene) // that changed before the second card
		presses []string       // on which cards
		says    string
		counts  int
	}{
		"the first":                  {nil, []string{"0.9"}, "", 1},
		"the second":                 {nil, []string{"1.000001"}, "", 1},
		"both by one":                {nil, []string{"0.9", "1.000001"}, "confirmed already", 1},
		"the first, under old rules": {func(s *scene) { s.Policy.Typing = true }, []string{"0.9"}, "no longer what would be done", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				id := s.ask(s.portal.Backups()[0].ID).(bot.Accepted).Restore.ID
				marks := map[string]bot.CardMark{}
				s.chat.trouble = func(call string, card bot.Card) error {
					if call == "post" {
						marks["0.9"] = bot.CardMark{Restore: id, State: bot.Requested, Plan: card.Restore.Plan}
						return context.Canceled // the process dies
					}
					return nil
				}
				_, _ = s.Step(s.t.Context(), id, 0)
				s.chat.trouble = nil
				if c.rules != nil {
					c.rules(s)
				}
				r := s.walk(id, func(r bot.Restore) bool { return r.Shown.State == bot.Requested })
				marks["1.000001"] = bot.CardMark{Restore: id, State: bot.Requested, Plan: r.Plan}
				var answer bot.Answer
				for _, ts := range c.presses {
					answer = s.pressOn(ts, marks[ts], "UBOB", bot.PressConfirm)
				}
				now, _ := s.store.Get(s.t.Context(), id)
				if no, refused := answer.(*policy.Refusal); refused != (c.says != "") || refused && !strings.Contains(no.What, c.says) {
					t.Errorf("answered %+v", answer)
				}
				orphan := slices.Contains(c.presses, "0.9")
				if len(now.Confirmations) != c.counts || r.CardTS != "1.000001" || slices.Equal(s.chat.retired, []string{"0.9"}) != orphan {
					t.Errorf("card %q, confirmations %+v, retired %q", r.CardTS, now.Confirmations, s.chat.retired)
				}
			})
		})
	}
}

// pressOn presses a button on the message at ts, which says mark of itself.
func (s *scene) pressOn(ts string, mark bot.CardMark, user string, action bot.Action) bot.Answer {
	id := mark.Restore
	if id == "" || id == "other" {
		all, _ := s.store.Recent(s.t.Context(), 1)
		id = all[0].ID
	}
	a, later := s.Press(s.t.Context(), bot.Press{Caller: caller(user), Action: action, Restore: id, MessageTS: ts, Card: mark})
	if later != nil {
		later(s.t.Context())
	}
	return a
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
				return errors.Join(policy.ErrChatBusy)
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
				r, _ := s.store.Get(s.t.Context(), id)
				if r.CardTS != c.card || !slices.Equal(s.chat.retired, c.retired) {
					t.Errorf("the card is %q, and %q were taken back", r.CardTS, s.chat.retired)
				}
			})
		})
	}
}
