package slackchat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/bot/slacktest"
)

// A hundred presses at once ask Slack one question.
func TestEqualQuestionsShareOneCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int64
		d := &Directory{API: slackClient(func(*http.Request) (int, http.Header, string) {
			calls.Add(1)
			time.Sleep(time.Second)
			return http.StatusOK, nil, `{"ok":true,"channel":{"id":"C1","is_member":true}}`
		})}
		var callers sync.WaitGroup
		for range 100 {
			callers.Go(func() {
				if place, err := d.Place(t.Context(), "C1"); err != nil || place.ID != "C1" {
					t.Errorf("%+v, %v", place, err)
				}
			})
		}
		callers.Wait()
		if n := calls.Load(); n != 1 {
			t.Errorf("%d calls, want 1", n)
		}
		if _, err := d.Fresh().Place(t.Context(), "C1"); err != nil || calls.Load() != 2 {
			t.Errorf("asked anew: %d calls, %v", calls.Load(), err)
		}
	})
}

// Somebody who gives up takes nobody's answer away, and a no is shared.
func TestSharedCallOutlivesACallerThatGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var m remembered[int]
		since := time.Now().Add(-time.Minute)
		hasty, leave := context.WithCancel(t.Context())
		answer := make(chan error, 2)
		ask := func(ctx context.Context, value int) func() (int, error) {
			return func() (int, error) {
				select {
				case <-time.After(time.Minute):
					return value, nil
				case <-ctx.Done():
					return 0, ctx.Err()
				}
			}
		}
		go func() {
			_, err := m.get(hasty, "k", since, ask(hasty, 1))
			answer <- err
		}()
		synctest.Wait()
		go func() {
			value, err := m.get(t.Context(), "k", since, ask(t.Context(), 2))
			if value != 2 {
				t.Errorf("got %d", value)
			}
			answer <- err
		}()
		synctest.Wait()
		leave()
		if err := <-answer; !errors.Is(err, context.Canceled) {
			t.Errorf("who gave up got %v", err)
		}
		if err := <-answer; err != nil {
			t.Errorf("who stayed got %v", err)
		}
	})
}

// A question that has to be fresh takes no answer to one that was asked before it,
// and a panic is an error to all who wait.
func TestFreshQuestionWaitsForNoOlderAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var m remembered[int]
		var calls int
		ask := func() (int, error) {
			calls++
			n := calls
			time.Sleep(time.Second)
			if n == 3 {
				panic("no")
			}
			return n, t.Context().Err()
		}
		go func() { _, _ = m.get(t.Context(), "k", time.Now(), ask) }()
		time.Sleep(time.Millisecond)
		if n, err := m.get(t.Context(), "k", time.Now(), ask); n != 2 || err != nil {
			t.Errorf("got %d, %v", n, err)
		}
		if _, err := m.get(t.Context(), "k", time.Now().Add(time.Nanosecond), ask); err == nil {
			t.Error("a panic is no error")
		}
		if n, err := m.get(t.Context(), "k", time.Now().Add(-time.Hour), ask); n != 4 || err != nil {
			t.Errorf("after it %d, %v", n, err)
		}
	})
}

// largeWorld has more channels and people than Slack tells of one at a time.
func largeWorld(n int) (w slacktest.World) {
	for i := range n {
		w.Channels = append(w.Channels, slacktest.Channel{ID: fmt.Sprint("CC", i), Name: fmt.Sprint("busy-", i), Private: i%2 == 0, ExtShared: i == 7})
	}
	return w
}

// However many restores begin in the same moment, Slack's limits are kept, and
// everybody has an answer that is no older than ten seconds.
func TestManyQuestionsKeepToSlacksLimits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, chat := chatInBubble(t, largeWorld(100))
		d := &Directory{API: chat.API}
		ask := func(d policy.Directory) {
			var callers sync.WaitGroup
			for n := range 500 {
				callers.Go(func() {
					channel := fmt.Sprint("CC", n%100)
					place, err := d.Place(t.Context(), channel)
					if err != nil || place.ID != channel || place.Direct || place.Shared != (n%100 == 7) {
						t.Errorf("%s: %+v, %v", channel, place, err)
					}
					if who, err := d.Person(t.Context(), "U1"); err != nil || who.ID != "U1" {
						t.Errorf("%+v, %v", who, err)
					}
				})
			}
			callers.Wait()
		}
		for range 20 {
			ask(d)
			ask(d.Fresh())
			time.Sleep(3 * time.Second)
		}
		stats := fake.Stats()
		if len(stats.RateLimited) > 0 {
			t.Errorf("429s: %v", stats.RateLimited)
		}
		t.Logf("calls: %v", stats.Calls)
		// What has changed is known within ten seconds to whoever asks anew.
		time.Sleep(busyFresh)
		calls := fake.Stats().Calls["conversations.info"] + fake.Stats().Calls["users.conversations"]
		ask(d.Fresh())
		if now := fake.Stats().Calls["conversations.info"] + fake.Stats().Calls["users.conversations"]; now == calls {
			t.Error("nobody asked anew")
		}
	})
}

// Where the list of channels cannot be had, a question waits for Slack's limit.
func TestManyAskersWithoutTheListWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := largeWorld(60)
		w.Scopes = []string{"chat:write", "channels:read", "users:read"}
		fake, chat := chatInBubble(t, w)
		d := &Directory{API: chat.API}
		for n := 1; n < 60; n += 2 { // the public ones
			place, err := patient(t, func() (policy.Place, error) { return d.Place(t.Context(), fmt.Sprint("CC", n)) })
			if err != nil || place.ID != fmt.Sprint("CC", n) {
				t.Errorf("%d: %+v, %v", n, place, err)
			}
		}
		if stats := fake.Stats(); len(stats.RateLimited) > 0 {
			t.Errorf("429s: %v", stats.RateLimited)
		}
	})
}

// A 429, as of another replica that uses the limit too, is honored.
func TestLookUpsHonorA429(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, chat := chatInBubble(t, slacktest.World{})
		d := &Directory{API: chat.API}
		fake.Fail("users.info", slacktest.Failure{Times: 1, Status: http.StatusTooManyRequests, RetryAfter: 7 * time.Second})
		for range 2 { // the second is not made
			if _, err := d.Person(t.Context(), "U1"); !errors.Is(err, policy.ErrChatBusy) || bot.RetryAfter(err) != 7*time.Second {
				t.Errorf("got %v", err)
			}
		}
		if n := fake.Stats().Calls["users.info"]; n != 1 {
			t.Errorf("%d calls", n)
		}
		time.Sleep(7 * time.Second)
		if who, err := d.Person(t.Context(), "U1"); err != nil || who.ID != "U1" {
			t.Errorf("%+v, %v", who, err)
		}
	})
}
