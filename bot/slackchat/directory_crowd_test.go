package slackchat

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A crowd that presses at once asks Slack one question, not a hundred.
func TestCrowdAsksOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int64
		d := &Directory{API: slackClient(func(*http.Request) (int, http.Header, string) {
			calls.Add(1)
			time.Sleep(time.Second)
			return http.StatusOK, nil, `{"ok":true,"channel":{"id":"C1","is_member":true}}`
		})}
		var crowd sync.WaitGroup
		for range 100 {
			crowd.Go(func() {
				if place, err := d.Place(t.Context(), "C1"); err != nil || place.ID != "C1" {
					t.Errorf("%+v, %v", place, err)
				}
			})
		}
		crowd.Wait()
		if n := calls.Load(); n != 1 {
			t.Errorf("%d calls, want 1", n)
		}
		if _, err := d.Fresh().Place(t.Context(), "C1"); err != nil || calls.Load() != 2 {
			t.Errorf("asked anew: %d calls, %v", calls.Load(), err)
		}
	})
}

// Somebody who gives up takes nobody's answer away, and a no is shared.
func TestCrowdIsNotLetDownByOneWhoGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var m remembered[int]
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
			_, err := m.get(hasty, "k", ask(hasty, 1))
			answer <- err
		}()
		synctest.Wait()
		go func() {
			value, err := m.get(t.Context(), "k", ask(t.Context(), 2))
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
