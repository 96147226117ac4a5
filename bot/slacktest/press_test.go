package slacktest_test

import (
	"encoding/json"
	"testing"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot/slacktest"
)

// post posts blocks and returns the message.
func (b bundle) post(t *testing.T, blocks ...slack.Block) slacktest.Message {
	t.Helper()
	_, ts, err := b.api.PostMessageContext(t.Context(), "C1", slack.MsgOptionText("card", false), slack.MsgOptionBlocks(blocks...))
	if err != nil {
		t.Fatal(err)
	}
	m, _ := b.Message("C1", ts)
	return m
}

func TestPressPayload(t *testing.T) {
	t.Parallel()
	b := setup(t, func(w *slacktest.World) { w.EnterpriseID = "E1" })
	ws, _ := b.dial(t)
	sure := slack.NewConfirmationBlockObject(
		slack.NewTextBlockObject("plain_text", "Sure?", false, false), slack.NewTextBlockObject("plain_text", "All is lost.", false, false),
		slack.NewTextBlockObject("plain_text", "Yes", false, false), slack.NewTextBlockObject("plain_text", "No", false, false))
	card := b.post(t, slack.NewActionBlock("row", button("go", "Go").WithStyle(slack.StyleDanger).WithConfirm(sure)))
	if got := card.Buttons(); len(got) != 1 || got[0].Confirm != "All is lost." || got[0].Style != "danger" {
		t.Fatalf("%+v", got)
	}

	d := must[*slacktest.Delivery](t)(b.Press("U9", card, "go"))
	f := ws.next()
	if f.Type != "interactive" || f.Accepts || d.Kind != "block_actions" {
		t.Errorf("%+v", f)
	}
	got := decode[slack.InteractionCallback](t, f.Payload)
	if got.Type != "block_actions" || got.Team.ID != "T0RESTORE" || got.User.ID != "U9" || got.User.TeamID != "T9" ||
		got.APIAppID != "A0RESTORE" || got.Channel.ID != "C1" || got.Enterprise.ID != "E1" {
		t.Errorf("%+v", got)
	}
	if got.Container.Type != "message" || got.Container.MessageTs != card.TS || got.Container.ChannelID != "C1" || got.Container.IsEphemeral {
		t.Errorf("container = %+v", got.Container)
	}
	if got.Message.Timestamp != card.TS || got.Message.Text != "card" || len(got.Message.Blocks.BlockSet) != 1 || got.Message.User != "U0BOT" {
		t.Errorf("message = %+v", got.Message)
	}
	if got.TriggerID == "" || got.TriggerID != d.TriggerID || got.ResponseURL == "" || got.ResponseURL != d.ResponseURL {
		t.Errorf("trigger_id %q, response_url %q", got.TriggerID, got.ResponseURL)
	}
	action := got.ActionCallback.BlockActions[0]
	if action.ActionID != "go" || action.BlockID != "row" || action.Value != "id-1" || action.Text.Text != "Go" || action.ActionTs == "" {
		t.Errorf("action = %+v", action)
	}
}

func TestPressInAThreadNamesTheThread(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ws, _ := b.dial(t)
	parent := b.post(t, slack.NewDividerBlock())
	_, ts, err := b.api.PostMessageContext(t.Context(), "C1", slack.MsgOptionTS(parent.TS),
		slack.MsgOptionBlocks(slack.NewActionBlock("", button("go", "Go"))))
	if err != nil {
		t.Fatal(err)
	}
	reply, _ := b.Message("C1", ts)
	_ = must[*slacktest.Delivery](t)(b.Press("U1", reply, "go"))
	got := decode[slack.InteractionCallback](t, ws.next().Payload)
	if got.Container.ThreadTs != parent.TS || got.Message.ThreadTimestamp != parent.TS {
		t.Errorf("%+v", got.Container)
	}
}

func TestButtonsOfManyRows(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ws, _ := b.dial(t)
	row := func(block, value string) slack.Block {
		text := slack.NewTextBlockObject("mrkdwn", value, false, false)
		return slack.NewSectionBlock(text, nil, slack.NewAccessory(slack.NewButtonBlockElement("pick", value,
			slack.NewTextBlockObject("plain_text", "Pick", false, false))), slack.SectionBlockOptionBlockID(block))
	}
	card := b.post(t, row("r1", "one"), row("r2", "two"))
	_ = must[*slacktest.Delivery](t)(b.PressButton("U1", card, card.Buttons()[1]))
	got := decode[slack.InteractionCallback](t, ws.next().Payload).ActionCallback.BlockActions[0]
	if got.BlockID != "r2" || got.Value != "two" {
		t.Errorf("%+v", got)
	}
}

