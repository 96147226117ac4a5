package slacktest_test

import (
	"sync"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
)

// One connection that reads nothing does not hold up the others, nor the people.
func TestSlowConnectionDelaysNobodyElse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, _ = b.dial(t) // never read again
	quick, _ := b.dial(t)
	go quick.ackAll()
	const commands = 2_000
	var mine []*slacktest.Delivery
	for range commands {
		d := b.Command("U1", "C1", "/restore")
		if d.Attempts()[0] == 2 {
			mine = append(mine, d)
		}
	}
	if len(mine) != commands/2 {
		t.Fatalf("%d of %d commands went to the quick connection", len(mine), commands)
	}
	for _, d := range mine {
		<-d.Acked()
	}
}

// Nothing is lost when the app holds two connections and opens the next one before it
// leaves the old, at any number of recycles.
func TestCommandsSurviveRecycles(t *testing.T) {
	t.Parallel()
	const commands, workers, recycles = 3_000, 64, 20
	bubble(t, func(w *slacktest.World) { w.Unlimited = true }, func(b inBubble) {
		var app sync.WaitGroup
		serve := func() {
			ws, hello := b.dial(b.t)
			if hello.Type != "hello" {
				b.t.Errorf("%+v", hello)
			}
			app.Go(ws.ackAll)
		}
		serve()
		serve()

		var people sync.WaitGroup
		work := make(chan int)
		for range workers {
			people.Go(func() {
				for range work {
					if _, err := b.Command("U1", "C1", "/restore status").Wait(b.t.Context()); err != nil {
						b.t.Error(err)
					}
				}
			})
		}
		for i := range commands {
			if i%(commands/recycles) == 0 {
				oldest := b.Connections()[0].ID
				serve()
				b.Recycle(slacktest.RefreshRequested, time.Second, oldest)
				pass(time.Second) // which the fake clock does at once when all is acked
			}
			work <- i
		}
		close(work)
		people.Wait()
		st := b.Stats()
		if st.Acked != commands || st.TimedOut != 0 || st.NoConnection != 0 {
			b.t.Errorf("%+v", st)
		}
		b.Close()
		app.Wait()
	})
}
