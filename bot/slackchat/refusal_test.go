package slackchat

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/docspace"
)

// contentCodes and lastingCodes are examples: of the first there are families,
// and any code that nobody has heard of is one of the second.
var (
	contentCodes = []string{
		"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "metadata_must_be_sent_from_app", "metadata_too_large",
		"invalid_metadata_format",
	}
	lastingCodes = []string{"missing_scope", "ekm_access_denied", "token_revoked", "method_deprecated", "a_code_of_tomorrow", "slack_connect_blocked_something"}
)

func TestEveryCodeIsOfAKind(t *testing.T) {
	t.Parallel()
	for code, a := range refusals {
		if a == aboutLasting {
			t.Errorf("%s need not stand in the table", code)
		}
	}
	for code, want := range map[string]error{
		"restricted_action_of_tomorrow": bot.ErrChannelClosed, "is_archived": bot.ErrChannelClosed, "cannot_dm_bot": bot.ErrChannelClosed,
		"restricted_action_thread_locked": bot.ErrChannelClosed, "not_in_channel": policy.ErrNotInChannel, "edit_window_closed": bot.ErrCardGone,
		"expired_trigger_id": bot.ErrTriggerGone, "hash_conflict": bot.ErrModalGone, "metadata_of_tomorrow": policy.ErrChatDenied,
	} {
		if err := chatError("x", methodPost, slack.SlackErrorResponse{Err: code}); !errors.Is(err, want) {
			t.Errorf("%s means %v, want %v", code, err, want)
		}
	}
	for _, code := range slices.Concat(contentCodes, lastingCodes) {
		var no *policy.ChatError
		err := chatError("x", methodPost, slack.SlackErrorResponse{Err: code, Needed: "chat:write"})
		if !errors.As(err, &no) || !errors.Is(err, policy.ErrChatDenied) || no.Fix == "" || no.Method != methodPost || no.Code != code || no.Needs != "chat:write" {
			t.Errorf("%s: %+v", code, no)
		}
	}
	for _, code := range []string{"internal_error", "ratelimited", "request_timeout"} {
		if err := chatError("x", methodPost, slack.SlackErrorResponse{Err: code}); errors.Is(err, policy.ErrChatDenied) {
			t.Errorf("%s passes: %v", code, err)
		}
	}
}

// What lasts is asked again with back-off, logged once, and shown.
func TestLastingRefusalIsRestedLoggedOnceAndShown(t *testing.T) {
	t.Parallel()
	for _, code := range slices.Concat(contentCodes, lastingCodes) {
		synctest.Test(t, func(t *testing.T) {
			fake, chat := chatInBubble(t, slacktest.World{})
			var log strings.Builder
			chat.Faults = &Faults{Log: slog.New(slog.NewTextHandler(&log, nil))}
			heal := fake.Fail("chat.postMessage", slacktest.Failure{Error: code})
			card := viewCard(bot.Requested)
			begun := time.Now()
			for time.Since(begun) < time.Hour {
				if _, err := patient(t, func() (string, error) { return chat.PostCard(t.Context(), card) }); !errors.Is(err, policy.ErrChatDenied) {
					t.Fatalf("%s: %v", code, err)
				}
				time.Sleep(5 * time.Second) // a caller that ignores RetryAfter
			}
			calls := fake.Calls("chat.postMessage")
			early := slices.IndexFunc(calls, func(c slacktest.Call) bool { return c.At.Sub(begun) > time.Minute })
			if early > 9 || len(calls) > 70 {
				t.Errorf("%s: %d calls in a minute, %d in an hour", code, early, len(calls))
			}
			if n := strings.Count(log.String(), "code="+code); n != 1 || !strings.Contains(log.String(), "method=chat.postMessage") {
				t.Errorf("%s: logged %d times:\n%s", code, n, log.String())
			}
			found := chat.Examine(t.Context())
			if len(found) != 1 || found[0].Grade != bot.Fail || !strings.Contains(found[0].What, "chat.postMessage is refused: "+code) || found[0].Fix == "" || !found[0].Public.Needed {
				t.Errorf("%s: found %+v", code, found)
			}
			heal()
			persist(t, func() (string, error) { return chat.PostCard(t.Context(), card) })
			if found := chat.Examine(t.Context()); bot.Worst(found) != bot.Pass {
				t.Errorf("%s: healed, and found %+v", code, found)
			}
		})
	}
}

