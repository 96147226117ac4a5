package demo

import (
	"testing"

	"docspace-restorebot/bot/slacktest"
)

// Whoever answers Slack's question while the card is edited has pressed all the same.
func TestPressIsOfTheCardAsItIsNow(t *testing.T) {
	t.Parallel()
	button := func(action, value string) any {
		return slacktest.Object{"type": "button", "action_id": action, "value": value, "text": slacktest.Object{"type": "plain_text", "text": "x"}}
	}
	m := slacktest.Message{Content: slacktest.Content{Blocks: []slacktest.Object{{"type": "actions", "block_id": "new", "elements": []any{button("go", "1"), button("stop", "1"), button("pick", "1"), button("pick", "2")}}}}}
	for _, one := range []struct {
		a    act
		want string
	}{
		{act{Action: "go", Block: "old", Value: "1"}, "new"},
		{act{Action: "pick", Block: "old", Value: "2"}, "new"},
		{act{Action: "go", Block: "old", Value: "2"}, "old"},
	} {
		if got := buttonNow(m, one.a); got.BlockID != one.want || got.ActionID != one.a.Action {
			t.Errorf("%+v: %+v, want %s", one.a, got, one.want)
		}
	}
}
