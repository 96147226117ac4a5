package main

import (
	"context"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
)

// A card is seen before the bot knows its ts: a press in that moment is not
// heeded, and told so; the next one is.
func TestBinaryHeedsNoPressOnACardItHasNotWrittenDown(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t)
	heal := s.slack.Fail("chat.postMessage", slacktest.Failure{Times: 1, Hang: true, Applied: true})
	card := s.seen(ctx)
	seen := len(s.slack.Ephemerals("UBOB"))
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.toldNext(ctx, "UBOB", seen, "not written down yet")
	heal()
	// The bot has its answer now, and writes the card down.
	s.pressUntilGone(ctx, "UBOB", card, "restore_confirm")
	s.shows(ctx, card, "restored")
	if n := s.portal.Starts(); n != 1 {
		t.Errorf("%d starts", n)
	}
	for _, m := range s.slack.Channel("COPS").Messages() {
		if len(m.Buttons()) > 0 {
			t.Errorf("a live button is left on:\n%s", s.slack.Render(m, time.UTC))
		}
	}
}

// A bot that dies between the post of a card and its record posts another one.
// The first can be pressed, which starts nothing, and loses its buttons.
func TestBinaryHeedsNoPressOnACardAstray(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t)
	s.slack.Fail("chat.postMessage", slacktest.Failure{Times: 1, Cut: true, Applied: true})
	astray := s.seen(ctx)
	card, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool { return m.TS != astray.TS && len(m.Buttons()) > 0 })
	if err != nil {
		t.Fatal("no second card")
	}
	seen := len(s.slack.Ephemerals("UBOB"))
	s.press(ctx, "UBOB", astray, "restore_confirm")
	s.toldNext(ctx, "UBOB", seen, "not ")
	s.pressUntilGone(ctx, "UBOB", astray, "restore_confirm") // the second card may not have been written down
	if n := s.portal.Starts(); n != 0 {
		t.Errorf("%d starts by a card astray", n)
	}
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.shows(ctx, card, "restored")
	if now, _ := s.slack.Message("COPS", astray.TS); s.portal.Starts() != 1 || len(now.Buttons()) != 0 {
		t.Errorf("%d starts; the card astray:\n%s", s.portal.Starts(), s.slack.Render(now, time.UTC))
	}
}

// seen asks for a restore and waits until people see a card.
func (s *stage) seen(ctx context.Context) slacktest.Message {
	s.t.Helper()
	if _, err := s.slack.Command("UALICE", "COPS", "/restore "+s.newest()).Wait(ctx); err != nil {
		s.t.Fatalf("the command was not acked: %v", err)
	}
	card, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool { return len(m.Buttons()) > 0 })
	if err != nil {
		s.t.Fatal("no card with buttons")
	}
	return card
}

// pressUntilGone presses a button, as people do, until it is there no more.
func (s *stage) pressUntilGone(ctx context.Context, user string, card slacktest.Message, action string) {
	s.t.Helper()
	for {
		if _, err := s.slack.Press(user, card, action); err != nil {
			return
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			s.t.Fatal("a card that was pressed keeps its buttons")
		}
	}
}
