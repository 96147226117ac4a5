package socketmode

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot/slacktest"
)

// Connections of one age would be recycled together. Half a day with lives
// of an hour at most: Slack never recycles two at about the same time, nothing is lost, and
// hardly more connections are opened than Slack itself asks for.
func TestConnectionsOfOneAgeAreMovedApart(t *testing.T) {
	t.Parallel()
	for slots, life := range map[int]time.Duration{2: time.Hour, 3: 20 * time.Minute, 4: time.Hour} {
		t.Run(strconv.Itoa(slots), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake, s := workspace(t, slacktest.World{Sockets: slacktest.Sockets{ConnectionLife: life, StrictAcks: true}})
				s.Slots = slots
				var log logBuffer
				s.Log = log.logger()
				runClient(t, s)
				var sent []*slacktest.Delivery
				waitLive(t, s, slots)
				for range 12 * 60 {
					time.Sleep(time.Minute)
					sent = append(sent, fake.Command("U1", "C1", "/restore status"))
				}
				wantNoneFailed(t, sent)

				apart := life / time.Duration(slots) / 2
				var last time.Time
				recycled := 0
				for _, event := range fake.Log() {
					if event.Kind != slacktest.ConnectionWarned {
						continue
					}
					recycled++
					if gap := event.At.Sub(last); gap < apart {
						t.Errorf("two recycles within %v, want %v between them", gap, apart)
					}
					last = event.At
				}
				opened := fake.Stats().ConnectionsOpened
				if extra := opened - slots - recycled; extra < 1 || extra > 3*slots {
					t.Errorf("%d connections opened for %d recycles of %d", opened, recycled, slots)
				}
				if strings.Contains(log.String(), "more connections") {
					t.Error("the bot took its own connections for another's")
				}
			})
		})
	}
}

// From the second after the first hello on a recycle loses nothing, even if
// Slack grants no connection for some seconds.
func TestNothingIsLostInTheFirstHalfMinute(t *testing.T) {
	t.Parallel()
	for _, grace := range []time.Duration{time.Second, slacktest.Grace} {
		for _, reason := range []string{slacktest.Warning, slacktest.RefreshRequested} {
			for after := time.Second; after <= 30*time.Second; after = after*2 + 500*time.Millisecond {
				for which := range 2 {
					t.Run(fmt.Sprint(reason, grace, after, which), func(t *testing.T) {
						t.Parallel()
						synctest.Test(t, func(t *testing.T) { loseNothing(t, reason, grace, after, which) })
					})
				}
			}
		}
	}
}

func loseNothing(t *testing.T, reason string, grace, after time.Duration, which int) {
	t.Helper()
	const limited = 5 * time.Second
	const mostWait = 9 * time.Second // after the five failures for which there is time
	fake, s := workspace(t, slacktest.World{})
	runClient(t, s)
	waitLive(t, s, 2)
	time.Sleep(after)
	synctest.Wait()
	heal := fake.Fail("apps.connections.open", slacktest.Failure{Status: http.StatusTooManyRequests, RetryAfter: time.Second})
	time.AfterFunc(limited, heal)
	open := fake.Connections()
	if len(open) != 2 {
		t.Fatalf("%d connections %v after the first hello", len(open), after)
	}
	fake.Recycle(reason, grace, open[which].ID)
	begun := time.Now()
	var sent []*slacktest.Delivery
	for time.Since(begun) < limited+mostWait {
		sent = append(sent, fake.Command("U1", "C1", "/restore status"))
		time.Sleep(100 * time.Millisecond)
	}
	wantNoneFailed(t, sent)
	for _, event := range fake.Log() {
		if event.Kind == slacktest.ConnectionOpened && event.At.After(begun) {
			if took := event.At.Sub(begun); took > limited+mostWait {
				t.Errorf("replaced after %v, though Slack granted it after %v", took, limited)
			}
			return
		}
	}
	t.Error("it was not replaced")
}

// opensBefore is how many opens justBeforeARenewal takes, with the one that fails.
const opensBefore = 3

// justBeforeARenewal runs a bot until one of its two connections is about to be
// renewed.
func justBeforeARenewal(t *testing.T, fake *socketSlack, s *Client) (old *slackEnd) {
	t.Helper()
	fake.refuse = func(n int) error {
		if n == 2 { // so that one is surely the younger
			return errors.New("no route to host")
		}
		return nil
	}
	runClient(t, s)
	fake.next()
	old = fake.next()
	time.Sleep(maxLife/2 - time.Minute)
	if n := len(fake.openTimes()); n != opensBefore {
		t.Fatalf("%d opens in %v, want %d", n, maxLife/2-time.Minute, opensBefore)
	}
	return old
}

func TestRenewedConnectionIsClosedOnceItIsQuiet(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		ended := make(chan string, 10) // the test's end included
		old := justBeforeARenewal(t, fake, &Client{
			API: fake, Dialer: fake.dialer(), Handle: slowEcho,
			Events: Events{Disconnected: func(reason string, _ time.Duration) { ended <- reason }},
		})
		fresh := fake.next()
		for i := range 30 { // commands keep coming on the old one
			time.Sleep(quietFor - time.Second)
			_ = old.command(fmt.Sprintf("e%d", i))
		}
		last := time.Now()
		reason := <-ended
		if quiet := time.Since(last); reason != endRenewed || quiet != quietFor {
			t.Errorf("ended (%s) %v after its last envelope, want %s after %v", reason, quiet, endRenewed, quietFor)
		}
		for i := range 30 {
			if acks := fake.acksOf(fmt.Sprintf("e%d", i)); len(acks) != 1 || acks[0].Conn != old.number {
				t.Errorf("acks of e%d: %v", i, acks)
			}
		}
		_ = fresh.command("new")
		time.Sleep(time.Second)
		synctest.Wait()
		if acks := fake.acksOf("new"); len(acks) != 1 || acks[0].Conn != fresh.number {
			t.Errorf("acks of new: %v", acks)
		}
	})
}

