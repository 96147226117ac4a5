package socketmode

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
)

func echoText(_ context.Context, env Envelope) any {
	return map[string]string{"text": "got " + env.ID}
}

func TestEnvelopeIsAckedOnItsConnectionWithTheAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		s := &Client{API: fake, Dialer: fake.dialer(), Handle: echoText}
		stop := runClient(t, s)
		first, second := fake.next(), fake.next()
		synctest.Wait()
		if state := s.State(); state.Live != 2 || state.AppID != "A1" || !s.Ready() {
			t.Errorf("state %+v, want two live connections of A1", state)
		}
		for _, c := range []*slackEnd{first, second} {
			id := fmt.Sprintf("e%d", c.number)
			if err := c.command(id); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			acks := fake.acksOf(id)
			if len(acks) != 1 || acks[0].Conn != c.number || string(acks[0].Payload) != `{"text":"got `+id+`"}` {
				t.Errorf("acks of %s: %v", id, acks)
			}
		}
		if err := stop(); err != nil {
			t.Errorf("Run: %v, want nil for a clean stop", err)
		}
		for _, c := range []*slackEnd{first, second} {
			<-c.done
			if !websocket.IsCloseError(c.closed, websocket.CloseNormalClosure) {
				t.Errorf("connection %d ended with %v, want a close frame", c.number, c.closed)
			}
		}
		if s.Ready() {
			t.Error("ready after Run")
		}
	})
}

func TestRecycleOpensTheReplacementFirst(t *testing.T) {
	t.Parallel()
	for _, reason := range []string{disconnectWarning, disconnectRefresh} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake := newSocketSlack(t)
				s := &Client{API: fake, Dialer: fake.dialer(), Slots: 1, Handle: echoText}
				runClient(t, s)
				old := fake.next()
				time.Sleep(time.Hour)
				old.disconnect(reason)
				old.disconnect(disconnectRefresh) // one replacement is enough
				asked := time.Now()
				fresh := fake.next()
				if took := time.Since(asked); took != 0 {
					t.Errorf("the replacement came after %v, want at once", took)
				}
				for i := range 9 { // Slack keeps sending on the old one
					time.Sleep(time.Second)
					_ = old.command(fmt.Sprintf("old%d", i))
				}
				synctest.Wait()
				for i := range 9 {
					if acks := fake.acksOf(fmt.Sprintf("old%d", i)); len(acks) != 1 || acks[0].Conn != old.number {
						t.Errorf("acks of old%d: %v", i, acks)
					}
				}
				old.close()
				_ = fresh.command("new")
				synctest.Wait()
				if acks := fake.acksOf("new"); len(acks) != 1 || acks[0].Conn != fresh.number {
					t.Errorf("acks of new: %v", acks)
				}
				if n := len(fake.openTimes()); n != 2 {
					t.Errorf("%d opens, want 2", n)
				}
			})
		})
	}
}

func TestRetiredConnectionIsClosedWhenSlackForgetsIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		runClient(t, &Client{API: fake, Dialer: fake.dialer(), Slots: 1, Handle: echoText})
		old := fake.next()
		time.Sleep(2 * time.Minute)
		old.disconnect(disconnectRefresh)
		fake.next()
		asked := time.Now()
		<-old.done
		if took := time.Since(asked); took != retireWithin {
			t.Errorf("closed after %v, want %v", took, retireWithin)
		}
	})
}

func TestHalfOpenConnectionIsReplacedWithin30s(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		s := &Client{API: fake, Dialer: fake.dialer(), Slots: 1, Handle: echoText}
		runClient(t, s)
		c := fake.next()
		time.Sleep(10 * time.Minute)
		if n := len(fake.openTimes()); n != 1 {
			t.Fatalf("%d opens, want 1: a healthy connection stays", n)
		}
		c.deafen()
		deaf := time.Now()
		fake.next()
		if took := time.Since(deaf); took > 30*time.Second || took < 15*time.Second {
			t.Errorf("replaced after %v, want under 30 s", took)
		}
	})
}

func TestConnectionWithoutHelloIsReplaced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		s := &Client{API: fake, Dialer: fake.dialer(), Slots: 1, Handle: echoText}
		runClient(t, s)
		mute := <-fake.conns
		begun := time.Now()
		for range 3 { // a ping is no hello
			time.Sleep(time.Second)
			_ = mute.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second))
		}
		<-mute.done
		if took := time.Since(begun); took != helloWithin {
			t.Errorf("given up after %v, want %v", took, helloWithin)
		}
		if s.Ready() {
			t.Error("ready without a hello")
		}
		fake.next()
		synctest.Wait()
		if !s.Ready() {
			t.Error("not ready after a hello")
		}
	})
}

func TestReplacementThatFailsLeavesTheOldConnectionAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		fake.refuse = func(n int) error {
			if n == 2 || n == 3 {
				return errors.New("no route to host")
			}
			return nil
		}
		runClient(t, &Client{API: fake, Dialer: fake.dialer(), Slots: 1, Handle: echoText})
		old := fake.next()
		time.Sleep(time.Hour)
		old.disconnect(disconnectWarning)
		asked := time.Now()
		fake.next()
		if took := time.Since(asked); took < 2*minReopen || took > 6*minReopen {
			t.Errorf("replaced after %v, want after two failures, 1 to 2 s and 1 to 4 s apart", took)
		}
		_ = old.command("e")
		synctest.Wait()
		if acks := fake.acksOf("e"); len(acks) != 1 || acks[0].Conn != old.number {
			t.Errorf("acks %v, want one on the old connection", acks)
		}
	})
}

func TestReplacementsComeAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		runClient(t, &Client{API: fake, Dialer: fake.dialer(), Handle: echoText})
		first, second := fake.next(), fake.next()
		time.Sleep(time.Hour)
		for _, c := range []*slackEnd{first, second} {
			time.Sleep(50 * time.Millisecond)
			c.disconnect(disconnectWarning)
			asked := time.Now()
			fake.next()
			if took := time.Since(asked); took != 0 {
				t.Errorf("connection %d was replaced after %v, want at once", c.number, took)
			}
		}
	})
}
