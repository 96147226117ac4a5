package main

import (
	"strings"
	"testing"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
)

// often delivers an envelope again and again: as it was, and in envelopes of its
// own. Each is acked; their payloads are returned.
func often(t *testing.T, s *stage.Scene, d *slacktest.Delivery) (said []string) {
	t.Helper()
	all := []*slacktest.Delivery{d}
	for range 2 {
		d.Redeliver()
		all = append(all, s.Slack.Again(d))
	}
	for _, d := range all {
		ack, err := d.Wait(s.Context())
		if err != nil {
			t.Fatalf("a delivery was not acked: %v", err)
		}
		said = append(said, string(ack.Payload))
	}
	return said
}

// pressOften presses a button of the card, and delivers that often.
func pressOften(t *testing.T, s *stage.Scene, user, action string) *slacktest.Delivery {
	t.Helper()
	d, err := s.Slack.Press(user, s.Card(), action)
	if err != nil {
		t.Fatal(err)
	}
	often(t, s, d)
	return d
}

// wantOneAnswer checks that each delivery of a command was answered like the first.
func wantOneAnswer(t *testing.T, said []string) {
	t.Helper()
	for _, text := range said {
		if text != said[0] || !strings.Contains(text, "is recorded and being checked") {
			t.Errorf("a delivery was answered %s, the first one %s", text, said[0])
		}
	}
}

// wantOneCard checks that the card that people look at is the only one.
func wantOneCard(t *testing.T, s *stage.Scene) {
	t.Helper()
	var of []string
	for _, m := range s.Slack.Channel(stage.Channel).Messages() {
		if b, ok := m.Button("restore_confirm"); ok {
			of = append(of, b.Value)
		}
	}
	if b, ok := s.Card().Button("restore_confirm"); !ok || len(of) != 1 || of[0] != b.Value {
		t.Errorf("the channel has cards of %q, want one of %s", of, b.Value)
	}
}

// wantOneEnd waits until the channel is told the end, and checks that it is told
// once, beside one card, and that the restore was started once.
func wantOneEnd(t *testing.T, s *stage.Scene) {
	t.Helper()
	told := func() (ends int) {
		for _, m := range s.Slack.Channel(stage.Channel).Thread(s.Card().TS) {
			if m.Reply() && strings.Contains(s.Text(m), "*Restore of docs.example.com: done*") {
				ends++
			}
		}
		return ends
	}
	s.Until("the end was told", func() bool { return told() > 0 })
	s.WantStarts(1)
	if ends := told(); ends != 1 {
		t.Errorf("the end was told %d times", ends)
	}
	if main := s.Slack.Channel(stage.Channel).Main(); len(main) != 2 || main[0].TS != s.Card().TS || !main[1].ReplyBroadcast {
		t.Errorf("%d messages in the channel, want a card and an end", len(main))
	}
}

// wantTold checks how often a person was answered.
func wantTold(t *testing.T, s *stage.Scene, who string, times int) {
	t.Helper()
	if got := s.Slack.Ephemerals(who); len(got) != times {
		t.Errorf("%s was told %d answers, want %d: %v", who, len(got), times, got)
	}
}

// The same command and the same presses come up to six times each, before and
// after a restart and after the end: one card, one start, one end, and nobody is
// told that they came too late.
func TestBinaryHeedsEverythingOnce(t *testing.T) {
	t.Parallel()
	s := onStage(t)
	command := s.Slack.Command(stage.Alice, stage.Channel, "/restore "+s.Newest())
	said := often(t, s, command)
	s.WantCard()
	s.Kills()
	s.Starts()
	wantOneAnswer(t, append(said, often(t, s, s.Slack.Again(command))...))
	wantOneCard(t, s)

	pressOften(t, s, stage.Eve, "restore_confirm")
	press := pressOften(t, s, stage.Bob, "restore_confirm")
	s.WantFinalCard("restored")
	wantEndIn(t, s, stage.Channel)
	s.Until("the channel was told", func() bool { return len(s.Slack.Channel(stage.Channel).Main()) > 1 })
	often(t, s, s.Slack.Again(press))
	often(t, s, s.Slack.Again(command))

	wantTold(t, s, stage.Bob, 0)   // who pressed once
	wantTold(t, s, stage.Eve, 1)   // who may not press
	wantTold(t, s, stage.Alice, 1) // who asked once
	wantOneEnd(t, s)
}

// A press that is delivered again after a restart, before the step that it woke
// has come far, is still the same press.
func TestBinaryHeedsADismissalOnce(t *testing.T) {
	t.Parallel()
	s := onStage(t)
	s.Alice.Types("/restore " + s.Newest())
	s.WantCard()
	press := pressOften(t, s, stage.Bob, "restore_dismiss")
	s.Kills()
	s.Starts()
	often(t, s, s.Slack.Again(press))
	s.WantFinalCard("dismissed")
	wantTold(t, s, stage.Bob, 0)
}

// Two replicas share Slack's envelopes, and each delivery may come to either of
// them.
func TestBinaryTwiceHeedsEverythingOnce(t *testing.T) {
	t.Parallel()
	s := setScene(t)
	onPostgres(t, s)
	s.Starts()
	s.Starts()
	command := s.Slack.Command(stage.Alice, stage.Channel, "/restore "+s.Newest())
	said := often(t, s, command)
	s.WantCard()
	wantOneAnswer(t, said)
	wantOneCard(t, s)
	press := pressOften(t, s, stage.Bob, "restore_confirm")
	s.WantFinalCard("restored")
	wantEndIn(t, s, stage.Channel)
	often(t, s, s.Slack.Again(press))
	often(t, s, s.Slack.Again(command))

	wantTold(t, s, stage.Bob, 0)
	wantOneEnd(t, s)
	attempts := map[int]bool{}
	for _, d := range s.Slack.Deliveries() {
		for _, a := range d.Attempts() {
			attempts[a] = true
		}
	}
	if len(attempts) != 2 {
		t.Errorf("the deliveries came by %d connections, want both replicas'", len(attempts))
	}
}
