package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
	"docspace-restorebot/docspace/docspacetest"
)

const (
	perChannel = 5 // portals that share a channel
	pollEvery  = 3 * time.Second
	pollLate   = pollEvery + pollEvery/10
	// Slack's Tier 3, to which chat.update belongs, as the fake has it.
	editsPerMinute, editBurst = 50, 20
)

// scale asks for a restore of each of many portals in the same moment. All of
// Slack's limits hold, as the fake has them.
func scale(ctx context.Context, o options) (found answer, err error) {
	argv, err := program(ctx, o.dir, self)
	if err != nil {
		return found, err
	}
	s, portals, err := set(argv, o.portals, perChannel, docspacetest.Config{Script: docspacetest.Total(o.takes)}, nil)
	if err != nil {
		return found, err
	}
	defer s.Close()
	s.Setenv("DOCSPACE_POLL_INTERVAL=" + pollEvery.String())
	bot, err := s.AddBot(ctx)
	if err != nil {
		return found, err
	}
	before, err := usageOf(bot.Process())
	if err != nil {
		return found, err
	}
	// Five messages of each restore, one a second in a channel, and room.
	ctx, stop := context.WithTimeout(ctx, 3*o.takes+90*time.Second+8*time.Second*perChannel)
	defer stop()
	watched := watch(ctx, s.Slack)
	request, err := load{n: len(portals), atOnce: 32, typed: func(n int) *slacktest.Delivery { return ask(s.Slack, portals[n]) }}.play(ctx)
	if err != nil {
		return found, err
	}
	if err := pause(ctx, o.takes/2); err != nil {
		return found, err
	}
	running, err := usageOf(bot.Process())
	if err != nil {
		return found, err
	}
	atOnce := restores(portals, true)
	for _, p := range portals {
		if err := watched.heard(ctx, p.Name, 1); err != nil {
			return found, fmt.Errorf("the end of %s was not told: %w; Slack: %+v\n%s", p.Name, err, s.Slack.Stats(), bot.Log())
		}
	}
	after, err := usageOf(bot.Process())
	if err != nil {
		return found, err
	}
	gaps, late := polls(portals), late(portals, watched)
	return list(fmt.Sprintf("%d restores of %v are asked for in the same moment; every portal is asked every %v. All of Slack's limits hold.", o.portals, o.takes, pollEvery), []figure{
		count("at once", atOnce),
		count("not begun", len(portals)-restores(portals, false)).atMost(0),
		times("request: ack p50", float64(request.p50)), times("request: ack p99", float64(request.p99)),
		count("requests lost", request.lost+request.late).atMost(0),
		share("polls that were late", beyond(gaps, pollLate)).atMost(0.01),
		times("between two polls: p99", float64(quantile(gaps, 0.99))), times("between two polls: longest", float64(quantile(gaps, 1))),
		count("calls answered with 429", refused(s.Slack)).atMost(0),
		count("edits a minute", mostWithin(s.Slack.Calls("chat.update"), time.Minute)).atMost(editBurst + editsPerMinute),
		times("end told after: p50", float64(quantile(late, 0.5))), times("end told after: longest", float64(quantile(late, 1))).atMost(10e9),
		memory("memory of its own while they run", running.anon), share("CPU, of a core", after.cores(before)).atMost(1),
	}), nil
}

// restores is how many restores have begun, or are running now.
func restores(portals []*stage.Another, running bool) (n int) {
	for _, p := range portals {
		for _, r := range p.Restores() {
			if !running || r.Ended.IsZero() {
				n++
			}
		}
	}
	return n
}

// refused is how many calls Slack has answered with 429.
func refused(slack *slacktest.Slack) (n int) {
	for _, c := range slack.Calls("") {
		if c.Status == http.StatusTooManyRequests {
			n++
		}
	}
	return n
}

// mostWithin is how many calls fell into a span of time, at most.
func mostWithin(calls []slacktest.Call, span time.Duration) (most int) {
	first := 0
	for i, c := range calls {
		for c.At.Sub(calls[first].At) >= span {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}

// polls are the times between two questions for the progress of a running restore,
// sorted.
func polls(portals []*stage.Another) (gaps []time.Duration) {
	for _, p := range portals {
		for _, r := range p.Restores() {
			var last time.Time
			for _, asked := range p.Requests() {
				if !strings.HasSuffix(asked.Path, "/getrestoreprogress") || asked.At.Before(r.Started) || !r.Ended.IsZero() && asked.At.After(r.Ended) {
					continue
				}
				if !last.IsZero() {
					gaps = append(gaps, asked.At.Sub(last))
				}
				last = asked.At
			}
		}
	}
	slices.Sort(gaps)
	return gaps
}

// late is how long after the end of each restore its end was told, sorted. A channel
// takes one message a second: of five ends in one, the last waits for four.
func late(portals []*stage.Another, watched *people) (late []time.Duration) {
	for _, p := range portals {
		if restores, told := p.Restores(), watched.ends(p.Name); len(restores) > 0 && len(told) > 0 {
			late = append(late, told[0].Sub(restores[0].Ended))
		}
	}
	slices.Sort(late)
	return late
}

// beyond is the share of spans that are longer than one.
func beyond(spans []time.Duration, span time.Duration) float64 {
	n := 0
	for _, s := range spans {
		if s > span {
			n++
		}
	}
	return float64(n) / float64(max(1, len(spans)))
}
