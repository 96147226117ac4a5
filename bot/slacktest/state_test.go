package slacktest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot/slacktest"
)

func posted(t *testing.T, b bundle, blocks string) slacktest.Message {
	t.Helper()
	got := b.call(t, slacktest.DefaultBotToken, "chat.postMessage", map[string]string{"channel": "C1", "text": "x", "blocks": blocks})
	ts, _ := got["ts"].(string)
	m, ok := b.Message("C1", ts)
	if !ok {
		t.Fatalf("not posted: %v", got)
	}
	return m
}

func valuesOf(options []slack.OptionBlockObject) string {
	var b strings.Builder
	for _, o := range options {
		b.WriteString(o.Value)
	}
	return b.String()
}

func ids(block, action string) string {
	return fmt.Sprintf(`"block_id":%q,"elements":[{"action_id":%q`, block, action)
}

// What was chosen in a message is in the state of what the same person does next, and in
// nobody else's; an edit with the same ids keeps it, with another block_id it is new.
func TestStateHoldsWhatWasChosenInAMessage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ws, _ := b.dial(t)
	boxes := func(block string) string {
		return `[{"type":"actions",` + ids(block, "done") + `,"type":"checkboxes","options":[` + option("x", "1") + "," + option("y", "2") + "," + option("z", "3") +
			`],"initial_options":[` + option("x", "1") + `]},` + `{"action_id":"day","type":"static_select","options":[` + option("Mon", "mon") + "," + option("Tue", "tue") + `]},` + buttonWith(`,"action_id":"go"`) + `]}]`
	}
	card := posted(t, b, boxes("b1"))
	chosen := func(states map[string]map[string]slack.BlockAction, block string) string {
		return valuesOf(states[block]["done"].SelectedOptions) + " " + states[block]["day"].SelectedOption.Value
	}
	heard := func() slack.InteractionCallback { return decode[slack.InteractionCallback](t, ws.next().Payload) }
	for _, step := range []struct {
		what, user string
		do         func() (*slacktest.Delivery, error)
		block      string
		action     string // what the action itself says
		state      string
	}{
		{"nothing yet", "U1", func() (*slacktest.Delivery, error) { return b.Press("U1", card, "go") }, "b1", "", "1 "},
		{"one more", "U1", func() (*slacktest.Delivery, error) { return b.Choose("U1", card, "done", "3") }, "b1", "13", "13 "},
		{"in order", "U1", func() (*slacktest.Delivery, error) { return b.Choose("U1", card, "done", "2") }, "b1", "123", "123 "},
		{"one less", "U1", func() (*slacktest.Delivery, error) { return b.Choose("U1", card, "done", "1") }, "b1", "23", "23 "},
		{"a date as well", "U1", func() (*slacktest.Delivery, error) { return b.Choose("U1", card, "day", "tue") }, "b1", "", "23 tue"},
		{"a press", "U1", func() (*slacktest.Delivery, error) { return b.Press("U1", card, "go") }, "b1", "", "23 tue"},
		{"somebody else", "U2", func() (*slacktest.Delivery, error) { return b.Press("U2", card, "go") }, "b1", "", "1 "},
		{"the last two", "U1", func() (*slacktest.Delivery, error) {
			_, _ = b.Choose("U1", card, "done", "2")
			heard()
			return b.Choose("U1", card, "done", "3")
		}, "b1", "", " tue"},
		{"an edit with the same ids", "U2", func() (*slacktest.Delivery, error) {
			_, _ = b.Choose("U2", card, "done", "2")
			heard()
			b.call(t, slacktest.DefaultBotToken, "chat.update", map[string]string{"channel": "C1", "ts": card.TS, "text": "x", "blocks": boxes("b1")})
			return b.Press("U2", card, "go")
		}, "b1", "", "12 "},
		{"an edit with another id", "U2", func() (*slacktest.Delivery, error) {
			b.call(t, slacktest.DefaultBotToken, "chat.update", map[string]string{"channel": "C1", "ts": card.TS, "text": "x", "blocks": boxes("b2")})
			return b.Press("U2", card, "go")
		}, "b2", "", "1 "},
	} {
		_ = must[*slacktest.Delivery](t)(step.do())
		got := heard()
		if state := chosen(got.BlockActionState.Values, step.block); state != step.state {
			t.Errorf("%s: the state is %q, want %q", step.what, state, step.state)
		}
		if said := valuesOf(got.ActionCallback.BlockActions[0].SelectedOptions); said != step.action {
			t.Errorf("%s: the action says %q, want %q", step.what, said, step.action)
		}
	}
}

