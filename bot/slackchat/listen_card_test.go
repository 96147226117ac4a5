package slackchat

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/slackchat/blockkit"
	"docspace-restorebot/bot/slackchat/socketmode"
)

// What a card says of itself is heard from the bot's own messages alone, in
// every form in which Slack takes the card.
func TestListenHearsTheMarkOfTheBotsOwnCardsAlone(t *testing.T) {
	t.Parallel()
	r := bot.Restore{ID: "k3vq7x2mhd", State: bot.Requested, Version: 7, Plan: strings.Repeat("ab", 32)}
	whole := blockkit.Card(bot.Card{Restore: r, Now: viewNow})
	id := blockIDOf(whole)
	if simple := blockIDOf(whole.In(blockkit.FormSimple)); id == "" || simple != id || len(id) > 255 {
		t.Fatalf("block_id %q, in the simple form %q", id, simple)
	}
	good := `{"type":"block_actions","api_app_id":"A1","team":{"id":"T1"},"user":{"id":"U2"},"channel":{"id":"C1"},` +
		`"container":{"type":"message","message_ts":"1.5","channel_id":"C1"},"message":{"type":"message","ts":"1.5","user":"UBOT","bot_id":"B1","app_id":"A1"},` +
		`"actions":[{"type":"button","block_id":"` + id + `","action_id":"restore_confirm","value":"k3vq7x2mhd"}]}`
	want := bot.CardMark{Restore: r.ID, State: r.State, Plan: r.Plan}
	me := &slack.AuthTestResponse{UserID: "UBOT", BotID: "B1"}
	for name, c := range map[string]struct {
		change [2]string
		me     *slack.AuthTestResponse
		heard  bool
	}{
		"its own":                  {[2]string{}, me, true},
		"no app named":             {[2]string{`,"app_id":"A1"}`, `}`}, me, true},
		"a bot without a user":     {[2]string{`"user":"UBOT",`, ``}, me, true},
		"a user without a bot":     {[2]string{`"bot_id":"B1",`, ``}, me, true},
		"nobody":                   {[2]string{`"user":"UBOT","bot_id":"B1",`, ``}, me, false},
		"another bot":              {[2]string{`"bot_id":"B1"`, `"bot_id":"B2"`}, me, false},
		"another user":             {[2]string{`"user":"UBOT"`, `"user":"UEVE"`}, me, false},
		"another app":              {[2]string{`"app_id":"A1"},"actions"`, `"app_id":"A2"},"actions"`}, me, false},
		"another message":          {[2]string{`"ts":"1.5","user"`, `"ts":"1.4","user"`}, me, false},
		"no message":               {[2]string{`"message":{`, `"massage":{`}, me, false},
		"a message that is none":   {[2]string{`"bot_id":"B1"`, `"bot_id":["B1"]`}, me, false},
		"Slack does not say":       {[2]string{}, nil, false},
		"a bot that Slack forgot":  {[2]string{}, &slack.AuthTestResponse{}, false},
		"no mark":                  {[2]string{id, "b1"}, me, false},
		"a state that is none":     {[2]string{"requested", "wanted"}, me, false},
		"a state without a button": {[2]string{"requested", "succeeded"}, me, false},
		"a part too many":          {[2]string{id, id + "/x"}, me, false},
	} {
		h := &heard{}
		l := NewListener(t.Context(), h, h, nil)
		l.Self = func(context.Context, bool) (*slack.AuthTestResponse, error) {
			if c.me == nil {
				return nil, errors.New("down")
			}
			return c.me, nil
		}
		payload := strings.Replace(good, c.change[0], c.change[1], 1)
		l.Handle(t.Context(), socketmode.Envelope{ID: "e", Type: socketmode.EnvelopeInteractive, Payload: json.RawMessage(payload)})
		l.Wait()
		if name == "a message that is none" && len(h.presses) == 0 {
			continue // it cannot be read at all
		}
		if got := h.presses[0].Card; (got == want) != c.heard || !c.heard && got != (bot.CardMark{}) {
			t.Errorf("%s: heard %+v", name, got)
		}
	}
}
