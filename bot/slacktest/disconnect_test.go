package slacktest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"docspace-restorebot/bot/slacktest"
)

// kinds lists the types of the frames that arrived, the reason for a disconnect.
func kinds(in <-chan frame) (got []string) {
	for {
		select {
		case f, open := <-in:
			switch {
			case !open:
				return append(got, "end")
			case f.Type == "disconnect":
				got = append(got, f.Reason)
			default:
				got = append(got, f.Type)
			}
		default:
			return got
		}
	}
}

func equal(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %q, want %q", what, got, want)
		return
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("%s: %q, want %q", what, got, want)
			return
		}
	}
}

func TestWarningKeepsEnvelopesComingUntilTheClose(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(b inBubble) {
		t := b.t
		ws, _ := b.dial(t)
		in := ws.frames()
		b.Recycle(slacktest.Warning, slacktest.Grace)
		pass(9 * time.Second)
		b.Command("U1", "C1", "/restore")
		synctest.Wait()
		equal(t, "in the grace", kinds(in), "warning", "slash_commands")
		pass(2 * time.Second)
		equal(t, "after it", kinds(in), "end")
		if got := b.Connections(); got != nil {
			t.Errorf("%+v", got)
		}
	})
}

func TestOtherReasonsEndTheEnvelopesAtOnce(t *testing.T) {
	t.Parallel()
	for _, reason := range []string{slacktest.RefreshRequested, slacktest.LinkDisabled} {
		bubble(t, nil, func(b inBubble) {
			t := b.t
			first, _ := b.dial(t)
			second, _ := b.dial(t)
			in1, in2 := first.frames(), second.frames()
			b.Recycle(reason, slacktest.Grace, 1)
			for range 4 {
				b.Command("U1", "C1", "/restore")
			}
			pass(11 * time.Second)
			equal(t, "recycled", kinds(in1), reason, "end")
			equal(t, "the other", kinds(in2), "slash_commands", "slash_commands", "slash_commands", "slash_commands")
		})
	}
}

// An app that writes an ack while the close frame is on its way is still heard.
func TestAckDuringTheCloseCounts(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(b inBubble) {
		t := b.t
		ws, _ := b.dial(t)
		ws.SetCloseHandler(func(int, string) error { return nil }) // does not answer the close frame
		in := ws.frames()
		d := b.Command("U1", "C1", "/restore")
		f := <-in
		b.Recycle(slacktest.Warning, 0)
		synctest.Wait()
		equal(t, "closed", kinds(in), "warning", "end")
		ws.ack(f.EnvelopeID, nil)
		if _, err := d.Wait(t.Context()); err != nil {
			t.Error(err)
		}
		pass(2 * time.Second)
		if got := b.Connections(); got != nil {
			t.Errorf("Slack waits for ever: %+v", got)
		}
	})
}

func TestCutLosesWhatIsNotAcked(t *testing.T) {
	t.Parallel()
	for _, redeliver := range []bool{false, true} {
		bubble(t, func(w *slacktest.World) { w.Sockets.Redeliver = redeliver }, func(b inBubble) {
			t := b.t
			ws, _ := b.dial(t)
			in := ws.frames()
			d := b.Command("U1", "C1", "/restore")
			<-in
			b.Cut()
			synctest.Wait()
			equal(t, "cut", kinds(in), "end")
			if got := b.Stats(); got.Lost != 1 {
				t.Errorf("%+v", got)
			}
			ws, _ = b.dial(t)
			in = ws.frames()
			if !redeliver {
				if _, err := d.Wait(t.Context()); err == nil {
					t.Error("acked from nowhere")
				}
				return
			}
			f := <-in
			if f.EnvelopeID != d.EnvelopeID || f.RetryAttempt != 1 {
				t.Errorf("%+v", f)
			}
			ws.ack(f.EnvelopeID, nil)
			if _, err := d.Wait(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestCutOnARealPortIsAReset(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ws, _ := b.dial(t)
	b.Cut()
	if err := ws.closed(); err == nil {
		t.Error("still open")
	}
	_ = b.WaitFor(t.Context(), func(s *slacktest.Slack) bool { return len(s.Connections()) == 0 })
}

func TestHalfOpenSwallowsEverything(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(b inBubble) {
		t := b.t
		ws, _ := b.dial(t)
		pings := 0
		ws.SetPingHandler(func(string) error { pings++; return nil })
		in := ws.frames()
		before := b.Command("U1", "C1", "/restore")
		f := <-in
		b.HalfOpen(time.Minute)
		b.Command("U1", "C1", "/restore")
		ws.ack(f.EnvelopeID, nil) // succeeds, as a write to a dead peer does
		pass(59 * time.Second)
		if pings != 0 || before.Acks() != nil || b.Stats().TimedOut != 2 {
			t.Errorf("%d PINGs, acks %+v, %+v", pings, before.Acks(), b.Stats())
		}
		equal(t, "silent", kinds(in))
		pass(2 * time.Second)
		equal(t, "noticed", kinds(in), "end")
	})
}

func TestStormClosesWhateverOpens(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(b inBubble) {
		t := b.t
		calm := b.Storm(slacktest.Warning)
		for range 3 {
			ws, hello := b.dial(t)
			in := ws.frames()
			synctest.Wait()
			if hello.Type != "hello" {
				t.Errorf("%+v", hello)
			}
			equal(t, "storm", kinds(in), "warning", "end")
		}
		calm()
		ws, _ := b.dial(t)
		in := ws.frames()
		pass(time.Minute)
		equal(t, "calm", kinds(in))
	})
}

func TestConnectionsLiveTheirLife(t *testing.T) {
	t.Parallel()
	bubble(t, func(w *slacktest.World) { w.Sockets.ConnectionLife = time.Hour }, func(b inBubble) {
		t := b.t
		ws, hello := b.dial(t)
		if hello.DebugInfo.Life != 3600 {
			t.Errorf("announced %d", hello.DebugInfo.Life)
		}
		in := ws.frames()
		pass(time.Hour + 11*time.Second)
		equal(t, "an hour later", kinds(in), "warning", "end")
	})
}

func TestLeavingEndsTheConnection(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(b inBubble) {
		t := b.t
		ws, _ := b.dial(t)
		_ = ws.Close()
		synctest.Wait()
		if got := b.Stats(); got.Connections != 0 {
			t.Errorf("%+v", got)
		}
	})
}
