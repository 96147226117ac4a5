package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
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

// rush types n commands, so many at once, each as soon as another is acked, and
// waits for all. What Slack has to do for them is done before the first is typed.
func rush(ctx context.Context, slack *slacktest.Slack, atOnce, n int, what func(n int) slacktest.Line) (loaded, error) {
	lines := make([]slacktest.Line, n)
	for i := range lines {
		lines[i] = what(i)
	}
	ready := slack.Prepare(lines)
	runtime.GC() // else it comes in the middle
	began := time.Now()
	all, err := ready.Type(ctx, atOnce)
	took := time.Since(began)
	if err != nil {
		return loaded{}, err
	}
	return became(ctx, all, took)
}

// stroll types n commands at a pace, and waits for all.
func stroll(ctx context.Context, slack *slacktest.Slack, every time.Duration, n int, what func(n int) slacktest.Line) (loaded, error) {
	var all []*slacktest.Delivery
	began := time.Now()
	for i := range n {
		if err := pause(ctx, time.Until(began.Add(time.Duration(i)*every))); err != nil {
			return loaded{}, err
		}
		l := what(i)
		all = append(all, slack.Command(l.User, l.Channel, l.Text))
	}
	return became(ctx, all, time.Since(began))
}

// became waits for what became of commands.
func became(ctx context.Context, all []*slacktest.Delivery, took time.Duration) (loaded, error) {
	var waits []time.Duration
	lost, why := 0, error(nil)
	for _, d := range all {
		ack, err := d.Wait(ctx)
		switch {
		case ctx.Err() != nil:
			return loaded{}, context.Cause(ctx)
		case err != nil:
			lost, why = lost+1, err
		default:
			waits = append(waits, ack.Latency)
		}
	}
	if len(waits) == 0 {
		return loaded{}, fmt.Errorf("not one command was acked: %w", why)
	}
	return loaded{latencyOf(waits), float64(len(waits)) / took.Seconds(), lost}, nil
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
