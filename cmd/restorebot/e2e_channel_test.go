package main

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/docspace/docspacetest"
)

// running brings a restore to where its card says that it runs. There it stays until
// the portal is healed.
func (s *oldStage) running(ctx context.Context) slacktest.Message {
	s.t.Helper()
	card := s.card(ctx)
	s.portal.Break(func(f *docspacetest.Faults) { f.WorkerDiesAt = 75 })
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.shows(ctx, card, ": running")
	return card
}

// ended waits until the end stands in a conversation.
func (s *oldStage) ended(ctx context.Context, channel string) {
	s.t.Helper()
	_, err := s.slack.WaitMessage(ctx, channel, func(m slacktest.Message) bool {
		return strings.Contains(m.Text, ": done") && strings.Contains(m.Text, "<@UALICE>")
	})
	if err != nil {
		s.t.Fatalf("the end was not told in %s", channel)
	}
	if s.portal.Starts() != 1 {
		s.t.Errorf("startrestore was sent %d times", s.portal.Starts())
	}
}

func TestBinaryTellsTheEndAlthoughTheCardWasDeleted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	s := setStage(t)
	s.start(ctx)
	card := s.running(ctx)
	s.slack.Delete("COPS", card.TS)
	s.portal.Heal()
	s.ended(ctx, "COPS")
}

// The channel is archived, or the bot removed from it, or its token revoked in
// the middle of a restore: the restore goes on, and is told when it can be.
func TestBinaryGoesOnWithoutItsChannel(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		take, give func(s *oldStage)
		direct     bool
	}{
		"archived": {
			take: func(s *oldStage) {
				s.slack.PutChannel(slacktest.Channel{ID: "COPS", Name: "incidents", Archived: true})
			},
			give:   func(s *oldStage) { s.slack.PutChannel(slacktest.Channel{ID: "COPS", Name: "incidents"}) },
			direct: true,
		},
		"removed": {
			take: func(s *oldStage) {
				s.slack.PutChannel(slacktest.Channel{ID: "COPS", Name: "incidents", Private: true, NoBot: true})
			},
			give:   func(s *oldStage) { s.slack.PutChannel(slacktest.Channel{ID: "COPS", Name: "incidents", Private: true}) },
			direct: true,
		},
		"revoked": {
			take: func(s *oldStage) { s.slack.Revoke(slacktest.DefaultBotToken, "token_revoked") },
			give: func(s *oldStage) { s.slack.Revoke(slacktest.DefaultBotToken, "") },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
			defer cancel()
			s := setStage(t)
			base := s.startServed(ctx)
			if err := s.slack.WaitFor(ctx, func(w *slacktest.Slack) bool { return len(w.Connections()) > 0 }); err != nil {
				t.Fatal("the bot did not connect")
			}
			s.running(ctx)
			c.take(s)
			s.portal.Heal()
			if c.direct {
				s.ended(ctx, s.slack.DirectMessage("UALICE"))
			} else if err := s.slack.WaitFor(ctx, func(w *slacktest.Slack) bool {
				denied := 0
				for _, call := range w.Calls("") {
					if call.Error == "token_revoked" {
						denied++
					}
				}
				return denied > 1
			}); err != nil {
				t.Fatal("the bot did not meet the refusal")
			}
			for told := false; !told; {
				status, text := get(ctx, t, base+"/readyz")
				told = strings.Contains(text, "messages: ") && (c.direct || status == http.StatusServiceUnavailable)
			}
			c.give(s)
			s.ended(ctx, "COPS")
			for told := true; told; {
				_, text := get(ctx, t, base+"/readyz")
				told = strings.Contains(text, "messages: ")
			}
		})
	}
}

// No answer to a post ever comes, although each was posted: where the bot may
// look, there is one card and one end.
func TestBinaryDoublesNoMessageWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s := setStage(t)
	s.slack.SetScopes(append(slices.Clone(slacktest.DefaultScopes), "channels:history")...)
	s.slack.Fail("chat.postMessage", slacktest.Failure{Status: http.StatusBadGateway, Body: "<html>", Applied: true})
	s.start(ctx)
	card := s.running(ctx)
	s.portal.Heal()
	s.ended(ctx, "COPS")
	s.shows(ctx, card, "restored")
	// The end is settled once it was found: then the history is asked no more.
	if err := s.slack.WaitFor(ctx, func(w *slacktest.Slack) bool { return len(w.Calls("conversations.replies")) > 0 }); err != nil {
		t.Fatal("the end was not looked for")
	}
	if main := s.slack.Channel("COPS").Main(); len(main) != 2 || main[0].TS != card.TS || !main[1].ReplyBroadcast {
		t.Errorf("%d messages in the channel, want a card and an end", len(main))
	}
}
