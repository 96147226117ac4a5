package slackchat

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/bot/slacktest"
)

var mayRead = append(slices.Clone(slacktest.DefaultScopes), "channels:history", "groups:history")

// lostAnswers are the ways in which Slack may not say that it posted.
var lostAnswers = map[string]slacktest.Failure{
	"cut":            {Cut: true},
	"502":            {Status: http.StatusBadGateway, Body: "<html>"},
	"hangs":          {Hang: true},
	"internal error": {Error: "internal_error"},
}

// persist repeats a call until it succeeds, as the steps of a restore do.
func persist(t *testing.T, call func() (string, error)) string {
	t.Helper()
	for range 100 {
		ts, err := call()
		if err == nil {
			return ts
		}
		time.Sleep(max(2*time.Second, bot.RetryAfter(err)))
	}
	t.Fatal("it never succeeds")
	return ""
}

// Whether Slack did what it did not answer to or not, there is one message where
// the bot may look, and never none where it may not.
func TestPostWhoseAnswerIsLostIsFoundAgain(t *testing.T) {
	t.Parallel()
	for name, failure := range lostAnswers {
		for _, applied := range []bool{true, false} {
			for _, reads := range []bool{true, false} {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						w := slacktest.World{}
						if reads {
							w.Scopes = mayRead
						}
						fake, chat := chatInBubble(t, w)
						card := runningCard(0)
						end := bot.Note{Kind: bot.NoteEnd, Broadcast: true}
						failure := failure // each has its own
						failure.Times, failure.Applied = 2, applied
						want := 1
						if applied && !reads {
							want = 3 // rather twice than never
						}

						fake.Fail("chat.postMessage", failure)
						card.Restore.CardTS = persist(t, func() (string, error) { return chat.PostCard(t.Context(), card) })
						if got := fake.Channel("C1").Messages(); len(got) != want || !slices.ContainsFunc(got, func(m slacktest.Message) bool { return m.TS == card.Restore.CardTS }) {
							t.Errorf("%d cards, want %d", len(got), want)
						}
						fake.Fail("chat.postMessage", failure)
						card.Restore.State = bot.Succeeded
						ts := persist(t, func() (string, error) { return chat.Reply(t.Context(), card, end) })
						if got := fake.Channel("C1").Thread(card.Restore.CardTS)[1:]; len(got) != want || got[len(got)-1].TS != ts {
							t.Errorf("%d replies, want %d", len(got), want)
						}
					})
				})
			}
		}
	}
}

// A card that is found again shows what is asked for now before it can count:
// the portal may have been asked anew since it was posted.
func TestCardThatIsFoundAgainIsMadeToShowWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, chat := chatInBubble(t, slacktest.World{Scopes: mayRead})
		card := viewCard(bot.Requested)
		fake.Fail("chat.postMessage", slacktest.Failure{Times: 1, Cut: true, Applied: true})
		if _, err := chat.PostCard(t.Context(), card); err == nil {
			t.Fatal("a post whose answer is lost succeeded")
		}
		card.Restore.Backup.FileName = "another.tar.gz"
		fake.Fail("chat.update", slacktest.Failure{Times: 2, Status: http.StatusServiceUnavailable})
		ts := persist(t, func() (string, error) { return chat.PostCard(t.Context(), card) })
		shown, _ := fake.Message("C1", ts)
		if all := fake.Channel("C1").Messages(); len(all) != 1 || !strings.Contains(fmt.Sprint(shown.Blocks), "another.tar.gz") {
			t.Errorf("%d cards:\n%s", len(all), fake.Render(shown, time.UTC))
		}
	})
}

func TestSearchThatFailsIsRepeatedAndGivenUp(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		times, want int
	}{"for a while": {3, 1}, "for ever": {0, 2}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake, chat := chatInBubble(t, slacktest.World{Scopes: mayRead})
				fake.Fail("chat.postMessage", slacktest.Failure{Times: 1, Cut: true, Applied: true})
				fake.Fail("conversations.history", slacktest.Failure{Times: test.times, Status: http.StatusServiceUnavailable})
				persist(t, func() (string, error) { return chat.PostCard(t.Context(), runningCard(0)) })
				if got := len(fake.Channel("C1").Messages()); got != test.want {
					t.Errorf("%d cards, want %d", got, test.want)
				}
			})
		})
	}
}

