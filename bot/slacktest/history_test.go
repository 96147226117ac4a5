package slacktest_test

import (
	"fmt"
	"testing"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot/slacktest"
)

// A channel is read page by page, between two times, with metadata if that is
// asked for.
func TestHistoryIsReadPageByPage(t *testing.T) {
	t.Parallel()
	b := setup(t, func(w *slacktest.World) {
		w.Scopes = append(slacktest.DefaultScopes, "channels:history")
		w.Unlimited = true
	})
	var sent []string
	for n := range 5 {
		_, ts, err := b.api.PostMessageContext(t.Context(), "C1", slack.MsgOptionText(fmt.Sprint("m", n), false),
			slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "n", EventPayload: map[string]any{"n": n}}))
		if err != nil {
			t.Fatal(err)
		}
		sent = append(sent, ts)
	}
	var got []string
	for cursor := ""; ; {
		page, err := b.api.GetConversationHistoryContext(t.Context(), &slack.GetConversationHistoryParameters{
			ChannelID: "C1", Oldest: sent[0], Limit: 3, Cursor: cursor, IncludeAllMetadata: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range page.Messages {
			got = append(got, fmt.Sprint(m.Text, m.Metadata.EventPayload["n"]))
		}
		if cursor = page.ResponseMetaData.NextCursor; cursor == "" {
			break
		}
	}
	if fmt.Sprint(got) != "[m44 m33 m22 m11]" {
		t.Errorf("read %v", got)
	}
	if !b.Delete("C1", sent[4]) || b.Delete("C1", sent[4]) {
		t.Error("a message can be deleted once")
	}
	if _, _, _, err := b.api.GetConversationRepliesContext(t.Context(), &slack.GetConversationRepliesParameters{ChannelID: "C1", Timestamp: sent[4]}); err == nil {
		t.Error("a thread that is gone can be read")
	}
}

// The same press in another envelope has the same trigger_id, and an ack of it
// changes nothing for a person who was answered.
func TestAgainIsTheSameInAnotherEnvelope(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ws, _ := b.dial(t)
	go ws.ackAll()
	first := b.Command("U1", "C1", "/restore")
	if _, err := first.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	again := b.Again(first)
	if _, err := again.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if again.EnvelopeID == first.EnvelopeID || again.TriggerID != first.TriggerID || string(again.Payload) != string(first.Payload) {
		t.Errorf("%+v is not %+v", again, first)
	}
}
