package socketmode

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"
	"pgregory.net/rapid"
)

// maxOpensWhileFailing bounds the opens of a slot in an hour in which each
// fails: the doubling makes some 12, and then one comes every 30 s on average.
const maxOpensWhileFailing = 150

func TestStormOfShortConnectionsIsSlowedDown(t *testing.T) {
	t.Parallel()
	storms := map[string]func(*slackEnd){
		"closed after hello":      func(c *slackEnd) { c.hello(1); c.close() },
		"cut after hello":         func(c *slackEnd) { c.hello(1); c.cut() },
		"closed before hello":     func(c *slackEnd) { c.close() },
		"warning":                 func(c *slackEnd) { c.hello(1); c.disconnect(disconnectWarning) },
		"refresh, then closed":    func(c *slackEnd) { c.hello(1); c.disconnect(disconnectRefresh); c.close() },
		"link_disabled":           func(c *slackEnd) { c.hello(1); c.disconnect(disconnectDisabled) },
		"too_many_websockets":     func(c *slackEnd) { c.disconnect(disconnectTooMany) },
		"an unknown reason":       func(c *slackEnd) { c.hello(1); c.disconnect("tea_time") },
		"disconnect before hello": func(c *slackEnd) { c.disconnect(disconnectRefresh) },
	}
	for name, storm := range storms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake := newSocketSlack(t)
				fake.accepted = func(c *slackEnd) bool { storm(c); return false }
				const slots = MaxSlots
				runClient(t, &Client{API: fake, Dialer: fake.dialer(), Slots: slots, Handle: echoText})
				time.Sleep(time.Hour)

				opens := fake.openTimes()
				if n := len(opens); n < slots*30 || n > slots*maxOpensWhileFailing {
					t.Errorf("%d opens in an hour, want %d to %d", n, slots*30, slots*maxOpensWhileFailing)
				}
				for i := range len(opens) - slots {
					if gap := opens[i+slots].Sub(opens[i]); gap < minReopen {
						t.Fatalf("%d opens of %d slots within %v", slots+1, slots, gap)
					}
				}
				fake.mu.Lock()
				defer fake.mu.Unlock()
				if fake.most > 2*slots {
					t.Errorf("%d connections at once, want at most %d", fake.most, 2*slots)
				}
			})
		})
	}
}

func TestGoodConnectionForgetsOldFailures(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		fake.refuse = func(n int) error {
			if n <= 12 {
				return errors.New("no route to host")
			}
			return nil
		}
		s := &Client{API: fake, Dialer: fake.dialer(), Slots: 1, Handle: echoText}
		runClient(t, s)
		synctest.Wait()
		if fault := s.State().Fault; fault != FaultNetwork {
			t.Errorf("fault %q before a hello, want %q", fault, FaultNetwork)
		}
		c := fake.next()
		synctest.Wait()
		if fault := s.State().Fault; fault != "" {
			t.Errorf("fault %q after a hello, want none", fault)
		}
		time.Sleep(minReopen)
		c.cut()
		died := time.Now()
		c = fake.next()
		if took := time.Since(died); took != 0 {
			t.Errorf("reopened after %v, want at once", took)
		}
		c.cut()
		died = time.Now()
		fake.next()
		if took := time.Since(died); took < minReopen || took > 2*minReopen {
			t.Errorf("reopened after %v, want the first wait of 1 to 2 s", took)
		}
	})
}

func TestRetryAfterHoldsEverySlot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		fake.refuse = func(n int) error {
			switch n {
			case 1:
				return &slack.RateLimitedError{RetryAfter: 40 * time.Second}
			case 2, 3: // after which a slot alone would try again within 1.5 s
				return errors.New("no route to host")
			}
			return nil
		}
		c := &Client{API: fake, Dialer: fake.dialer(), Slots: 3, Handle: echoText}
		begun := time.Now()
		runClient(t, c)
		synctest.Wait()
		if fault := c.State().Fault; fault == "" {
			t.Error("no fault is told")
		}
		for range 3 {
			fake.next()
		}
		opens := fake.openTimes()
		if len(opens) != 6 || opens[3].Sub(begun) < 40*time.Second || opens[5].Sub(begun) > 43*time.Second {
			t.Errorf("opens %v after %v, want three more 40 s after the first", opens, begun)
		}
	})
}

func TestRetryAfterIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := pool{opens: newOpens()}
		begun := time.Now()
		p.holdAll(24 * time.Hour)
		p.holdAll(time.Second)
		if !p.mayOpen(t.Context(), begun) || time.Since(begun) < maxRetryAfter || time.Since(begun) > maxRetryAfter+minReopen {
			t.Errorf("held for %v, want %v", time.Since(begun), maxRetryAfter)
		}
	})
}

func TestAllConnectionsAreOpenedAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		begun := time.Now()
		runClient(t, &Client{API: fake, Dialer: fake.dialer(), Slots: 3, Handle: echoText})
		for range 3 {
			<-fake.conns // none waits for another one's hello
		}
		if took := time.Since(begun); took != 0 {
			t.Errorf("they were opened within %v", took)
		}
	})
}

func TestHungOpenCallIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		api := hungOpener{fake}
		var failures atomic.Int64
		s := &Client{
			API: api, Dialer: fake.dialer(), Handle: echoText,
			Events: Events{OpenFailed: func(string) { failures.Add(1) }},
		}
		stop := runClient(t, s)
		begun := time.Now()
		time.Sleep(time.Minute)
		opens := fake.openTimes()
		if len(opens) < 6 || opens[1] != begun {
			t.Errorf("opens %v, want both slots' at %v and more", opens, begun)
		}
		if fault := s.State().Fault; fault != FaultTimeout {
			t.Errorf("fault %q, want %q", fault, FaultTimeout)
		}
		failed := failures.Load()
		stopped := time.Now()
		if err := stop(); err != nil || time.Since(stopped) > time.Second {
			t.Errorf("Run ended after %v with %v", time.Since(stopped), err)
		}
		if n := failures.Load() - failed; n != 0 {
			t.Errorf("%d calls that were cut off by the stop count as failures", n)
		}
	})
}

// hungOpener never answers.
type hungOpener struct{ fake *socketSlack }

func (h hungOpener) StartSocketModeContext(ctx context.Context) (*slack.SocketModeConnection, string, error) {
	_, _, _ = h.fake.StartSocketModeContext(ctx) // counts
	<-ctx.Done()
	return nil, "", ctx.Err()
}

func TestBackoffKeepsItsFloorAndItsBound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var b backoff
		now := time.Unix(0, 0)
		var lastOpen time.Time
		for range rapid.IntRange(1, 200).Draw(t, "connections") {
			if now.Before(b.after) {
				now = b.after
			}
			if gap := now.Sub(lastOpen); gap < minReopen {
				t.Fatalf("opened %v after the last open", gap)
			}
			lastOpen = now
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(2*time.Minute)).Draw(t, "lived")))
			if rapid.Bool().Draw(t, "refused") {
				b.failed(now)
			} else {
				b.ended(now, now.Sub(lastOpen))
			}
			if wait := b.after.Sub(now); wait > maxReopen {
				t.Fatalf("would wait %v", wait)
			}
		}
	})
}

func TestStatusOfTheOpenCallIsKept(t *testing.T) {
	t.Parallel()
	f := faultOf(slack.StatusCodeError{Code: http.StatusBadGateway, Status: "502 Bad Gateway"})
	if f.word != FaultHTTP || f.fatal != nil {
		t.Errorf("fault %+v, want %s and not fatal", f, FaultHTTP)
	}
}

func TestRefusalAfterALongLifeIsNotReopenedAtOnce(t *testing.T) {
	t.Parallel()
	for _, reason := range []string{disconnectDisabled, disconnectTooMany} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake := newSocketSlack(t)
				s := &Client{API: fake, Dialer: fake.dialer(), Slots: 1, Handle: echoText}
				runClient(t, s)
				c := fake.next()
				time.Sleep(time.Hour)
				c.disconnect(reason)
				refused := time.Now()
				<-c.done
				if took := time.Since(refused); took != 0 {
					t.Errorf("closed after %v, want at once", took)
				}
				synctest.Wait()
				if fault := s.State().Fault; fault != reason {
					t.Errorf("fault %q, want %q", fault, reason)
				}
				fake.next()
				if took := time.Since(refused); took < minReopen {
					t.Errorf("reopened after %v, want at least %v", took, minReopen)
				}
			})
		})
	}
}

// Connections that live for two seconds are followed at once, and all slots
// together stay below the 50 calls a minute that Slack allows.
func TestShortConnectionsStayBelowTheLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		fake.accepted = func(c *slackEnd) bool {
			c.hello(1)
			time.AfterFunc(2*minReopen, c.cut)
			return false
		}
		runClient(t, &Client{API: fake, Dialer: fake.dialer(), Slots: MaxSlots, Handle: echoText})
		time.Sleep(time.Hour)
		opens := fake.openTimes()
		wantBelowTheLimit(t, opens)
		if least := int(0.9 * float64(time.Hour/openEvery)); len(opens) < least {
			t.Errorf("%d opens in an hour, want at least %d", len(opens), least)
		}
	})
}

// wantBelowTheLimit checks that no minute has too many calls of apps.connections.open.
func wantBelowTheLimit(t *testing.T, opens []time.Time) {
	t.Helper()
	for i, at := range opens {
		within, _ := slices.BinarySearchFunc(opens, at.Add(time.Minute), time.Time.Compare)
		if within-i > 45 {
			t.Fatalf("%d opens in a minute", within-i)
		}
	}
}