// An app that is installed anew may have another bot user. What it posts is found
// all the same, and who the bot is is not asked at each marker of a stranger.
func TestBotThatBecameAnotherFindsItsPosts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, chat := chatInBubble(t, slacktest.World{Scopes: mayRead})
		lost := slacktest.Failure{Times: 1, Cut: true, Applied: true}
		for n, bots := range []string{"U0BOT", "U1BOT", "W2BOT"} {
			fake.SetBot(bots, fmt.Sprintf("B%dBOT", n))
			time.Sleep(2 * selfInterval)
			card := runningCard(0)
			card.Restore.ID = fmt.Sprint("restore", n)
			fake.Fail("chat.postMessage", lost)
			persist(t, func() (string, error) { return chat.PostCard(t.Context(), card) })
			if posted := len(fake.Channel("C1").Messages()); posted != n+1 {
				t.Fatalf("%d cards after %d", posted, n+1)
			}
		}
		if n := fake.Stats().Calls["auth.test"]; n != 3 {
			t.Errorf("%d questions who the bot is", n)
		}
	})
}

// Anybody's app can write the same metadata.
func TestMarkerOfAnotherAppIsNotBelieved(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, chat := chatInBubble(t, slacktest.World{Scopes: mayRead})
		card := runningCard(0)
		said, err := fake.Say("U1", "C1", "looks like a card")
		if err != nil {
			t.Fatal(err)
		}
		fake.Forge(said, `{"event_type":"`+markerType+`","event_payload":{"restore":"r0","kind":"card running"}}`)
		fake.Fail("chat.postMessage", slacktest.Failure{Times: 1, Cut: true})
		if ts := persist(t, func() (string, error) { return chat.PostCard(t.Context(), card) }); ts == said.TS {
			t.Error("a message of somebody else was taken for the card")
		}
	})
}

func TestOldMessagesAreNotMistaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, chat := chatInBubble(t, slacktest.World{Scopes: mayRead})
		card := runningCard(0)
		card.Restore.State = bot.Unclear
		postCard(t, chat, &card)
		first := persist(t, func() (string, error) { return chat.Reply(t.Context(), card, bot.Note{Kind: bot.NoteEnd}) })
		time.Sleep(time.Hour) // it ran again, and is unclear again
		fake.Fail("chat.postMessage", slacktest.Failure{Times: 1, Cut: true})
		if ts := persist(t, func() (string, error) { return chat.Reply(t.Context(), card, bot.Note{Kind: bot.NoteEnd}) }); ts == first {
			t.Error("the reply of an hour ago was taken for the new one")
		}
	})
}

func TestPostThatNeverLeftIsNotLookedFor(t *testing.T) {
	t.Parallel()
	for _, failure := range []slacktest.Failure{
		{Status: http.StatusTooManyRequests, RetryAfter: time.Second},
		{Status: http.StatusBadRequest},
		{Error: "msg_too_long"},
	} {
		synctest.Test(t, func(t *testing.T) {
			fake, chat := chatInBubble(t, slacktest.World{Scopes: mayRead})
			failure.Times = 1
			fake.Fail("chat.postMessage", failure)
			persist(t, func() (string, error) { return chat.PostCard(t.Context(), runningCard(0)) })
			if n := len(fake.Calls("conversations.history")); n != 0 {
				t.Errorf("the channel was searched %d times", n)
			}
		})
	}
}

