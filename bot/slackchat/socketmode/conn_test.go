package socketmode

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
)

// slowEcho answers after a second, so that a connection can end meanwhile.
func slowEcho(ctx context.Context, env Envelope) any {
	select {
	case <-time.After(time.Second):
		return echoText(ctx, env)
	case <-ctx.Done():
		return "cut short"
	}
}

// endReasons records why connections ended.
type endReasons struct {
	mu      sync.Mutex
	reasons []string
}

func (r *endReasons) add(reason string, _ time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reasons = append(r.reasons, reason)
}

func (r *endReasons) list() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.reasons)
}

func TestAckMovesWhenItsConnectionIsGone(t *testing.T) {
	t.Parallel()
	ends := map[string]func(*slackEnd){
		"closed": (*slackEnd).close,
		"cut":    (*slackEnd).cut,
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake := newSocketSlack(t)
				runClient(t, &Client{API: fake, Dialer: fake.dialer(), Handle: slowEcho})
				first, second := fake.next(), fake.next()
				sent := time.Now()
				_ = first.command("e")
				synctest.Wait()
				end(first)
				time.Sleep(1500 * time.Millisecond)
				wantAck(t, fake, "e", `{"text":"got e"}`, time.Second, sent)
				if acks := fake.acksOf("e"); acks[0].Conn != second.number {
					t.Errorf("acked on %d, want the other connection %d", acks[0].Conn, second.number)
				}
			})
		})
	}
}

// An ack whose write hangs is written again elsewhere once the write fails, if
// Slack still waits for it; what came later must not hang with it.
func TestAckWhoseWriteFailsIsSentAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		resent := 0
		s := &Client{
			API: fake, Dialer: fake.dialer(), Handle: slowEcho,
			Events: Events{AckResent: func() { resent++ }},
		}
		runClient(t, s)
		first, second := fake.next(), fake.next()
		synctest.Wait() // so that its read is under way
		close(first.paused)
		_ = first.command("swallowed") // whose ack ends the read under way
		time.Sleep(1500 * time.Millisecond)
		sent := time.Now()
		_ = first.command("e")
		time.Sleep(1500 * time.Millisecond) // the write of e's ack hangs
		first.cut()
		synctest.Wait()
		wantAck(t, fake, "e", `{"text":"got e"}`, 1500*time.Millisecond, sent)
		if acks := fake.acksOf("e"); acks[0].Conn != second.number {
			t.Errorf("acked on %d, want the other connection %d", acks[0].Conn, second.number)
		}
		if resent == 0 {
			t.Error("no ack was counted as sent again")
		}
	})
}

func TestAckWaitsForTheNextConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		runClient(t, &Client{API: fake, Dialer: fake.dialer(), Slots: 1, Handle: slowEcho})
		first := fake.next()
		time.Sleep(2 * time.Minute)
		_ = first.command("e")
		synctest.Wait()
		first.cut()
		opened := <-fake.conns
		time.Sleep(2 * time.Second)
		if acks := fake.acksOf("e"); len(acks) != 0 {
			t.Errorf("acked before a hello: %v", acks)
		}
		opened.hello(1)
		synctest.Wait()
		if acks := fake.acksOf("e"); len(acks) != 1 || acks[0].Conn != opened.number {
			t.Errorf("acks %v, want one on the new connection", acks)
		}
	})
}

func TestAckThatNobodyWaitsForIsDroppedAndTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		var log logBuffer
		lost := 0
		s := &Client{
			API: fake, Dialer: fake.dialer(), Slots: 1, Handle: slowEcho, Log: log.logger(),
			Events: Events{AckLost: func() { lost++ }},
		}
		runClient(t, s)
		first := fake.next()
		for i := range 3 {
			_ = first.command(fmt.Sprintf("e%d", i))
			time.Sleep(10 * time.Millisecond)
		}
		first.cut()
		opened := <-fake.conns
		time.Sleep(2 * ackUseful)
		opened.hello(1)
		synctest.Wait()
		for i := range 3 {
			if acks := fake.acksOf(fmt.Sprintf("e%d", i)); len(acks) != 0 {
				t.Errorf("acks %v, want none so late", acks)
			}
		}
		if lost != 3 || strings.Count(log.String(), "ack lost") != 3 {
			t.Errorf("%d lost acks counted, want 3; log:\n%s", lost, log.String())
		}
	})
}

func TestPeerThatDoesNotReadLosesOnlyItsConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		var ends endReasons
		lost := 0
		s := &Client{
			API: fake, Dialer: fake.dialer(), Handle: echoText,
			Events: Events{
				Disconnected: ends.add,
				AckLost:      func() { lost++ },
			},
		}
		runClient(t, s)
		first, second := fake.next(), fake.next()
		synctest.Wait() // so that its read is under way
		close(first.paused)
		_ = first.command("swallowed") // whose ack ends the read under way
		synctest.Wait()
		_ = first.command("hangs")
		sent := time.Now()
		_ = second.command("e")
		time.Sleep(writeWithin)
		synctest.Wait()
		wantAck(t, fake, "e", `{"text":"got e"}`, 0, sent)
		if got := ends.list(); !slices.Equal(got, []string{endWrite}) {
			t.Errorf("connections ended by %v, want one by %s", got, endWrite)
		}
		if acks := fake.acksOf("hangs"); len(acks) != 0 || lost != 1 {
			t.Errorf("acks %v and %d lost, want it given up: Slack waits no longer", acks, lost)
		}
	})
}

