package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"docspace-restorebot/bot/slacktest"
)

// latency is how long people waited for acks.
type latency struct {
	P50 time.Duration `json:"p50"`
	P99 time.Duration `json:"p99"`
	Max time.Duration `json:"max"`
}

// loaded is what became of many commands.
type loaded struct {
	latency

	PerSecond float64 `json:"per_second"`
	Lost      int     `json:"lost"` // not acked in time, or not at all
}

// typed is a command line and the channel and person it comes from.
type typed struct{ user, channel, text string }

// people are those who type: so many at once, each as soon as their last command
// is acked, or no faster than one in an interval all together.
type people struct {
	atOnce int
	every  time.Duration
}

// load types n commands and waits for each.
func (p people) load(ctx context.Context, slack *slacktest.Slack, n int, what func(n int) typed) (loaded, error) {
	work := make(chan int)
	var mu sync.Mutex
	var waits []time.Duration
	lost, why := 0, error(nil)
	var typing sync.WaitGroup
	began := time.Now()
	for range p.atOnce {
		typing.Go(func() {
			for i := range work {
				t := what(i)
				ack, err := slack.Command(t.user, t.channel, t.text).Wait(ctx)
				mu.Lock()
				if err != nil {
					lost, why = lost+1, err
				} else {
					waits = append(waits, ack.Latency)
				}
				mu.Unlock()
			}
		})
	}
	for i := range n {
		if ctx.Err() != nil {
			break
		}
		work <- i
		if p.every > 0 {
			_ = pause(ctx, time.Until(began.Add(time.Duration(i+1)*p.every))) // it ends with ctx
		}
	}
	close(work)
	typing.Wait()
	if ctx.Err() != nil {
		return loaded{}, context.Cause(ctx)
	}
	if len(waits) == 0 {
		return loaded{}, fmt.Errorf("not one command was acked: %w", why)
	}
	return loaded{latencyOf(waits), float64(len(waits)) / time.Since(began).Seconds(), lost}, nil
}

func latencyOf(waits []time.Duration) latency {
	slices.Sort(waits)
	return latency{quantile(waits, 0.5), quantile(waits, 0.99), quantile(waits, 1)}
}

// quantile is the smallest of sorted values that q of them do not exceed.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[max(0, min(len(sorted)-1, int(q*float64(len(sorted))+0.999999)-1))]
}

// median is the middle of values, the lower one of two.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	values = slices.Sorted(slices.Values(values))
	return values[(len(values)-1)/2]
}

// recycling replaces the connections of a process for as long as ctx lasts, one
// after the other, as Slack does all day: in turn with a warning first, and with
// the request to come back.
func recycling(ctx context.Context, slack *slacktest.Slack, every time.Duration) (recycles int) {
	turn := time.NewTicker(every)
	defer turn.Stop()
	for {
		select {
		case <-ctx.Done():
			return recycles
		case <-turn.C:
			live := slack.Connections()
			i := slices.IndexFunc(live, func(c slacktest.Connection) bool { return c.Reason == "" })
			if i < 0 {
				continue
			}
			reason := slacktest.Warning
			if recycles%2 == 1 && len(live) > 1 { // with one alone Slack would have nowhere to send to
				reason = slacktest.RefreshRequested
			}
			slack.Recycle(reason, time.Second, live[i].ID)
			recycles++
		}
	}
}