func TestReplyInAThreadThatIsGoneGoesToTheChannel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, chat := chatInBubble(t, slacktest.World{})
		card := runningCard(0)
		postCard(t, chat, &card)
		fake.Delete("C1", card.Restore.CardTS)
		for _, cardTS := range []string{card.Restore.CardTS, ""} {
			card.Restore.CardTS = cardTS
			ts := persist(t, func() (string, error) {
				return chat.Reply(t.Context(), card, bot.Note{Kind: bot.NoteEnd, Broadcast: true})
			})
			if m, ok := fake.Message("C1", ts); !ok || m.Reply() {
				t.Errorf("the reply stands at %+v", m)
			}
		}
		if err := chat.EditCard(t.Context(), bot.Card{Restore: bot.Restore{Channel: "C1", CardTS: "1.000001", State: bot.Running}}); !errors.Is(err, bot.ErrCardGone) {
			t.Errorf("an edit of a card that is gone: %v", err)
		}
	})
}

func TestChannelThatCannotBeReachedIsNamed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, chat := chatInBubble(t, slacktest.World{})
		card := runningCard(0)
		postCard(t, chat, &card)
		fake.PutChannel(slacktest.Channel{ID: "C1", Name: "incidents", Archived: true})
		_, err := patient(t, func() (string, error) {
			return chat.Reply(t.Context(), card, bot.Note{Kind: bot.NoteAlarm})
		})
		if !errors.Is(err, bot.ErrChannelClosed) {
			t.Errorf("a reply in an archived channel: %v", err)
		}
		if err := chat.EditCard(t.Context(), card); !errors.Is(err, bot.ErrChannelClosed) {
			t.Errorf("an edit in an archived channel: %v", err)
		}
		if found := chat.Examine(t.Context()); len(found) != 1 || found[0].Grade != bot.Warn || found[0].What != "no message gets into C1" ||
			found[0].Public.Detail != "1 channel takes no message: the bot was removed from there, or it is archived" {
			t.Errorf("found %+v", found)
		}
		ts, err := patient(t, func() (string, error) { return chat.Direct(t.Context(), card, bot.Note{Kind: bot.NoteChannelLost}) })
		if m, ok := fake.Message(fake.DirectMessage("U1"), ts); err != nil || !ok || m.Reply() {
			t.Errorf("the requester was told %+v, %v", m, err)
		}

		fake.PutChannel(slacktest.Channel{ID: "C1", Name: "incidents", NoBot: true})
		if _, err := patient(t, func() (string, error) { return chat.Reply(t.Context(), card, bot.Note{}) }); !errors.Is(err, policy.ErrNotInChannel) {
			t.Errorf("a reply without the bot: %v", err)
		}
		fake.PutChannel(slacktest.Channel{ID: "C1", Name: "incidents"})
		persist(t, func() (string, error) { return chat.Reply(t.Context(), card, bot.Note{}) })
		if found := chat.Examine(t.Context()); bot.Worst(found) != bot.Pass {
			t.Errorf("found %+v", found)
		}
		fake.Revoke(slacktest.DefaultBotToken, "token_revoked")
		if _, err := patient(t, func() (string, error) { return chat.Reply(t.Context(), card, bot.Note{}) }); !errors.Is(err, policy.ErrChatDenied) {
			t.Errorf("with a revoked token: %v", err)
		}
		if found := chat.Examine(t.Context()); len(found) != 1 || !strings.Contains(found[0].What, "chat.postMessage is refused: token_revoked") || !found[0].Public.Needed {
			t.Errorf("found %+v", found)
		}
	})
}

// That the bot may not look for a message says nothing of those it may post.
func TestMissingHistoryScopeIsNoFault(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, chat := chatInBubble(t, slacktest.World{})
		var seen []string
		chat.Observe = func(method string, o Outcome, _ time.Duration) { seen = append(seen, method+" "+string(o)) }
		fake.Fail("chat.postMessage", slacktest.Failure{Times: 1, Cut: true})
		persist(t, func() (string, error) { return chat.PostCard(t.Context(), runningCard(0)) })
		want := []string{"chat.postMessage lost", "auth.test ok", "conversations.history denied", "chat.postMessage ok"}
		if !slices.Equal(seen, want) {
			t.Errorf("observed %q, want %q", seen, want)
		}
		if found := chat.Examine(t.Context()); bot.Worst(found) != bot.Pass {
			t.Errorf("found %+v", found)
		}
	})
}
