package main

import (
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
)

// A channel that is made private may get another id, with a request open.
func TestBinaryFollowsARestoreIntoTheNewIdOfItsChannel(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t, "RESTORE_CHANNELS=COPS,GOPS")
	card := s.card(ctx)
	s.slack.MoveChannel("COPS", "GOPS")
	card, ok := s.slack.Message("GOPS", card.TS)
	if !ok {
		t.Fatal("the card did not move")
	}
	s.press(ctx, "UBOB", card, "restore_confirm")
	_, err := s.slack.WaitMessage(ctx, "GOPS", func(m slacktest.Message) bool {
		return m.TS == card.TS && strings.Contains(s.slack.RenderUnfolded(m, time.UTC), "restored in")
	})
	if err != nil || s.portal.Starts() != 1 {
		t.Fatalf("%d starts; the card in the channel's new id: %v", s.portal.Starts(), err)
	}
	if _, err := s.slack.WaitMessage(ctx, "GOPS", func(m slacktest.Message) bool { return m.ThreadTS == card.TS }); err != nil {
		t.Error("the end was not told there")
	}
}

// Nobody presses while it runs: the bot finds the card by itself.
func TestBinaryFindsTheNewIdOfAChannelWhileItRestores(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t, "RESTORE_CHANNELS=COPS,GOPS")
	card := s.card(ctx)
	s.press(ctx, "UBOB", card, "restore_confirm")
	if err := s.slack.WaitFor(ctx, func(*slacktest.Slack) bool { return s.portal.Starts() > 0 }); err != nil {
		t.Fatal("it did not start")
	}
	s.slack.MoveChannel("COPS", "GOPS")
	_, err := s.slack.WaitMessage(ctx, "GOPS", func(m slacktest.Message) bool {
		return m.TS == card.TS && strings.Contains(s.slack.RenderUnfolded(m, time.UTC), "restored in")
	})
	if err != nil {
		t.Fatal("the card in the channel's new id does not tell the end")
	}
}

// The rules name channels by their ids: a new one is refused, with words.
func TestBinaryRefusesANewIdThatTheRulesDoNotName(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t)
	card := s.card(ctx)
	s.slack.MoveChannel("COPS", "GOPS")
	card, _ = s.slack.Message("GOPS", card.TS)
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.told(ctx, "UBOB", "put GOPS in the place of COPS in RESTORE_CHANNELS")
	if s.portal.Starts() != 0 {
		t.Error("it was started")
	}
}
