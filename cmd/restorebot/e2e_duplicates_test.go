package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/durabletest"
	"docspace-restorebot/bot/slacktest"
)

// often delivers an envelope again and again: as it was, and in envelopes of its
// own. Each is acked; their payloads are returned.
func (s *oldStage) often(ctx context.Context, d *slacktest.Delivery) (said []string) {
	s.t.Helper()
	all := []*slacktest.Delivery{d}
	for range 2 {
		d.Redeliver()
		all = append(all, s.slack.Again(d))
	}
	for _, d := range all {
		ack, err := d.Wait(ctx)
		if err != nil {
			s.t.Fatalf("a delivery was not acked: %v", err)
		}
		said = append(said, string(ack.Payload))
	}
	return said
}

// restart kills the bot and starts another one.
func (s *oldStage) restart(ctx context.Context, kill func()) {
	s.t.Helper()
	kill()
	if err := s.slack.WaitFor(ctx, func(w *slacktest.Slack) bool { return len(w.Connections()) == 0 }); err != nil {
		s.t.Fatal("the dead bot's connections are still there")
	}
	s.start(ctx)
}

// The same command and the same presses come up to six times each, before and
// after a restart and after the end: one card, one start, one end, and nobody is
// told that they came too late.
func TestBinaryHeedsEverythingOnce(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s := setStage(t)
	cmd := s.start(ctx)
	kill := func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }

	command := s.slack.Command("UALICE", "COPS", "/restore "+s.newest())
	said := s.often(ctx, command)
	card := s.cardWith(ctx, "restore_confirm")
	confirm, _ := card.Button("restore_confirm")
	s.restart(ctx, kill)
	said = append(said, s.often(ctx, s.slack.Again(command))...)
	for _, text := range said {
		if text != said[0] || !strings.Contains(text, "is recorded and being checked") {
			t.Errorf("a delivery was answered %s, the first one %s", text, said[0])
		}
	}
	s.wantOneCard(confirm.Value)

	refused, err := s.slack.Press("UEVE", card, "restore_confirm")
	if err != nil {
		t.Fatal(err)
	}
	s.often(ctx, refused)
	press, err := s.slack.Press("UBOB", card, "restore_confirm")
	if err != nil {
		t.Fatal(err)
	}
	s.often(ctx, press)
	s.shows(ctx, card, "restored")
	s.ended(ctx, "COPS")
	if _, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool { return m.ReplyBroadcast }); err != nil {
		t.Fatal("the end was not told")
	}
	s.often(ctx, s.slack.Again(press))
	s.often(ctx, s.slack.Again(command))

	if s.portal.Starts() != 1 {
		t.Errorf("startrestore was sent %d times", s.portal.Starts())
	}
	if got := s.slack.Ephemerals("UBOB"); len(got) != 0 {
		t.Errorf("who pressed once was told %q", got[0].Text)
	}
	if got := s.slack.Ephemerals("UEVE"); len(got) != 1 {
		t.Errorf("who may not press was told so %d times", len(got))
	}
	if got := s.slack.Ephemerals("UALICE"); len(got) != 1 {
		t.Errorf("who asked once was answered %d times", len(got))
	}
	cards, ends := 0, 0
	for _, m := range s.slack.Channel("COPS").Messages() {
		switch {
		case !m.Reply():
			cards++
		case m.ReplyBroadcast:
			ends++
		}
	}
	if cards != 1 || ends != 1 {
		t.Errorf("%d cards and %d ends in the channel, want one of each", cards, ends)
	}
}

// A press that is delivered again after a restart, before the step that it woke
// has come far, is still the same press.
func TestBinaryHeedsADismissalOnce(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	s := setStage(t)
	cmd := s.start(ctx)
	card := s.card(ctx)
	press, err := s.slack.Press("UBOB", card, "restore_dismiss")
	if err != nil {
		t.Fatal(err)
	}
	s.often(ctx, press)
	s.restart(ctx, func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	s.often(ctx, s.slack.Again(press))
	s.shows(ctx, card, "dismissed")
	if got := s.slack.Ephemerals("UBOB"); len(got) != 0 {
		t.Errorf("who pressed once was told %q", got[0].Text)
	}
}

// Two replicas share Slack's envelopes, and each delivery may come to either of
// them.
func TestBinaryTwiceHeedsEverythingOnce(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s := setStage(t)
	s.env = append(s.env, "SLACK_CONNECTIONS=1", "DATABASE_URL="+durabletest.StartPostgres(t).URL())
	s.start(ctx)
	s.start(ctx)
	if err := s.slack.WaitFor(ctx, func(w *slacktest.Slack) bool { return len(w.Connections()) == 2 }); err != nil {
		t.Fatal("the replicas did not both connect")
	}
	command := s.slack.Command("UALICE", "COPS", "/restore "+s.newest())
	said := s.often(ctx, command)
	card := s.cardWith(ctx, "restore_confirm")
	confirm, _ := card.Button("restore_confirm")
	for _, text := range said {
		if text != said[0] || !strings.Contains(text, "is recorded and being checked") {
			t.Errorf("a delivery was answered %s, the first one %s", text, said[0])
		}
	}
	s.wantOneCard(confirm.Value)
	press, err := s.slack.Press("UBOB", card, "restore_confirm")
	if err != nil {
		t.Fatal(err)
	}
	s.often(ctx, press)
	s.shows(ctx, card, "restored")
	s.ended(ctx, "COPS")
	s.often(ctx, s.slack.Again(press))

	if s.portal.Starts() != 1 {
		t.Errorf("startrestore was sent %d times", s.portal.Starts())
	}
	if got := s.slack.Ephemerals("UBOB"); len(got) != 0 {
		t.Errorf("who pressed once was told %q", got[0].Text)
	}
	s.wantOneEnd(ctx, card)
	if main := s.slack.Channel("COPS").Main(); len(main) != 2 || !main[1].ReplyBroadcast {
		t.Errorf("%d messages in the channel, want a card and an end", len(main))
	}
	attempts := map[int]bool{}
	for _, d := range s.slack.Deliveries() {
		for _, a := range d.Attempts() {
			attempts[a.Connection] = true
		}
	}
	if len(attempts) != 2 {
		t.Errorf("the deliveries came by %d connections, want both replicas'", len(attempts))
	}
}
