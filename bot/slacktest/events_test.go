package slacktest_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"docspace-restorebot/bot/slacktest"
)

func TestEventsTellTheStoryInOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	feed := make(chan slacktest.Event, 100)
	go func() {
		defer close(feed)
		for e := range b.Events(context.WithoutCancel(t.Context())) {
			feed <- e
		}
	}()
	ws, _ := b.dial(t)
	d := b.Command("U1", "C1", "/restore")
	ws.ack(ws.next().EnvelopeID, map[string]any{"text": "looking"})
	<-d.Settled()
	card := b.post(t, slack.NewActionBlock("", button("go", "Go")))
	for range 3 {
		_ = b.say(t)
	}
	_ = b.say(t) // the fifth at once is too fast
	_, _, _, _ = b.api.UpdateMessageContext(t.Context(), "C1", card.TS, slack.MsgOptionText("done", false))
	b.Delete("C1", card.TS)
	b.Close()

	var got []slacktest.EventKind
	var versions []string
	last := 0
	for e := range feed {
		got = append(got, e.Kind)
		if e.Seq != last+1 {
			t.Errorf("event %d after %d", e.Seq, last)
		}
		last = e.Seq
		if e.Message != nil && !e.Message.Ephemeral() {
			versions = append(versions, e.Message.Text)
		}
	}
	want := []slacktest.EventKind{
		slacktest.ConnectionOpened, slacktest.EnvelopeDelivered, slacktest.EnvelopeAcked, slacktest.EphemeralShown,
		slacktest.MessagePosted, slacktest.MessagePosted, slacktest.MessagePosted, slacktest.MessagePosted,
		slacktest.RateLimited, slacktest.MessageEdited, slacktest.MessageDeleted,
		slacktest.ConnectionClosed,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"card", "x", "x", "x", "done", "done"}, versions); diff != "" {
		t.Error(diff)
	}
	if n := len(b.Log()); n != last {
		t.Errorf("the log has %d events, the feed had %d", n, last)
	}
	later := 0
	for e := range b.EventsAfter(t.Context(), last-2) {
		later++
		if e.Seq <= last-2 {
			t.Errorf("got event %d again", e.Seq)
		}
	}
	if later != 2 {
		t.Errorf("%d events after number %d", later, last-2)
	}
}

func TestEventsEndWithTheirReader(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_ = must[slacktest.Message](t)(b.Say("U1", "C1", "one"))
	_ = must[slacktest.Message](t)(b.Say("U1", "C1", "two"))
	for range b.Events(t.Context()) {
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	for range b.Events(ctx) {
		if n++; n == 2 {
			cancel()
		}
	}
	if n != 2 {
		t.Errorf("%d events", n)
	}
	if _, err := b.Say("U1", "C99", "x"); err == nil {
		t.Error("spoke in no channel")
	}
}

func TestWaitForAChange(t *testing.T) {
	t.Parallel()
	b := setup(t)
	go func() { _ = b.say(t) }()
	m, err := b.WaitMessage(t.Context(), "C1", func(m slacktest.Message) bool { return m.Text == "x" })
	if err != nil || m.User != "U0BOT" {
		t.Errorf("%+v, %v", m, err)
	}
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	if _, err := b.WaitEphemeral(ctx, "U1", func(slacktest.Message) bool { return true }); !errors.Is(err, cause) {
		t.Error(err)
	}
}