// Content that is refused is sent in a simpler form, and then as text.
func TestRefusedContentIsSentSimpler(t *testing.T) {
	t.Parallel()
	for _, code := range contentCodes {
		synctest.Test(t, func(t *testing.T) {
			fake, chat := chatInBubble(t, slacktest.World{})
			card := viewCard(bot.Requested, planned)
			fake.Fail("chat.postMessage", slacktest.Failure{Times: 1, Error: code})
			postCard(t, chat, &card)
			posted, _ := fake.Message("C1", card.Restore.CardTS)
			if len(posted.Buttons()) != 3 || posted.Metadata != "" || !strings.Contains(fake.Render(posted, time.UTC), "will be gone") || strings.Contains(fmt.Sprint(posted.Blocks), "default_collapsed") {
				t.Errorf("%s: %d buttons, metadata %q\n%s", code, len(posted.Buttons()), posted.Metadata, fake.Render(posted, time.UTC))
			}
			// It is remembered: the edit begins with that form.
			card.Restore.Version++
			card.Restore.Shown.State = bot.Requested
			if _, err := patient(t, func() (int, error) { return 0, chat.EditCard(t.Context(), card) }); err != nil {
				t.Fatal(err)
			}
			if calls := fake.Calls("chat.update"); len(calls) != 1 || strings.Contains(calls[0].Args["blocks"], `"container"`) {
				t.Errorf("%s: %d edits", code, len(calls))
			}

			card = viewCard(bot.Requested, planned)
			card.Restore.ID = "other"
			fake.Fail("chat.postMessage", slacktest.Failure{Times: 2, Error: code})
			ts, err := patient(t, func() (string, error) { return chat.PostCard(t.Context(), card) })
			bare, _ := fake.Message("C1", ts)
			if !errors.Is(err, bot.ErrCardBare) || len(bare.Blocks) != 0 || !strings.Contains(bare.Text, "nobody can confirm it") || !strings.Contains(bare.Text, "passwords are reset") {
				t.Errorf("%s: %v\n%s", code, err, bare.Text)
			}
		})
	}
}

// A card that stands keeps its buttons rather than become mere text.
func TestEditNeverTakesTheButtonsOfARequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, chat := chatInBubble(t, slacktest.World{})
		card := viewCard(bot.Requested)
		postCard(t, chat, &card)
		fake.Fail("chat.update", slacktest.Failure{Error: "invalid_blocks"})
		card.Restore.Version++
		if _, err := patient(t, func() (int, error) { return 0, chat.EditCard(t.Context(), card) }); !errors.Is(err, policy.ErrChatDenied) {
			t.Errorf("got %v", err)
		}
		if m, _ := fake.Message("C1", card.Restore.CardTS); len(m.Buttons()) != 2 || len(fake.Calls("chat.update")) != 2 {
			t.Errorf("%d edits, %d buttons", len(fake.Calls("chat.update")), len(m.Buttons()))
		}
	})
}

// The ways to one person, each taken where the one before is surely refused.
func TestAnswerTakesTheNextWay(t *testing.T) {
	t.Parallel()
	where := func(fake *slacktest.Slack) string {
		switch {
		case len(fake.Channel(fake.DirectMessage("U1")).Messages()) > 0:
			return "direct"
		case len(fake.Ephemerals("U1")) == 0:
			return "nowhere"
		case len(fake.Calls("chat.postEphemeral")) > 0:
			return "ephemeral"
		}
		return "url"
	}
	for name, c := range map[string]struct {
		act  func(fake *slacktest.Slack)
		want string
	}{
		"all well":      {func(*slacktest.Slack) {}, "url"},
		"expired":       {func(*slacktest.Slack) { time.Sleep(31 * time.Minute) }, "ephemeral"},
		"token revoked": {func(f *slacktest.Slack) { f.Revoke(slacktest.DefaultBotToken, "token_revoked") }, "url"},
		"gone, 410":     {func(f *slacktest.Slack) { f.Fail("response_url", slacktest.Failure{Status: http.StatusGone}) }, "ephemeral"},
		"too many": {func(f *slacktest.Slack) {
			f.Fail("response_url", slacktest.Failure{Status: 429, RetryAfter: time.Minute})
		}, "ephemeral"},
		"refused in a 200": {func(f *slacktest.Slack) { f.Fail("response_url", slacktest.Failure{Error: "used_url"}) }, "ephemeral"},
		"content refused": {func(f *slacktest.Slack) {
			f.Fail("response_url", slacktest.Failure{Times: 2, Status: 400, Body: "invalid_blocks"})
		}, "url"},
		"maybe done": {func(f *slacktest.Slack) { f.Fail("response_url", slacktest.Failure{Status: 502}) }, "nowhere"},
		"not in the channel": {func(f *slacktest.Slack) {
			time.Sleep(time.Hour)
			f.Fail("chat.postEphemeral", slacktest.Failure{Error: "user_not_in_channel"})
		}, "direct"},
		"a code of tomorrow": {func(f *slacktest.Slack) {
			time.Sleep(time.Hour)
			f.Fail("chat.postEphemeral", slacktest.Failure{Error: "tomorrow"})
		}, "direct"},
		"none left": {func(f *slacktest.Slack) {
			time.Sleep(time.Hour)
			f.Fail("chat.postEphemeral", slacktest.Failure{Error: "is_archived"})
			f.Fail("chat.postMessage", slacktest.Failure{Error: "messages_tab_disabled"})
		}, "nowhere"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake, chat := chatInBubble(t, slacktest.World{})
				chat.HTTP = fake.Pipe().Client()
				t.Cleanup(chat.HTTP.CloseIdleConnections)
				url := fake.ResponseURL("U1", "C1")
				c.act(fake)
				err := chat.Answer(t.Context(), bot.Recipient{Channel: "C1", User: "U1", URL: docspace.NewSecret(url)}, bot.TextAnswer{Text: "Look."})
				if got := where(fake); got != c.want || (err == nil) == (c.want == "nowhere") {
					t.Errorf("told %s, %v; want %s", got, err, c.want)
				}
				if err != nil && strings.Contains(err.Error(), url) {
					t.Errorf("the secret is in %v", err)
				}
			})
		})
	}
}

