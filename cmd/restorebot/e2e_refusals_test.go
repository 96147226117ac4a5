package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
)

// Slack refuses the card, by a code of any kind: the requester hears why, few
// tries are made, the portal is free for whoever asks next, and readiness and
// the doctor name the method and the code.
func TestBinaryTellsWhyACardIsRefused(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"invalid_blocks", "metadata_must_be_sent_from_app", "missing_scope", "ekm_access_denied", "a_code_of_tomorrow"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			setInBubble(t, nil, []string{"HTTP_ADDR=127.0.0.1:0"}, func(s *stage.Scene) {
				bot := s.Starts()
				heal := s.Slack.Fail("chat.postMessage", slacktest.Failure{Error: code})
				s.Alice.Types("/restore " + s.Newest())
				s.Alice.WantTold("Slack does not take the card", code, "Nothing was started", "ask again")
				s.WantUntouched()
				if n := len(s.Slack.Calls("chat.postMessage")); n > 3 {
					t.Errorf("%d tries", n)
				}
				status, text, err := bot.Get(s.Context(), "/readyz")
				if status != http.StatusServiceUnavailable || !strings.Contains(text, "chat.postMessage is refused: "+code) {
					t.Errorf("/readyz: %d %s, %v", status, text, err)
				}
				s.Alice.Types("/restore doctor")
				s.Alice.WantTold("slack messages", "chat.postMessage is refused: "+code)
				heal()
				s.Alice.Types("/restore " + s.Newest())
				s.WantCard()
				s.Bob.Presses("Restore")
				s.WantFinalCard("restored")
				s.WantPage("/readyz", func(_ int, text string) bool { return !strings.Contains(text, "messages: ") })
			})
		})
	}
}

// The blocks are refused, the words are not: the card stands in simpler form and
// works to its end.
func TestBinaryShowsASimplerCardWhereBlocksAreRefused(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		s.Slack.Fail("chat.postMessage", slacktest.Failure{Times: 1, Error: "msg_blocks_too_long"})
		s.Alice.Types("/restore " + s.Newest())
		if card := s.WantCard("Everything changed since", "[ Show details ]"); card.Metadata != "" {
			t.Errorf("the card is whole:\n%s", s.Text(card))
		}
		s.Bob.Presses("Restore")
		s.WantFinalCard("restored")
		wantEndIn(t, s, stage.Channel)
	})
}

// In the middle of a restore Slack begins to refuse all that the bot posts and
// edits: the restore goes on, and the requester hears of it and of its end.
func TestBinaryTellsTheRequesterWhatSlackRefuses(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		running(t, s)
		s.Slack.Fail("chat.postMessage", slacktest.Failure{Error: "a_code_of_tomorrow"})
		s.Slack.Fail("chat.update", slacktest.Failure{Error: "a_code_of_tomorrow"})
		s.Alice.WantTold("The restore goes on", "a_code_of_tomorrow")
		s.Portal.Heal()
		s.Alice.WantTold(": done", "a_code_of_tomorrow")
		s.WantStarts(1)
		if n := len(s.Slack.Calls("chat.postMessage")); n > 12 {
			t.Errorf("%d posts were tried", n)
		}
	})
}

// A channel whose threads are closed still hears of the end.
func TestBinaryPostsBesideAClosedThread(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		s.Alice.Types("/restore " + s.Newest())
		card := s.WantCard()
		s.Slack.Fail("chat.postMessage", slacktest.Failure{Times: 1, Error: "restricted_action_thread_locked"})
		s.Bob.Presses("Restore")
		s.WantFinalCard("restored")
		s.Until("the end stands in the channel", func() bool {
			return slices.ContainsFunc(s.Slack.Channel(stage.Channel).Messages(), func(m slacktest.Message) bool {
				return strings.Contains(m.Text, ": done") && m.ThreadTS == "" && m.TS != card.TS
			})
		})
	})
}
