package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
)

// What a press says is not believed: only the very card of a restore, in its
// channel, workspace and app, counts.
func TestBinaryBelievesNoForgedPress(t *testing.T) {
	t.Parallel()
	inBubble(t, everybody, func(s *stage.Scene) {
		s.Alice.Types("/restore " + s.Newest())
		first := s.WantCard()
		s.Alice.Presses("Dismiss")
		s.WantFinalCard("dismissed")
		s.NextCard()
		s.Alice.Types("/restore " + s.Newest())
		card := s.WantCard()
		firstID := first.Buttons()[0].Value
		object := func(o slacktest.Object, key string) slacktest.Object {
			v, _ := o[key].(slacktest.Object)
			return v
		}
		action := func(o slacktest.Object) slacktest.Object {
			list, _ := o["actions"].([]any)
			one, _ := list[0].(slacktest.Object)
			return one
		}
		for name, c := range map[string]struct {
			forge func(o slacktest.Object)
			words string // that the person is told; "" if nobody can be
		}{
			"another app":        {func(o slacktest.Object) { o["api_app_id"] = "A0EVIL" }, "another Slack app"},
			"no app":             {func(o slacktest.Object) { delete(o, "api_app_id") }, "another Slack app"},
			"another team":       {func(o slacktest.Object) { object(o, "team")["id"] = "T0EVIL" }, "a workspace that the bot does not serve"},
			"another home":       {func(o slacktest.Object) { object(o, "user")["team_id"] = "T0EVIL" }, "You belong to another workspace"},
			"an organisation":    {func(o slacktest.Object) { o["enterprise"] = slacktest.Object{"id": "E0EVIL"} }, "an organisation that the bot does not serve"},
			"another restore":    {func(o slacktest.Object) { action(o)["value"] = firstID }, "not on the card of its restore"},
			"an unknown restore": {func(o slacktest.Object) { action(o)["value"] = "nothing" }, "does not know this restore"},
			"a huge value":       {func(o slacktest.Object) { action(o)["value"] = strings.Repeat("x", 10_000) }, "does not know this restore"},
			"no value":           {func(o slacktest.Object) { delete(action(o), "value") }, "does not know this button"},
			"an unknown action":  {func(o slacktest.Object) { action(o)["action_id"] = "restore_all" }, "does not know this button"},
			"a menu":             {func(o slacktest.Object) { action(o)["type"] = "static_select" }, "does not know this button"},
			"two actions":        {func(o slacktest.Object) { o["actions"] = []any{action(o), action(o)} }, "does not know this button"},
			"no action":          {func(o slacktest.Object) { o["actions"] = []any{} }, "does not know this button"},
			"another message":    {func(o slacktest.Object) { object(o, "container")["message_ts"] = first.TS }, "not on the card of its restore"},
			"another channel":    {func(o slacktest.Object) { object(o, "container")["channel_id"] = "C0EVIL" }, "does not know this button"},
			"two other channels": {func(o slacktest.Object) {
				object(o, "container")["channel_id"], object(o, "channel")["id"] = "C0EVIL", "C0EVIL"
			}, "belongs to another channel"},
			"an ephemeral":           {func(o slacktest.Object) { object(o, "container")["is_ephemeral"] = true }, "does not know this button"},
			"a button to settle":     {func(o slacktest.Object) { action(o)["action_id"] = "restore_settle_restored" }, "Somebody else pressed at the same moment"},
			"a button to stop":       {func(o slacktest.Object) { action(o)["action_id"] = "restore_stop" }, "Somebody else pressed at the same moment"},
			"a right-to-left id":     {func(o slacktest.Object) { action(o)["value"] = "\u202enothing<!channel>" }, "does not know this restore"},
			"a person that is no id": {func(o slacktest.Object) { object(o, "user")["id"] = "<!channel>" }, "Slack could not say"},
		} {
			payload, err := s.Slack.PressPayload(stage.Bob, card, "restore_confirm")
			if err != nil {
				t.Fatal(err)
			}
			c.forge(payload)
			user, _ := object(payload, "user")["id"].(string)
			seen := len(s.Slack.Ephemerals(stage.Bob))
			if _, err := s.Slack.Interact(payload).Wait(s.Context()); err != nil {
				t.Fatalf("%s was not acked: %v", name, err)
			}
			if user == stage.Bob {
				s.Until("Bob is told of "+name+": "+c.words, func() bool {
					return slices.ContainsFunc(s.Slack.Ephemerals(stage.Bob)[seen:], func(m slacktest.Message) bool { return strings.Contains(s.Text(m), c.words) })
				})
			}
		}
		now, _ := s.Slack.Message(stage.Channel, card.TS)
		_, confirms := now.Button("restore_confirm")
		_, dismisses := now.Button("restore_dismiss")
		if !confirms || !dismisses || s.Portal.Starts() != 0 {
			t.Errorf("after all of it: %d starts, buttons %+v", s.Portal.Starts(), now.Buttons())
		}
		for _, m := range s.Slack.Channel(stage.Channel).Messages() {
			if strings.Contains(m.Text, "<!channel>") {
				t.Errorf("the channel was called: %s", m.Text)
			}
		}
		s.Bob.Presses("Restore") // the bot is well, and the true one counts
		s.WantFinalCard("restored")
	})
}

// Words that people type are shown, and do nothing.
func TestBinaryShowsForeignWordsHarmlessly(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		s.Alice.Types("/restore " + s.Newest() + " --reason \u202eabc")
		s.Alice.WantTold("changes the direction of text")
		s.Alice.Types("/restore <!channel> *bold* `x`")
		s.Alice.WantTold("neither a command nor the id of a backup")
		s.Alice.Types("/restore " + strings.Repeat("x", 10_000))
		s.Alice.WantTold("longer than 3000 characters")
		text := "/restore " + s.Newest() + " --reason \"<!channel> <@" + stage.Bob + "> &amp; *bold* `code` <https://evil.example|here>\""
		s.Alice.Types(text)
		card := s.WantCard()
		body := viewText(slacktest.View{Blocks: card.Blocks}) + card.Text
		for _, live := range []string{`\u003c!channel\u003e`, "<!channel>", `\u003c@` + stage.Bob + `\u003e (`, `\u003chttps://evil`, "<https://evil"} {
			if strings.Contains(body, live) {
				t.Errorf("the card holds %s", live)
			}
		}
	})
}

// viewText is all that a modal shows, with the errors below its inputs.
func viewText(v slacktest.View) string {
	body, _ := json.Marshal([]any{v.Title, v.Blocks, v.Errors, v.Problem})
	return string(body)
}