// A thread that takes nothing is no reason to be silent in its channel.
func TestClosedThreadIsLeftForTheChannel(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"restricted_action_non_threadable_channel", "restricted_action_thread_locked", "thread_not_found", "cannot_reply_to_message"} {
		synctest.Test(t, func(t *testing.T) {
			fake, chat := chatInBubble(t, slacktest.World{})
			card := runningCard(0)
			postCard(t, chat, &card)
			fake.Fail("chat.postMessage", slacktest.Failure{Times: 1, Error: code})
			for _, n := range []bot.Note{{Kind: bot.NoteAlarm, Alarm: bot.Alarm{Kind: bot.AlarmQueued}}, {Kind: bot.NoteEnd, Broadcast: true}} {
				ts, err := patient(t, func() (string, error) { return chat.Reply(t.Context(), card, n) })
				if m, _ := fake.Message("C1", ts); err != nil || m.ThreadTS != "" {
					t.Errorf("%s: %s stands in thread %q, %v", code, n.Kind, m.ThreadTS, err)
				}
			}
			if found := chat.Examine(t.Context()); bot.Worst(found) != bot.Pass || len(fake.Calls("chat.postMessage")) != 4 {
				t.Errorf("%s: %d posts, found %+v", code, len(fake.Calls("chat.postMessage")), found)
			}
		})
	}
}

// A person who takes no direct message is told by the answer to their command,
// for as long as that is good; after that it is known that nobody is told.
func TestDirectTakesTheNextWay(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"messages_tab_disabled", "cannot_dm_bot", "user_not_found", "a_code_of_tomorrow"} {
		synctest.Test(t, func(t *testing.T) {
			fake, chat := chatInBubble(t, slacktest.World{})
			chat.HTTP = fake.Pipe().Client()
			t.Cleanup(chat.HTTP.CloseIdleConnections)
			fake.Fail("chat.postMessage", slacktest.Failure{Error: code})
			fake.Fail("chat.postEphemeral", slacktest.Failure{Error: "is_archived"})
			card := runningCard(0)
			card.Restore.AnswerURL, card.Restore.RequestedAt, card.Now = docspace.NewSecret(fake.ResponseURL("U1", "C1")), time.Now(), time.Now()
			ts, err := patient(t, func() (string, error) {
				return chat.Direct(t.Context(), card, bot.Note{Kind: bot.NoteChannelLost, Why: "It is archived."})
			})
			if said := fake.Ephemerals("U1"); err != nil || ts == "" || len(said) != 1 || !strings.Contains(said[0].Text, "It is archived.") {
				t.Errorf("%s: %q, %v; told %v", code, ts, err, said)
			}
			time.Sleep(time.Hour)
			card.Now = time.Now()
			_, err = patient(t, func() (string, error) { return chat.Direct(t.Context(), card, bot.Note{Kind: bot.NoteEnd}) })
			if !errors.Is(err, bot.ErrChannelClosed) && !errors.Is(err, policy.ErrChatDenied) || fake.ResponseURLUses(card.Restore.AnswerURL.Reveal()) != 1 {
				t.Errorf("%s: an hour later %v", code, err)
			}
		})
	}
}