func TestPressNeedsAButtonThatIsThere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ws, _ := b.dial(t)
	card := b.post(t, slack.NewActionBlock("", button("go", "Go")))
	if _, err := b.Press("U1", card, "stop"); err == nil {
		t.Error("pressed a button that never was")
	}
	if _, err := b.Press("U99", card, "go"); err == nil {
		t.Error("pressed by nobody")
	}
	_, _, _, err := b.api.UpdateMessageContext(t.Context(), "C1", card.TS, slack.MsgOptionText("done", false))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Press("U1", card, "go"); err == nil {
		t.Error("pressed a button that is gone")
	}
	if _, ok := card.Button("go"); !ok {
		t.Error("an edit changed a copy")
	}
	// Somebody's screen is behind.
	stale := must[*slacktest.Delivery](t)(b.PressStale("U1", card, "go"))
	ws.ack(ws.next().EnvelopeID, nil)
	<-stale.Acked()
	b.Delete("C1", card.TS)
	if _, err := b.Press("U1", card, "go"); err == nil {
		t.Error("pressed in a deleted message")
	}
}

func TestOnlyItsReaderPressesInAnEphemeral(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ws, _ := b.dial(t)
	_, err := b.api.PostEphemeralContext(t.Context(), "C1", "U1", slack.MsgOptionBlocks(slack.NewActionBlock("", button("go", "Go"))))
	if err != nil {
		t.Fatal(err)
	}
	prompt := b.Ephemerals("U1")[0]
	if _, err := b.Press("U2", prompt, "go"); err == nil {
		t.Error("pressed by somebody who does not see it")
	}
	_ = must[*slacktest.Delivery](t)(b.Press("U1", prompt, "go"))
	got := decode[slack.InteractionCallback](t, ws.next().Payload)
	if !got.Container.IsEphemeral || got.Message.Timestamp != "" {
		t.Errorf("%+v", got.Container)
	}
	if answer := b.call(t, slacktest.DefaultBotToken, "chat.update", map[string]string{"channel": "C1", "ts": prompt.TS, "text": "x"}); answer["error"] != "message_not_found" {
		t.Errorf("chat.update of an ephemeral message: %v", answer)
	}
}

func TestForgedPress(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ws, _ := b.dial(t)
	card := b.post(t, slack.NewActionBlock("", button("go", "Go")))
	payload := must[slacktest.Object](t)(b.PressPayload("U1", card, "go"))
	payload["api_app_id"] = "A9"
	payload["actions"].([]any)[0].(slacktest.Object)["value"] = "forged"
	b.Interact(payload)
	got := decode[slack.InteractionCallback](t, ws.next().Payload)
	if got.APIAppID != "A9" || got.ActionCallback.BlockActions[0].Value != "forged" {
		t.Errorf("%+v", got)
	}
	if now, _ := b.Message("C1", card.TS); now.Buttons()[0].Value != "id-1" {
		t.Error("the message was changed with the payload")
	}
}

func TestChooseFromMenus(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ws, _ := b.dial(t)
	option := func(v string) *slack.OptionBlockObject {
		return slack.NewOptionBlockObject(v, slack.NewTextBlockObject("plain_text", "Option "+v, false, false), nil)
	}
	card := b.post(t, slack.NewActionBlock("row",
		slack.NewOptionsSelectBlockElement("static_select", nil, "one", option("1"), option("2")),
		slack.NewCheckboxGroupsBlockElement("many", option("3"))))
	choose := func(action, value string) slack.BlockAction {
		t.Helper()
		_ = must[*slacktest.Delivery](t)(b.Choose("U1", card, action, value))
		return *decode[slack.InteractionCallback](t, ws.next().Payload).ActionCallback.BlockActions[0]
	}
	if got := choose("one", "2"); got.SelectedOption.Text.Text != "Option 2" {
		t.Errorf("%+v", got)
	}
	if got := choose("many", "3"); len(got.SelectedOptions) != 1 {
		t.Errorf("%+v", got)
	}
	if _, err := b.Choose("U1", card, "one", "9"); err == nil {
		t.Error("chose an option that is not there")
	}
}

func TestPressWithoutAnAckIsToldToThePerson(t *testing.T) {
	t.Parallel()
	b := setup(t)
	card := b.post(t, slack.NewActionBlock("", button("go", "Go")))
	d := must[*slacktest.Delivery](t)(b.Press("U1", card, "go"))
	if d.Err() == nil || len(b.Notices("U1")) != 1 {
		t.Errorf("%v, %+v", d.Err(), b.Notices("U1"))
	}
	var payload map[string]any
	if json.Unmarshal(d.Payload, &payload) != nil {
		t.Error("no payload was kept")
	}
}
