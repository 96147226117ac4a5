package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/docspace/docspacetest"
)

// A bot that is down for longer than a slow step may take says so, on the card
// and in its thread, and goes on where the restore is.
func TestBinaryTellsThatItWasAway(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s := setStage(t)
	cmd := s.start(ctx)
	card := s.card(ctx)
	s.portal.Break(func(f *docspacetest.Faults) { f.WorkerDiesAt = 75 })
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.shows(ctx, card, "this *cannot be cancelled*")
	s.restart(ctx, func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		away := time.NewTimer(21 * time.Second) // the absence itself
		defer away.Stop()
		select {
		case <-away.C:
		case <-ctx.Done():
		}
	})
	_, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool {
		return m.ThreadTS == card.TS && strings.Contains(m.Text, "The bot was away from") && strings.Contains(m.Text, "Nothing was started twice")
	})
	if err != nil {
		t.Fatal("the thread does not say that the bot was away")
	}
	s.portal.Heal()
	s.shows(ctx, card, "the bot was away from")
	s.shows(ctx, card, "restored in")
	if s.portal.Starts() != 1 {
		t.Errorf("startrestore was sent %d times", s.portal.Starts())
	}
}