// Clients are known to keep what a box shows through an edit that keeps its block_id,
// whatever that says of initial_options; another block_id shows them.
func TestBoxesIgnoreNewInitialOptionsUnlessTheirIDChanges(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ws, _ := b.dial(t)
	option := func(value string) string { return `{"text":` + plain(value) + `,"value":"` + value + `"}` }
	blocks := func(id, initial string) string {
		if initial != "" {
			initial = `,"initial_options":[` + option(initial) + `]`
		}
		return `[{"type":"actions","block_id":"` + id + `","elements":[{"type":"checkboxes","action_id":"boxes","options":[` + option("one") + `,` + option("two") + `]` + initial + `}]}]`
	}
	m := posted(t, b, blocks("r1", ""))
	edit := func(id, initial string) {
		if got := b.call(t, slacktest.DefaultBotToken, "chat.update", map[string]string{"channel": "C1", "ts": m.TS, "text": "x", "blocks": blocks(id, initial)}); got["ok"] != true {
			t.Fatal(got)
		}
	}
	seen := func(user, id string) string {
		boxes, _ := b.State(user, m)[id].(slacktest.Object)["boxes"].(slacktest.Object)["selected_options"].([]any)
		var ticked []string
		for _, o := range boxes {
			ticked = append(ticked, o.(slacktest.Object)["value"].(string))
		}
		return strings.Join(ticked, " ")
	}
	edit("r1", "one")
	if got := seen("U2", "r1"); got != "" {
		t.Errorf("with the same block_id somebody sees %q", got)
	}
	_ = must[*slacktest.Delivery](t)(b.Choose("U1", m, "boxes", "two"))
	got := decode[slack.InteractionCallback](t, ws.next().Payload).ActionCallback.BlockActions[0]
	if said := valuesOf(got.SelectedOptions); said != "two" || got.BlockID != "r1" {
		t.Errorf("the tick says %q in %s", said, got.BlockID)
	}
	edit("r2", "one")
	for _, user := range []string{"U1", "U2"} {
		if got := seen(user, "r2"); got != "one" {
			t.Errorf("with another block_id %s sees %q", user, got)
		}
	}
}

// An input in a message or a modal is heard of only where it asks for it; what stands in
// it is in the state all the same.
func TestInputsAreSilentUnlessTheyAsk(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ws, _ := b.dial(t)
	input := func(block, more, element string) string {
		return `{"type":"input","block_id":"` + block + `","label":` + plain("x") + more + `,"element":` + element + `}`
	}
	few := `,"options":[` + option("x", "1") + "," + option("y", "2") + `]}`
	m := posted(t, b, "["+input("i1", "", `{"type":"static_select","action_id":"day"`+few)+","+
		input("i2", `,"dispatch_action":true`, `{"type":"static_select","action_id":"who"`+few)+"]")
	if d, err := b.Choose("U1", m, "day", "2"); d != nil || err != nil {
		t.Errorf("a silent input was heard of: %v %v", d, err)
	}
	if d, err := b.Choose("U1", m, "who", "1"); d == nil || err != nil {
		t.Errorf("an input that asks was not heard of: %v", err)
	}
	v := decode[slack.InteractionCallback](t, ws.next().Payload).BlockActionState.Values
	if v["i1"]["day"].SelectedOption.Value != "2" || v["i2"]["who"].SelectedOption.Value != "1" {
		t.Errorf("%+v", v)
	}
}

// Buttons in containers are pressed like any other, with the block_id of their own block.
func TestButtonsInsideOtherBlocks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ws, _ := b.dial(t)
	inner := func(id string) string {
		return `{"type":"actions","block_id":"` + id + `","elements":[` + buttonWith(`,"action_id":"`+id+`-go","value":"`+id+`"`) + `]}`
	}
	m := posted(t, b, "["+container("", inner("c")+","+inner("d"))+","+inner("e")+"]")
	if n := len(m.Buttons()); n != 3 {
		t.Errorf("%d buttons", n)
	}
	for _, id := range []string{"c", "d", "e"} {
		_ = must[*slacktest.Delivery](t)(b.Press("U1", m, id+"-go"))
		got := decode[slack.InteractionCallback](t, ws.next().Payload).ActionCallback.BlockActions[0]
		if got.BlockID != id || got.Value != id {
			t.Errorf("%s: %+v", id, got)
		}
	}
}
