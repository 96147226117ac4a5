package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
	"docspace-restorebot/docspace/docspacetest"
)

// running brings a restore to where its card says that it runs. There it stays until
// the portal is healed.
func running(t *testing.T, s *stage.Scene) {
	t.Helper()
	s.Alice.Types("/restore " + s.Newest())
	s.WantCard()
	s.Portal.Break(func(f *docspacetest.Faults) { f.WorkerDiesAt = 75 })
	s.Bob.Presses("Restore")
	s.WantFinalCard(": running")
}

// wantEndIn waits until the end of Alice's restore stands in a conversation.
func wantEndIn(t *testing.T, s *stage.Scene, channel string) {
	t.Helper()
	s.Until("the end is told in "+channel, func() bool {
		return slices.ContainsFunc(s.Slack.Channel(channel).Messages(), func(m slacktest.Message) bool {
			return strings.Contains(m.Text, ": done") && strings.Contains(m.Text, "<@"+stage.Alice+">")
		})
	})
	s.WantStarts(1)
}

func TestBinaryTellsTheEndAlthoughTheCardWasDeleted(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		running(t, s)
		s.Slack.Delete(stage.Channel, s.Card().TS)
		s.Portal.Heal()
		wantEndIn(t, s, stage.Channel)
	})
}

// The channel is archived, or the bot removed from it, or its token revoked in
// the middle of a restore: the restore goes on, and is told when it can be.
func TestBinaryGoesOnWithoutItsChannel(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		gone, back slacktest.Channel // none where the token is revoked
	}{
		"archived": {
			gone: slacktest.Channel{ID: stage.Channel, Name: "incident-42", Archived: true},
			back: slacktest.Channel{ID: stage.Channel, Name: "incident-42"},
		},
		"removed": {
			gone: slacktest.Channel{ID: stage.Channel, Name: "incident-42", Private: true, NoBot: true},
			back: slacktest.Channel{ID: stage.Channel, Name: "incident-42", Private: true},
		},
		"revoked": {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, []string{"HTTP_ADDR=127.0.0.1:0"}, func(s *stage.Scene) {
				running(t, s)
				direct := c.gone.ID != ""
				if direct {
					s.Slack.PutChannel(c.gone)
				} else {
					s.Slack.Revoke(slacktest.DefaultBotToken, "token_revoked")
				}
				s.Portal.Heal()
				if direct {
					wantEndIn(t, s, s.Slack.DirectMessage(stage.Alice))
				} else {
					s.Until("the bot has met the refusal twice", func() bool {
						return len(slices.DeleteFunc(s.Slack.Calls(""), func(call slacktest.Call) bool { return call.Error != "token_revoked" })) > 1
					})
				}
				s.WantPage("/readyz", func(status int, text string) bool {
					return strings.Contains(text, "messages: ") && (direct || status == http.StatusServiceUnavailable)
				})
				if direct {
					s.Slack.PutChannel(c.back)
				} else {
					s.Slack.Revoke(slacktest.DefaultBotToken, "")
				}
				wantEndIn(t, s, stage.Channel)
				s.WantPage("/readyz", func(_ int, text string) bool { return !strings.Contains(text, "messages: ") })
			})
		})
	}
}

// No answer to a post ever comes, although each was posted: where the bot may
// look, there is one card and one end.
func TestBinaryDoublesNoMessageWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	setInBubble(t, nil, nil, func(s *stage.Scene) {
		s.Slack.SetScopes(append(slices.Clone(slacktest.DefaultScopes), "channels:history")...)
		s.Slack.Fail("chat.postMessage", slacktest.Failure{Status: http.StatusBadGateway, Body: "<html>", Applied: true})
		s.Starts()
		running(t, s)
		s.Portal.Heal()
		wantEndIn(t, s, stage.Channel)
		s.WantFinalCard("restored")
		// The end is settled once it was found: then the history is asked no more.
		s.Until("the end was looked for", func() bool { return len(s.Slack.Calls("conversations.replies")) > 0 })
		if main := s.Slack.Channel(stage.Channel).Main(); len(main) != 2 || main[0].TS != s.Card().TS || !main[1].ReplyBroadcast {
			t.Errorf("%d messages in the channel, want a card and an end", len(main))
		}
	})
}