func TestServerPingIsAnswered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		runClient(t, &Client{API: fake, Dialer: fake.dialer(), Slots: 1, Handle: echoText})
		c := fake.next()
		pongs := make(chan string, 1)
		c.ws.SetPongHandler(func(data string) error { pongs <- data; return nil })
		_ = c.ws.WriteControl(9, []byte("are you there"), time.Now().Add(time.Second))
		if got := <-pongs; got != "are you there" {
			t.Errorf("pong %q", got)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.pings != 6 {
			t.Errorf("%d pings in a minute, want 6", c.pings)
		}
	})
}

func TestFrameAboveTheLimitEndsTheConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		var ends endReasons
		s := &Client{
			API: fake, Dialer: fake.dialer(), Slots: 1, Handle: echoText,
			Events: Events{Disconnected: ends.add},
		}
		runClient(t, s)
		c := fake.next()
		_ = c.write(strings.Repeat("x", maxFrameBytes+1))
		fake.next()
		if got := ends.list(); !slices.Equal(got, []string{endTooBig}) {
			t.Errorf("connections ended by %v, want one by %s", got, endTooBig)
		}
	})
}

func TestMoreConnectionsThanExpectedAreWarnedOfOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		fake.accepted = func(c *slackEnd) bool { c.hello(9); return true }
		var log logBuffer
		s := &Client{API: fake, Dialer: fake.dialer(), Slots: 1, Handle: echoText, Log: log.logger()}
		runClient(t, s)
		c := <-fake.conns
		time.Sleep(2 * time.Minute)
		c.disconnect(disconnectWarning)
		<-fake.conns
		synctest.Wait()
		if got := strings.Count(log.String(), "more connections than expected"); got != 1 {
			t.Errorf("%d warnings, want 1:\n%s", got, log.String())
		}
	})
}

// Bots on one database know each other; one that is not on it is warned of.
func TestPeersAreNotAnotherBot(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		counted, peers int
		known          bool
		want           int
	}{
		"peers alone":           {6, 4, true, 0},
		"a peer replaces one":   {7, 4, true, 0},
		"one that is unknown":   {8, 4, true, 1},
		"nobody else is known":  {4, 0, true, 1},
		"whether is not known":  {9, 0, false, 0},
		"no more than expected": {2, 0, true, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			fake := newSocketSlack(t)
			fake.accepted = func(e *slackEnd) bool { e.hello(c.counted); return true }
			var log logBuffer
			s := &Client{API: fake, Dialer: fake.dialer(), Slots: 2, Handle: echoText, Log: log.logger(), Peers: func() (int, bool) { return c.peers, c.known }}
			runClient(t, s)
			<-fake.conns
			<-fake.conns
			synctest.Wait()
			if got := strings.Count(log.String(), "more connections than expected"); got != c.want {
				t.Errorf("%s: %d warnings, want %d:\n%s", name, got, c.want, log.String())
			}
		})
	}
}

func TestOwnReplacementIsNotTooMany(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		var log logBuffer
		runClient(t, &Client{API: fake, Dialer: fake.dialer(), Slots: 1, Handle: echoText, Log: log.logger()})
		c := fake.next()
		time.Sleep(2 * time.Minute)
		c.disconnect(disconnectWarning)
		(<-fake.conns).hello(2)
		synctest.Wait()
		if strings.Contains(log.String(), "more connections") {
			t.Errorf("warned of our own:\n%s", log.String())
		}
	})
}

func TestAckPrefersAConnectionThatStays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		runClient(t, &Client{API: fake, Dialer: fake.dialer(), Slots: 3, Handle: slowEcho})
		first, stays, leaves := fake.next(), fake.next(), fake.next()
		time.Sleep(2 * time.Minute)
		leaves.disconnect(disconnectWarning) // its replacement says no hello
		_ = first.command("e")
		synctest.Wait()
		first.cut()
		time.Sleep(time.Second)
		synctest.Wait()
		if acks := fake.acksOf("e"); len(acks) != 1 || acks[0].Conn != stays.number {
			t.Errorf("acks of e %v, want one on connection %d, which stays", acks, stays.number)
		}

		_ = stays.command("f")
		synctest.Wait()
		stays.cut()
		time.Sleep(time.Second)
		synctest.Wait()
		if acks := fake.acksOf("f"); len(acks) != 1 || acks[0].Conn != leaves.number {
			t.Errorf("acks of f %v, want one on connection %d, the only one left", acks, leaves.number)
		}
	})
}

func TestCloseFrameIsAnswered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		runClient(t, &Client{API: fake, Dialer: fake.dialer(), Slots: 1, Handle: echoText})
		c := fake.next()
		c.close()
		if !websocket.IsCloseError(c.closed, websocket.CloseNormalClosure) {
			t.Errorf("ended with %v, want a close frame", c.closed)
		}
	})
}
