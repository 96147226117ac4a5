package main

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
)

// Slack refuses the card, by a code of any kind: the requester hears why, few
// tries are made, the portal is free for whoever asks next, and readiness and
// the doctor name the method and the code.
func TestBinaryTellsWhyACardIsRefused(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"invalid_blocks", "metadata_must_be_sent_from_app", "missing_scope", "ekm_access_denied", "a_code_of_tomorrow"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			s := setStage(t)
			base := s.startServed(ctx)
			if err := s.slack.WaitFor(ctx, func(w *slacktest.Slack) bool { return len(w.Connections()) > 0 }); err != nil {
				t.Fatal("the bot did not connect")
			}
			heal := s.slack.Fail("chat.postMessage", slacktest.Failure{Error: code})
			s.says(ctx, "UALICE", "/restore "+s.newest(), "Slack does not take the card", code, "Nothing was started", "ask again")
			s.untouched()
			if n := len(s.slack.Calls("chat.postMessage")); n > 3 {
				t.Errorf("%d tries", n)
			}
			status, text := get(ctx, t, base+"/readyz")
			if status != http.StatusServiceUnavailable || !strings.Contains(text, "chat.postMessage is refused: "+code) {
				t.Errorf("/readyz: %d %s", status, text)
			}
			s.says(ctx, "UALICE", "/restore doctor", "slack messages", "chat.postMessage is refused: "+code)
			heal()
			card := s.card(ctx)
			s.press(ctx, "UBOB", card, "restore_confirm")
			s.shows(ctx, card, "restored")
			for told := true; told; {
				_, text := get(ctx, t, base+"/readyz")
				told = strings.Contains(text, "messages: ")
			}
		})
	}
}

// The blocks are refused, the words are not: the card stands in simpler form and
// works to its end.
func TestBinaryShowsASimplerCardWhereBlocksAreRefused(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t)
	s.slack.Fail("chat.postMessage", slacktest.Failure{Times: 1, Error: "msg_blocks_too_long"})
	card := s.card(ctx)
	if text := s.slack.RenderUnfolded(card, time.UTC); !strings.Contains(text, "Everything changed since") || !strings.Contains(text, "[ Show details ]") || card.Metadata != "" {
		t.Errorf("the card lacks what is lost, or is whole:\n%s", text)
	}
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.shows(ctx, card, "restored")
	s.ended(ctx, "COPS")
}

// In the middle of a restore Slack begins to refuse all that the bot posts and
// edits: the restore goes on, and the requester hears of it and of its end.
func TestBinaryTellsTheRequesterWhatSlackRefuses(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t)
	s.running(ctx)
	s.slack.Fail("chat.postMessage", slacktest.Failure{Error: "a_code_of_tomorrow"})
	s.slack.Fail("chat.update", slacktest.Failure{Error: "a_code_of_tomorrow"})
	s.told(ctx, "UALICE", "The restore goes on", "a_code_of_tomorrow")
	s.portal.Heal()
	s.told(ctx, "UALICE", ": done", "a_code_of_tomorrow")
	if s.portal.Starts() != 1 {
		t.Errorf("startrestore was sent %d times", s.portal.Starts())
	}
	if n := len(s.slack.Calls("chat.postMessage")); n > 12 {
		t.Errorf("%d posts were tried", n)
	}
}

// A channel whose threads are closed still hears of the end.
func TestBinaryPostsBesideAClosedThread(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t)
	card := s.card(ctx)
	s.slack.Fail("chat.postMessage", slacktest.Failure{Times: 1, Error: "restricted_action_thread_locked"})
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.shows(ctx, card, "restored")
	end, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool {
		return strings.Contains(m.Text, ": done") && m.ThreadTS == "" && m.TS != card.TS
	})
	if err != nil || end.TS == "" {
		t.Error("the end does not stand in the channel")
	}
}
