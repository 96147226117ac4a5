package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sort"
	"strconv"
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
	toldWithin = 10 * time.Second
	// Slack's Tier 3, to which chat.update belongs, as the fake has it.
	editsPerMinute, editBurst = 50, 20
)

// scaled is what was found out with many restores at once.
type scaled struct {
	portals, begun, atOnce int
	takes                  time.Duration
	request                loaded
	gaps, late             []time.Duration // between two polls; until an end was told; sorted
	edits                  int             // in a minute, at most
	limited                map[string]int  // 429s, by method
	memory                 int64           // the process's own, while they ran
	cpu                    float64         // of one core
}

// scale asks for a restore of each of many portals in the same moment. All of
// Slack's limits hold, as the fake has them.
func scale(ctx context.Context, o options) (found answer, err error) {
	dir, err := os.MkdirTemp("", "restorebot-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	argv, err := program(ctx, dir, self)
	if err != nil {
		return nil, err
	}
	s, portals, err := set(argv, o.portals, perChannel, docspacetest.Config{Script: docspacetest.Total(o.takes)}, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	s.Setenv("DOCSPACE_POLL_INTERVAL=" + pollEvery.String())
	bot, err := s.AddBot(ctx)
	if err != nil {
		return nil, err
	}
	before, err := usageOf(bot.Process())
	if err != nil {
		return nil, err
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	crowd := watch(watching, s)
	began := time.Now()
	one := &scaled{portals: o.portals, takes: o.takes}
	one.request, err = rush(ctx, 32, len(portals), func(n int) *slacktest.Delivery { return ask(s, portals[n]) })
	if err != nil {
		return nil, err
	}
	if err := pause(ctx, o.takes/2); err != nil {
		return nil, err
	}
	running, err := usageOf(bot.Process())
	if err != nil {
		return nil, err
	}
	// Five messages of each restore, one a second in a channel, and room.
	patience, cancel := context.WithTimeout(ctx, 2*o.takes+90*time.Second+8*time.Second*perChannel)
	defer cancel()
	if err := crowd.ends(patience, func() int { return len(portals) }); err != nil {
		return nil, fmt.Errorf("%w; Slack: %+v\n%s", err, s.Slack.Stats(), bot.Log())
	}
	after, err := usageOf(bot.Process())
	if err != nil {
		return nil, err
	}
	one.memory, one.cpu = running.anon, float64(after.cpu-before.cpu)/float64(time.Since(began))
	one.gaps, one.late, one.atOnce = polls(portals), crowd.late(portals), atOnce(portals)
	one.edits, one.limited = mostWithin(s.Slack.Calls("chat.update"), time.Minute), s.Slack.Stats().RateLimited
	for _, p := range portals {
		one.begun += len(p.Restores())
	}
	return one, nil
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

// late is how much later than it could have been each end was told, sorted. A
// channel takes one message a second: of several ends in one, each waits for those
// before it.
func (p *people) late(portals []*stage.Another) (late []time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ended, told := map[string][]time.Time{}, map[string][]time.Time{}
	for _, portal := range portals {
		restores, heard := portal.Restores(), p.told[portal.Name]
		if len(heard) > 0 && len(restores) > 0 {
			ended[portal.Channel] = append(ended[portal.Channel], restores[0].Ended)
			told[portal.Channel] = append(told[portal.Channel], heard[0])
		}
	}
	for channel, ends := range ended {
		late = append(late, beyondLimit(ends, told[channel])...)
	}
	slices.Sort(late)
	return late
}

// beyondLimit is how much later each end was told than its channel's limit allows.
func beyondLimit(ended, told []time.Time) (late []time.Duration) {
	slices.SortFunc(ended, time.Time.Compare)
	slices.SortFunc(told, time.Time.Compare)
	var free time.Time
	for i, at := range ended {
		if at.Before(free) {
			at = free
		}
		free = at.Add(time.Second)
		late = append(late, max(0, told[i].Sub(at)))
	}
	return late
}

// atOnce is how many restores ran at the same moment, at most.
func atOnce(portals []*stage.Another) (most int) {
	type turn struct {
		at time.Time
		by int
	}
	var turns []turn
	for _, p := range portals {
		for _, r := range p.Restores() {
			turns = append(turns, turn{r.Started, 1}, turn{r.Ended, -1})
		}
	}
	slices.SortFunc(turns, func(a, b turn) int { return a.at.Compare(b.at) })
	now := 0
	for _, t := range turns {
		now += t.by
		most = max(most, now)
	}
	return most
}

// within is the share of sorted spans that are not longer than one.
func within(sorted []time.Duration, span time.Duration) float64 {
	n := sort.Search(len(sorted), func(i int) bool { return sorted[i] > span })
	return float64(n) / float64(max(1, len(sorted)))
}

func (s *scaled) refused() (n int) {
	for _, one := range s.limited {
		n += one
	}
	return n
}

func (s *scaled) table(w io.Writer) {
	fmt.Fprintf(w, "%d restores of %v are asked for in the same moment; every portal is asked every %v. All of Slack's limits hold.\n\n", s.portals, s.takes, pollEvery)
	span := func(sorted []time.Duration, q float64) string { return showSpan(float64(quantile(sorted, q))) }
	markdown(w, []string{"at once", "request p50", "p99", "polls on time", "gap p99", "max", "429s", "edits a minute", "end told p50", "max", "memory", "CPU"}, [][]string{{
		strconv.Itoa(s.atOnce), showSpan(float64(s.request.p50)), showSpan(float64(s.request.p99)), showPercent(within(s.gaps, pollLate)), span(s.gaps, 0.99), span(s.gaps, 1),
		strconv.Itoa(s.refused()), strconv.Itoa(s.edits), span(s.late, 0.5), span(s.late, 1), showBytes(float64(s.memory)), showPercent(s.cpu),
	}})
}

func (s *scaled) check() (wrong []error) {
	fault := func(bad bool, format string, args ...any) {
		if bad {
			wrong = append(wrong, fmt.Errorf("with %d restores at once "+format, append([]any{s.portals}, args...)...))
		}
	}
	fault(s.refused() > 0, "Slack's limits were exceeded: %v", s.limited)
	fault(s.edits > editBurst+editsPerMinute, "there were %d edits in a minute, more than %d and a burst of %d", s.edits, editsPerMinute, editBurst)
	fault(s.request.lost > 0, "%d requests were lost", s.request.lost)
	fault(s.begun != s.portals, "%d restores began", s.begun)
	fault(within(s.late, toldWithin) < 1, "an end was told %v late", quantile(s.late, 1))
	fault(within(s.gaps, pollLate) < 0.99, "only %s of the polls were in time", showPercent(within(s.gaps, pollLate)))
	fault(s.cpu > 1, "the bot took %s of a core", showPercent(s.cpu))
	return wrong
}
