package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"docspace-restorebot/bot/slacktest"
)

// loaded is what became of many commands.
type loaded struct {
	p50, p99  time.Duration // until the ack
	perSecond float64
	lost      int // not acked in time, or not at all
}

// rush types n commands, so many at once, each as soon as another is acked, and
// waits for all.
func rush(ctx context.Context, atOnce, n int, typed func(n int) *slacktest.Delivery) (loaded, error) {
	began := time.Now()
	next, acked := make(chan int), make(chan *slacktest.Delivery, n)
	var people sync.WaitGroup
	for range atOnce {
		people.Go(func() {
			for i := range next {
				d := typed(i)
				_, _ = d.Wait(ctx) // became tells
				acked <- d
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	people.Wait()
	close(acked)
	return became(ctx, slices.Collect(func(yield func(*slacktest.Delivery) bool) {
		for d := range acked {
			if !yield(d) {
				return
			}
		}
	}), time.Since(began))
}

// stroll types n commands at a pace and waits for all.
func stroll(ctx context.Context, every time.Duration, n int, typed func(n int) *slacktest.Delivery) (loaded, error) {
	var all []*slacktest.Delivery
	began := time.Now()
	for i := range n {
		if err := pause(ctx, time.Until(began.Add(time.Duration(i)*every))); err != nil {
			return loaded{}, err
		}
		all = append(all, typed(i))
	}
	return became(ctx, all, time.Since(began))
}

// became waits for what became of commands.
func became(ctx context.Context, all []*slacktest.Delivery, took time.Duration) (loaded, error) {
	var waits []time.Duration
	var why error
	for _, d := range all {
		ack, err := d.Wait(ctx)
		switch {
		case ctx.Err() != nil:
			return loaded{}, context.Cause(ctx)
		case err != nil:
			why = err
		default:
			waits = append(waits, ack.Latency)
		}
	}
	if len(waits) == 0 {
		return loaded{}, fmt.Errorf("not one command was acked: %w", why)
	}
	slices.Sort(waits)
	return loaded{quantile(waits, 0.5), quantile(waits, 0.99), float64(len(waits)) / took.Seconds(), len(all) - len(waits)}, nil
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

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}

// recycling replaces one connection after the other until ctx ends, as Slack does
// all day: in turn with a warning first, and with the request to come back. A
// program that holds fewer than least for the moment is left alone.
func recycling(ctx context.Context, slack *slacktest.Slack, every, grace time.Duration, least int) (recycles int) {
	for pause(ctx, every) == nil {
		var settled []slacktest.Connection
		for _, c := range slack.Connections() {
			if c.Reason == "" && time.Since(c.Since) > time.Second {
				settled = append(settled, c)
			}
		}
		reason := slacktest.Warning
		switch {
		case len(settled) < least:
			continue
		case recycles%2 == 1 && len(settled) > 1: // with one alone Slack would have nowhere to send to
			reason = slacktest.RefreshRequested
		}
		slack.Recycle(reason, grace, settled[0].ID)
		recycles++
	}
	return recycles
}
