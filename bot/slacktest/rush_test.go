package slacktest_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"docspace-restorebot/bot/slacktest"
)

// lines are the same command so many times.
func lines(n int) []slacktest.Line {
	all := make([]slacktest.Line, n)
	for i := range all {
		all[i] = slacktest.Line{User: "U1", Channel: "C1", Text: "/restore status"}
	}
	return all
}

func TestRushHasSoManyUnderWay(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(b inBubble) {
		t := b.t
		ws, _ := b.dial(t)
		in := ws.frames()
		const commands, atOnce = 100, 7
		rush := b.Prepare(lines(commands))
		if got := b.Stats().Envelopes; got != 0 {
			t.Fatalf("%d were sent before they were typed", got)
		}
		pass(time.Minute) // a trigger_id is as old as its command
		typed := make(chan []*slacktest.Delivery, 1)
		go func() {
			all, err := rush.Type(t.Context(), atOnce)
			if err != nil {
				t.Error(err)
			}
			typed <- all
		}()
		for n := range commands {
			synctest.Wait()
			if got, want := b.Connections()[0].Open, min(atOnce, commands-n); got != want {
				t.Fatalf("%d are under way after %d acks, want %d", got, n, want)
			}
			ws.ack((<-in).EnvelopeID, map[string]string{"text": "here"})
		}
		for n, d := range <-typed {
			ack, err := d.Wait(t.Context())
			if err != nil || string(ack.Payload) != `{"text":"here"}` || ack.Latency != 0 {
				t.Errorf("command %d: %+v, %v", n, ack, err)
			}
		}
		if got := len(b.Ephemerals("U1")); got != commands {
			t.Errorf("%d answers were seen", got)
		}
	})
}

// Every command of a rush is settled, whatever becomes of it.
func TestRushEnds(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		lines   []slacktest.Line
		connect bool
		want    error
	}{
		"none":             {lines: nil},
		"nobody connected": {lines: lines(50_000), want: slacktest.ErrDispatchFailed},
		"nobody answers":   {lines: lines(20), connect: true, want: slacktest.ErrOperationTimeout},
		"refused":          {lines: []slacktest.Line{{User: "U1", Channel: "C1", Text: "/other"}}, want: slacktest.ErrUnknownCommand},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, nil, func(b inBubble) {
				if tc.connect {
					ws, _ := b.dial(b.t)
					ws.frames()
				}
				all, err := b.Prepare(tc.lines).Type(b.t.Context(), 3)
				if err != nil || len(all) != len(tc.lines) {
					b.t.Fatalf("%d, %v", len(all), err)
				}
				for _, d := range all {
					if _, err := d.Wait(b.t.Context()); !errors.Is(err, tc.want) {
						b.t.Fatalf("got %v, want %v", err, tc.want)
					}
				}
			})
		})
	}
}

// Each envelope has 3 s of its own, though one timer serves them all.
func TestEachEnvelopeHasItsOwnDeadline(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(b inBubble) {
		t := b.t
		ws, _ := b.dial(t)
		in := ws.frames()
		var open []*slacktest.Delivery
		for n := range 4 {
			open = append(open, b.Command("U1", "C1", "/restore"))
			if f := <-in; n == 1 {
				ws.ack(f.EnvelopeID, nil)
			}
			pass(time.Second)
		}
		for n, want := range []error{slacktest.ErrOperationTimeout, nil, slacktest.ErrOperationTimeout, slacktest.ErrOperationTimeout} {
			_, err := open[n].Wait(t.Context())
			if !errors.Is(err, want) {
				t.Errorf("command %d: %v, want %v", n, err, want)
			}
			if since := time.Since(open[n].At); want != nil && n > 0 && since != 3*time.Second {
				t.Errorf("command %d was given up after %v", n, since)
			}
		}
	})
}