func TestFailedRenewalCostsNothing(t *testing.T) {
	t.Parallel()
	faults := map[string]func(fake *socketSlack){
		"no route": func(f *socketSlack) { f.refuse = func(int) error { return errors.New("no route to host") } },
		"429": func(f *socketSlack) {
			f.refuse = func(int) error { return &slack.RateLimitedError{RetryAfter: time.Second} }
		},
		"no hello": func(f *socketSlack) { f.accepted = func(*slackEnd) bool { return false } },
		"cut":      func(f *socketSlack) { f.accepted = func(c *slackEnd) bool { c.cut(); return false } },
		"too many": func(f *socketSlack) {
			f.accepted = func(c *slackEnd) bool { c.disconnect(disconnectTooMany); return false }
		},
		"a warning": func(f *socketSlack) {
			f.accepted = func(c *slackEnd) bool { c.disconnect(disconnectWarning); return false }
		},
	}
	for name, fail := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake := newSocketSlack(t)
				s := &Client{API: fake, Dialer: fake.dialer(), Handle: echoText}
				old := justBeforeARenewal(t, fake, s)
				fake.mu.Lock()
				fail(fake)
				fake.mu.Unlock()
				time.Sleep(15 * time.Minute)
				select {
				case <-old.done:
					t.Fatal("the old connection is gone")
				default:
				}
				_ = old.command("e")
				synctest.Wait()
				if acks := fake.acksOf("e"); len(acks) != 1 || acks[0].Conn != old.number || s.State().Live != 2 {
					t.Errorf("acks %v with %d live, want one on the old connection", acks, s.State().Live)
				}
				if n := len(fake.openTimes()) - opensBefore; n < 2 || n > maxOpensWhileFailing/3 {
					t.Errorf("%d opens in a quarter of an hour, want it tried again, and ever more rarely", n)
				}
				fake.mu.Lock()
				fake.refuse, fake.accepted = nil, nil
				fake.mu.Unlock()
				fake.next() // the next try succeeds
				<-old.done
			})
		})
	}
}

// Slack may recycle a connection just while it is renewed.
func TestRenewalThatMeetsARecycleIsAReplacement(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		s := &Client{API: fake, Dialer: fake.dialer(), Handle: echoText}
		old := justBeforeARenewal(t, fake, s)
		fresh := <-fake.conns
		old.disconnect(disconnectWarning)
		time.Sleep(time.Second)
		fresh.hello(3)
		time.Sleep(10 * time.Second)
		old.close()
		synctest.Wait()
		if n := len(fake.openTimes()); n != opensBefore+1 || s.State().Live != 2 {
			t.Errorf("%d opens, %d live; want %d and 2", n, s.State().Live, opensBefore+1)
		}
	})
}

func TestRenewalLeavesTheLastPlacesToOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		fake.accepted = func(c *slackEnd) bool { c.hello(renewBelow); return true }
		runClient(t, &Client{API: fake, Dialer: fake.dialer(), Handle: echoText})
		time.Sleep(24 * time.Hour)
		if n := len(fake.openTimes()); n != 2 {
			t.Errorf("%d opens with %d connections of the app, want 2", n, renewBelow)
		}
	})
}

// A 429 is no reason to stay with one connection for long, and asking again for
// ever stays below the 50 calls a minute that Slack allows.
func TestLimitedOpensStayBelowTheLimit(t *testing.T) {
	t.Parallel()
	for _, slots := range []int{1, defaultSlots, MaxSlots} {
		t.Run(strconv.Itoa(slots), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake := newSocketSlack(t)
				fake.refuse = func(int) error { return &slack.RateLimitedError{RetryAfter: time.Second} }
				runClient(t, &Client{API: fake, Dialer: fake.dialer(), Slots: slots, Handle: echoText})
				time.Sleep(time.Hour)
				opens := fake.openTimes()
				if took := opens[3].Sub(opens[0]); took > 7*time.Second {
					t.Errorf("the fourth attempt came after %v", took)
				}
				wantBelowTheLimit(t, opens)
			})
		})
	}
}

// A 429 before each of many recycles must not add up to a long silence.
func TestLimitsBeforeEachRecycleDoNotAddUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, s := workspace(t, slacktest.World{})
		runClient(t, s)
		waitLive(t, s, 2)
		time.Sleep(time.Second)
		var sent []*slacktest.Delivery
		for n := range 90 {
			fake.Fail("apps.connections.open", slacktest.Failure{Times: 1, Status: http.StatusTooManyRequests, RetryAfter: time.Second})
			reason := []string{slacktest.Warning, slacktest.RefreshRequested}[n%2]
			recycleOldest(t, fake, reason, slacktest.Grace)
			for range 50 {
				sent = append(sent, fake.Command("U1", "C1", "/restore status"))
				time.Sleep(200 * time.Millisecond)
			}
		}
		wantNoneFailed(t, sent)
	})
}
