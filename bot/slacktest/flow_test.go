package slacktest_test

import (
	"testing"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot/slacktest"
)

// The life of a card: typed, answered, posted, pressed, edited.
func TestCommandCardPressEdit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ws, hello := b.dial(t)
	if hello.Type != "hello" || hello.NumConnections != 1 || hello.ConnectionInfo.AppID != "A0RESTORE" {
		t.Fatalf("hello = %+v", hello)
	}

	typed := b.Command("U1", "C1", "/restore abc --dump")
	f := ws.next()
	ws.ack(f.EnvelopeID, map[string]any{"text": "looking"})
	if _, err := typed.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := b.Ephemerals("U1"); len(got) != 1 || got[0].Text != "looking" {
		t.Errorf("ephemerals = %+v", got)
	}

	button := slack.NewButtonBlockElement("confirm", "id-1", slack.NewTextBlockObject("plain_text", "Restore", false, false))
	_, ts, err := b.api.PostMessageContext(t.Context(), "C1", slack.MsgOptionText("Restore abc?", false),
		slack.MsgOptionBlocks(slack.NewActionBlock("", button)))
	if err != nil {
		t.Fatal(err)
	}
	card, _ := b.Message("C1", ts)
	press := must[*slacktest.Delivery](t)(b.Press("U2", card, "confirm"))
	ws.ack(ws.next().EnvelopeID, nil)
	<-press.Acked()

	if _, _, _, err := b.api.UpdateMessageContext(t.Context(), "C1", ts, slack.MsgOptionText("Running", false)); err != nil {
		t.Fatal(err)
	}
	now, _ := b.Message("C1", ts)
	if now.Text != "Running" || now.Edits != 1 || !now.Edited {
		t.Errorf("message = %+v", now)
	}
	if _, err := b.Press("U2", card, "confirm"); err == nil {
		t.Error("a button that is gone was pressed")
	}
}
