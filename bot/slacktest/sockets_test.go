package slacktest_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"docspace-restorebot/bot/slacktest"
)

func TestTicketIsGoodForOneConnection(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, url, err := b.api.StartSocketModeContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(url, "ws://"+strings.TrimPrefix(strings.TrimSuffix(b.url, "/api/"), "http://")) {
		t.Errorf("url = %s, api = %s", url, b.url)
	}
	first, resp, err := websocket.DefaultDialer.DialContext(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	defer func() { _ = first.Close() }()
	_, resp, err = websocket.DefaultDialer.DialContext(t.Context(), url, nil)
	if err == nil || resp.StatusCode != 403 {
		t.Fatalf("a second connection: %v", err)
	}
	_ = resp.Body.Close()
}

func TestTicketExpires(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(b inBubble) {
		t := b.t
		_, url, err := b.api.StartSocketModeContext(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		pass(31 * time.Second)
		dialer := websocket.Dialer{NetDialContext: b.l.DialContext}
		_, resp, err := dialer.DialContext(t.Context(), url, nil)
		if err == nil {
			t.Fatal("an old ticket was taken")
		}
		_ = resp.Body.Close()
	})
}

func TestEleventhConnectionIsTurnedAway(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i := range 10 {
		if _, hello := b.dial(t); hello.NumConnections != i+1 {
			t.Errorf("connection %d: hello says %d", i+1, hello.NumConnections)
		}
	}
	ws, first := b.dial(t)
	if first.Type != "disconnect" || first.Reason != slacktest.TooManySockets {
		t.Errorf("the eleventh got %+v", first)
	}
	if err := ws.closed(); !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
		t.Error(err)
	}
	_ = b.WaitFor(t.Context(), func(s *slacktest.Slack) bool { return len(s.Connections()) == 10 })
}

func TestEnvelopesGoRound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, _ := b.dial(t)
	second, _ := b.dial(t)
	go first.ackAll()
	go second.ackAll()
	got := map[int]int{}
	for range 10 {
		d := b.Command("U1", "C1", "/restore")
		if _, err := d.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		got[d.Attempts()[0]]++
	}
	if got[1] != 5 || got[2] != 5 {
		t.Errorf("%v", got)
	}
}

func TestAcksThatSlackIgnores(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		write string
		want  string
	}{
		"too large": {`{"envelope_id":"ID","payload":{"text":"` + strings.Repeat("x", 20*1024) + `"}}`, "too_large"},
		"unknown":   {`{"envelope_id":"no-such"}`, "unknown_envelope_id"},
		"no id":     {`{}`, "invalid_frame"},
		"no json":   {`hello`, "invalid_frame"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			ws, _ := b.dial(t)
			d := b.Command("U1", "C1", "/restore")
			id := ws.next().EnvelopeID
			if err := ws.WriteMessage(websocket.TextMessage, []byte(strings.ReplaceAll(tc.write, "ID", id))); err != nil {
				t.Fatal(err)
			}
			for e := range b.Events(t.Context()) {
				if e.Kind == slacktest.AckIgnored {
					if e.Detail != tc.want {
						t.Errorf("%s, want %s", e.Detail, tc.want)
					}
					break
				}
			}
			ws.ack(id, nil)
			if _, err := d.Wait(t.Context()); err != nil {
				t.Error(err)
			}
			if got := b.Stats(); got.AcksIgnored != 1 || got.Acked != 1 {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestAckOnAnotherConnection(t *testing.T) {
	t.Parallel()
	for strict, want := range map[bool]int{false: 1, true: 0} {
		bubble(t, func(w *slacktest.World) { w.Sockets.StrictAcks = strict }, func(b inBubble) {
			t := b.t
			first, _ := b.dial(t)
			second, _ := b.dial(t)
			in1, in2 := first.frames(), second.frames()
			b.Command("U1", "C1", "/restore")
			select {
			case f := <-in1:
				second.ack(f.EnvelopeID, nil)
			case f := <-in2:
				first.ack(f.EnvelopeID, nil)
			}
			synctest.Wait()
			if got := b.Stats().Acked; got != want {
				t.Errorf("strict %v: %d acks were honored, want %d", strict, got, want)
			}
		})
	}
}

func TestSlackSendsPings(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(b inBubble) {
		t := b.t
		ws, _ := b.dial(t)
		pings := 0
		ws.SetPingHandler(func(string) error { pings++; return nil })
		ws.frames()
		pass(61 * time.Second)
		if pings != 6 {
			t.Errorf("%d PINGs in a minute, want 6", pings)
		}
	})
}

func TestSlackAnswersPings(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(b inBubble) {
		t := b.t
		ws, _ := b.dial(t)
		var pong string
		ws.SetPongHandler(func(data string) error { pong = data; return nil })
		ws.frames()
		if err := ws.WriteControl(websocket.PingMessage, []byte("42"), time.Now().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if pong != "42" {
			t.Errorf("pong = %q", pong)
		}
	})
}

func TestRedeliveryHasTheSameID(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ws, _ := b.dial(t)
	d := b.Command("U1", "C1", "/restore")
	first := ws.next()
	if !d.Redeliver() {
		t.Fatal("not sent")
	}
	again := ws.next()
	if again.EnvelopeID != first.EnvelopeID || again.RetryAttempt != 1 || again.RetryReason != "timeout" {
		t.Errorf("%+v", again)
	}
	ws.ack(first.EnvelopeID, nil)
	ws.ack(again.EnvelopeID, nil)
	_ = b.WaitFor(t.Context(), func(*slacktest.Slack) bool { return len(d.Acks()) == 2 })
	acks := d.Acks()
	if len(d.Attempts()) != 2 || acks[0].Again || !acks[1].Again || b.Stats().AckedAgain != 1 {
		t.Errorf("attempts %+v, acks %+v", d.Attempts(), acks)
	}
}

func TestNoAck(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(b inBubble) {
		t := b.t
		failed := b.Command("U1", "C1", "/restore")
		if _, err := failed.Wait(t.Context()); !errors.Is(err, slacktest.ErrDispatchFailed) || failed.Redeliver() {
			t.Errorf("nothing connected: %v", err)
		}
		ws, _ := b.dial(t)
		in := ws.frames()
		late := b.Command("U1", "C1", "/restore")
		f := <-in
		began := time.Now()
		if _, err := late.Wait(t.Context()); !errors.Is(err, slacktest.ErrOperationTimeout) || time.Since(began) != 3*time.Second {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		ws.ack(f.EnvelopeID, map[string]any{"text": "too late"})
		<-late.Acked()
		if acks := late.Acks(); len(acks) != 1 || !acks[0].Late || late.Err() == nil {
			t.Errorf("acks = %+v", acks)
		}
		if got := b.Ephemerals("U1"); got != nil {
			t.Errorf("a late ack showed %+v", got)
		}
		var codes []string
		for _, n := range b.Notices("U1") {
			codes = append(codes, n.Code)
		}
		if strings.Join(codes, " ") != "dispatch_failed operation_timeout" {
			t.Errorf("notices = %v", codes)
		}
		if st := b.Stats(); st.NoConnection != 1 || st.TimedOut != 1 || st.AckedLate != 1 || st.Acked != 0 {
			t.Errorf("%+v", st)
		}
	})
}
