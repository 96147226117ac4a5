package main

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/docspace/docspacetest"
)

// The address of the portal changes while its restore runs: people are told, and
// the new one is free. Set up again, the restore is followed to its end.
func TestBinaryTellsThatAPortalIsNoLongerSetUp(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	s := setStage(t)
	cmd := s.start(ctx)
	card := s.running(ctx)
	s.kill(ctx, cmd)

	env := s.env
	other := docspacetest.New(docspacetest.Config{})
	web := httptest.NewServer(other)
	t.Cleanup(web.Close)
	s.env = append(append([]string{}, env...), "DOCSPACE_URL="+web.URL, "DOCSPACE_API_KEY="+other.Key())
	cmd = s.start(ctx)
	told, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool {
		return m.ThreadTS == card.TS && m.ReplyBroadcast && strings.Contains(s.slack.RenderUnfolded(m, time.UTC), "no longer among the bot's portals")
	})
	if err != nil {
		t.Fatal("the channel was not told")
	}
	if text := s.slack.RenderUnfolded(told, time.UTC); !strings.Contains(text, "@alice") {
		t.Errorf("nobody is mentioned:\n%s", text)
	}
	if _, err := s.slack.Command("UBOB", "COPS", "/restore "+other.Backups()[0].ID).Wait(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool {
		return m.ThreadTS == "" && m.TS != card.TS && len(m.Buttons()) > 0
	}); err != nil {
		t.Error("the new address is not free")
	}
	s.kill(ctx, cmd)

	s.env = env
	s.portal.Heal()
	s.start(ctx)
	s.shows(ctx, card, "done")
	if n := s.portal.Starts(); n != 1 {
		t.Errorf("%d starts", n)
	}
}
