package bot_test

import (
	"strings"
	"testing"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
)

// A press names another channel than the record. It is followed there only where
// the record's own is gone, the message is the bot's and this very card, and the
// rules name the channel.
func TestPressFromAnotherChannelIsFollowedOnlyIntoANewId(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(s *scene, p *bot.Press)
		want   policy.Rule // "": it counts
	}{
		"moved":                  {func(*scene, *bot.Press) {}, ""},
		"the old one is there":   {func(s *scene, _ *bot.Press) { s.chat.gone = "" }, policy.RuleChannel},
		"not there either":       {func(_ *scene, p *bot.Press) { p.Caller.Channel = "COPS" }, policy.RuleChannel},
		"not named by the rules": {func(s *scene, _ *bot.Press) { s.Policy.Channels.IDs = []string{"COPS"} }, policy.RuleChannel},
		"another message":        {func(_ *scene, p *bot.Press) { p.MessageTS = "9.9" }, policy.RuleChannel},
		"not the bot's message":  {func(_ *scene, p *bot.Press) { p.Card = bot.CardMark{} }, policy.RuleChannel},
		"another restore's":      {func(_ *scene, p *bot.Press) { p.Card.Restore = "other" }, policy.RuleChannel},
		"another plan's":         {func(_ *scene, p *bot.Press) { p.Card.Plan = "other" }, policy.RuleChannel},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				s.Policy.Channels.IDs = []string{"COPS", "GOPS"}
				r := s.request("")
				s.chat.gone = "COPS"
				from := caller("UBOB")
				from.Channel = "GOPS"
				p := bot.Press{
					Caller: from, Action: bot.PressConfirm, Restore: r.ID, MessageTS: r.CardTS,
					Card: bot.CardMark{Restore: r.ID, State: bot.Requested, Plan: r.Plan},
				}
				c.change(s, &p)
				answer, _ := s.Press(s.t.Context(), p)
				now, err := s.store.Get(s.t.Context(), r.ID)
				if err != nil {
					s.t.Fatal(err)
				}
				if c.want != "" {
					s.refused(answer, c.want)
					if now.Channel != "COPS" || len(now.Confirmations) != 0 {
						s.t.Errorf("in %s with %d confirmations", now.Channel, len(now.Confirmations))
					}
					return
				}
				if answer != nil || now.Channel != "GOPS" || now.State != bot.Confirmed {
					s.t.Fatalf("answered %+v; %s in %s", answer, now.State, now.Channel)
				}
				marks := 0
				for _, e := range s.store.events {
					if e.Kind == bot.EventChannel && e.Actor == "UBOB" && e.Detail["from"] == "COPS" && e.Detail["to"] == "GOPS" {
						marks++
					}
				}
				if marks != 1 {
					s.t.Errorf("%d marks in the trail", marks)
				}
			})
		})
	}
}

// The new id is named to whoever has to put it into the settings.
func TestNewIdThatTheRulesDoNotNameIsSaid(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		r := s.request("")
		s.chat.gone = "COPS"
		from := caller("UBOB")
		from.Channel = "GOPS"
		answer, _ := s.Press(s.t.Context(), bot.Press{
			Caller: from, Action: bot.PressConfirm, Restore: r.ID, MessageTS: r.CardTS,
			Card: bot.CardMark{Restore: r.ID, State: bot.Requested, Plan: r.Plan},
		})
		if no, ok := answer.(*policy.Refusal); !ok || !strings.Contains(no.Do, "put GOPS in the place of COPS in RESTORE_CHANNELS") {
			s.t.Errorf("answered %+v", answer)
		}
	})
}
