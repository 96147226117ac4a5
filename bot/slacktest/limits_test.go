package slacktest_test

import (
	"errors"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot/slacktest"
)

// burst counts how many calls pass before the first 429, and returns its Retry-After.
func burst(t *testing.T, call func() error) (int, time.Duration) {
	t.Helper()
	for n := range 200 {
		err := call()
		if limited, ok := errors.AsType[*slack.RateLimitedError](err); ok {
			return n, limited.RetryAfter
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return 200, 0
}

func TestOneMessageASecondAndChannel(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(b inBubble) {
		t := b.t
		post := func(channel string) func() error {
			return func() error {
				_, _, err := b.api.PostMessageContext(t.Context(), channel, slack.MsgOptionText("x", false))
				return err
			}
		}
		n, wait := burst(t, post("C1"))
		if n != 4 || wait != time.Second {
			t.Errorf("a burst of %d, then Retry-After %s", n, wait)
		}
		if err := post("C6")(); err != nil {
			t.Errorf("another channel: %v", err)
		}
		pass(time.Second)
		if n, _ := burst(t, post("C1")); n != 1 {
			t.Errorf("after one second %d calls passed", n)
		}
		if got := b.Stats().RateLimited["chat.postMessage"]; got != 2 {
			t.Errorf("%d 429s were counted", got)
		}
		if got := len(b.Channel("C1").Messages()); got != 5 {
			t.Errorf("%d messages were posted", got)
		}
	})
}

func TestTiersLimitEachMethodByItself(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		call      func(inBubble) error
		burst     int
		perMinute int
	}{
		"tier 2": {func(b inBubble) error {
			_, err := b.api.GetUserGroupMembersContext(b.t.Context(), "S1")
			return err
		}, 10, 20},
		"tier 3": {func(b inBubble) error {
			_, err := b.api.GetConversationInfoContext(b.t.Context(), &slack.GetConversationInfoInput{ChannelID: "C1"})
			return err
		}, 20, 50},
		"tier 4": {func(b inBubble) error {
			_, err := b.api.GetUserInfoContext(b.t.Context(), "U1")
			return err
		}, 40, 100},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, nil, func(b inBubble) {
				t := b.t
				n, wait := burst(t, func() error { return tc.call(b) })
				if n != tc.burst || wait < time.Second {
					t.Errorf("a burst of %d, then Retry-After %s", n, wait)
				}
				passed := 0
				for range 600 { // ten a second
					pass(100 * time.Millisecond)
					if tc.call(b) == nil {
						passed++
					}
				}
				if passed != tc.perMinute {
					t.Errorf("%d passed in the next minute, want %d", passed, tc.perMinute)
				}
			})
		})
	}
}

func TestLimitsCanBeTurnedOffAndChanged(t *testing.T) {
	t.Parallel()
	bubble(t, func(w *slacktest.World) { w.Unlimited = true }, func(b inBubble) {
		t := b.t
		post := func() error {
			_, _, err := b.api.PostMessageContext(t.Context(), "C1", slack.MsgOptionText("x", false))
			return err
		}
		if n, _ := burst(t, post); n != 200 {
			t.Errorf("limited after %d", n)
		}
		b.SetUnlimited(false)
		if n, _ := burst(t, post); n != 4 {
			t.Errorf("a burst of %d", n)
		}
	})
}
