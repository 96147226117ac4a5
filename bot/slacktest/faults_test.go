package slacktest_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot/slacktest"
)

func (b bundle) say(t *testing.T) error {
	t.Helper()
	_, _, err := b.api.PostMessageContext(t.Context(), "C1", slack.MsgOptionText("x", false))
	return err
}

func TestScriptedFailures(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		failure slacktest.Failure
		check   func(error) bool
		posted  int // messages in the channel after the failed call
	}{
		"ok:false": {
			slacktest.Failure{Error: "fatal_error"},
			func(err error) bool { return err.Error() == "fatal_error" }, 0,
		},
		"429": {slacktest.Failure{Status: 429, RetryAfter: 30 * time.Second}, func(err error) bool {
			limited, ok := errors.AsType[*slack.RateLimitedError](err)
			return ok && limited.RetryAfter == 30*time.Second
		}, 0},
		"503": {slacktest.Failure{Status: 503, Body: "<html>"}, func(err error) bool {
			status, ok := errors.AsType[slack.StatusCodeError](err)
			return ok && status.Code == http.StatusServiceUnavailable
		}, 0},
		"502, but posted": {
			slacktest.Failure{Status: 502, Applied: true},
			func(err error) bool { return err != nil }, 1,
		},
		"cut":             {slacktest.Failure{Cut: true}, func(err error) bool { return err != nil }, 0},
		"cut, but posted": {slacktest.Failure{Cut: true, Applied: true}, func(err error) bool { return err != nil }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			tc.failure.Times, tc.failure.After = 1, 1
			b.Fail("chat.postMessage", tc.failure)
			if err := b.say(t); err != nil {
				t.Fatalf("the first call: %v", err)
			}
			if err := b.say(t); err == nil || !tc.check(err) {
				t.Errorf("the second call: %v", err)
			}
			if got := len(b.Channel("C1").Messages()) - 1; got != tc.posted {
				t.Errorf("it posted %d messages, want %d", got, tc.posted)
			}
			if err := b.say(t); err != nil {
				t.Errorf("the third call: %v", err)
			}
		})
	}
}

func TestFailuresLastUntilHealed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	heal := b.Fail("*", slacktest.Failure{Error: "internal_error"})
	for range 3 {
		if b.say(t) == nil {
			t.Error("not failed")
		}
	}
	if _, err := b.api.AuthTestContext(t.Context()); err == nil {
		t.Error("another method did not fail")
	}
	heal()
	heal()
	if err := b.say(t); err != nil {
		t.Error(err)
	}
}

func TestHungCallEndsWithItsClient(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(b inBubble) {
		t := b.t
		heal := b.Fail("apps.connections.open", slacktest.Failure{Hang: true})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		if _, _, err := b.api.StartSocketModeContext(ctx); err == nil || time.Since(began) != time.Minute {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		opened := make(chan error, 1)
		go func() {
			_, _, err := b.api.StartSocketModeContext(t.Context())
			opened <- err
		}()
		synctest.Wait()
		heal()
		if err := <-opened; err != nil {
			t.Errorf("healed: %v", err)
		}
	})
}

func TestSlowCall(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(b inBubble) {
		t := b.t
		b.Fail("chat.postMessage", slacktest.Failure{Delay: 5 * time.Second})
		began := time.Now()
		if err := b.say(t); err != nil || time.Since(began) != 5*time.Second {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, _, err := b.api.PostMessageContext(ctx, "C1", slack.MsgOptionText("x", false)); err == nil {
			t.Error("answered too soon")
		}
	})
}

func TestHungCallEndsWithTheWorkspace(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Fail("auth.test", slacktest.Failure{Hang: true})
	failed := make(chan error, 1)
	go func() {
		_, err := b.api.AuthTestContext(context.WithoutCancel(t.Context()))
		failed <- err
	}()
	b.Close()
	if err := <-failed; err == nil {
		t.Error("answered")
	}
}

func TestResponseURLCanFail(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, _ = b.dial(t)
	d := b.Command("U1", "C1", "/restore")
	b.Fail("response_url", slacktest.Failure{Status: 500, Times: 1})
	if err := b.respond(t, d.ResponseURL, slack.WebhookMessage{Text: "x"}); err == nil {
		t.Error("not failed")
	}
	if err := b.respond(t, d.ResponseURL, slack.WebhookMessage{Text: "x"}); err != nil || b.ResponseURLUses(d.ResponseURL) != 1 {
		t.Error(err, b.ResponseURLUses(d.ResponseURL))
	}
}
