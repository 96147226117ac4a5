package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"docspace-restorebot/bot/slacktest"
)

// load is many commands.
type load struct {
	n      int
	atOnce int           // how many are not acked yet, at most
	every  time.Duration // between two; 0: as soon as another is acked
	typed  func(n int) *slacktest.Delivery
}

// loaded is what became of commands.
type loaded struct {
	p50, p99 time.Duration // until the ack
	acked    int           // in time
	late     int           // after the 3 s for which Slack waits
	lost     int
	took     time.Duration
}

func (l loaded) perSecond() float64 { return float64(l.acked) / l.took.Seconds() }

// play types all the commands and waits for what becomes of them.
func (l load) play(ctx context.Context) (loaded, error) {
	began := time.Now()
	all, places := make([]*slacktest.Delivery, l.n), make(chan struct{}, l.atOnce)
	var people sync.WaitGroup
	for i := range l.n {
		if l.every > 0 && pause(ctx, time.Until(began.Add(time.Duration(i)*l.every))) != nil {
			break
		}
		places <- struct{}{}
		people.Go(func() {
			all[i] = l.typed(i)
			_, _ = all[i].Wait(ctx) // became tells
			<-places
		})
	}
	people.Wait()
	if ctx.Err() != nil {
		return loaded{}, context.Cause(ctx)
	}
	found := became(all)
	found.took = time.Since(began)
	if found.acked == 0 {
		return found, fmt.Errorf("not one of %d commands was acked: %w", l.n, errors.Join(all[0].Err()))
	}
	return found, nil
}

// became sums up deliveries that are settled.
func became(all []*slacktest.Delivery) (sum loaded) {
	var waits []time.Duration
	for _, d := range all {
		switch acks := d.Acks(); {
		case len(acks) == 0:
			sum.lost++
		case d.Err() != nil:
			sum.late++
		default:
			waits = append(waits, acks[0].Latency)
		}
	}
	slices.Sort(waits)
	sum.p50, sum.p99, sum.acked = quantile(waits, 0.5), quantile(waits, 0.99), len(waits)
	return sum
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
		settled := slices.DeleteFunc(slack.Connections(), func(c slacktest.Connection) bool {
			return c.Reason != "" || time.Since(c.Since) <= time.Second
		})
		if len(settled) < least {
			continue
		}
		reason := slacktest.Warning
		if recycles%2 == 1 && len(settled) > 1 { // with one alone Slack would have nowhere to send to
			reason = slacktest.RefreshRequested
		}
		slack.Recycle(reason, grace, settled[0].ID)
		recycles++
	}
	return recycles
}
