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
	"time"

	"docspace-restorebot/bot/slacktest"
)

const (
	pollEvery  = 3 * time.Second // the bot's own default
	pollLate   = pollEvery + pollEvery/10
	toldWithin = 10 * time.Second
	// Slack's Tier 3, to which chat.update belongs, as the fake has it.
	editsPerMinute, editBurst = 50, 20
)

// scaled is what was found out with one number of restores at once.
type scaled struct {
	Portals  int            `json:"portals"`
	Takes    time.Duration  `json:"takes"`
	Channels int            `json:"channels"`
	AtOnce   int            `json:"at_once"` // restores that ran at the same moment
	Request  loaded         `json:"request"`
	Polls    int            `json:"polls"`
	PollP50  time.Duration  `json:"poll_p50"`
	PollP99  time.Duration  `json:"poll_p99"`
	PollMax  time.Duration  `json:"poll_max"`
	OnTime   float64        `json:"polls_on_time"`  // share within 10 %
	Limited  map[string]int `json:"rate_limited"`   // 429s, by method
	Edits    int            `json:"edits_a_minute"` // at most
	LateP50  time.Duration  `json:"end_told_p50"`
	LateMax  time.Duration  `json:"end_told_max"`
	ToldLate int            `json:"ends_told_late"`
	Memory   int64          `json:"memory"`       // the process's own pages while they ran, the median
	Most     int64          `json:"memory_most"`  // what a burst takes among it
	Grown    int64          `json:"memory_grown"` // of Memory, since before the first request
	CPU      float64        `json:"cpu"`          // of one core
}

type scaling struct {
	Machine string   `json:"machine"`
	Rows    []scaled `json:"rows"`
}

// scale restores more and more portals at once, with Slack's limits kept.
func scale(ctx context.Context, o options) (found result, err error) {
	dir, err := os.MkdirTemp("", "restorebot-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	subjects, err := build(ctx, dir, []string{"bot"})
	if err != nil {
		return nil, err
	}
	all := &scaling{Machine: machine()}
	for _, portals := range o.steps {
		fmt.Fprintf(o.notes, "%d restores at once\n", portals)
		one, err := scaleTo(ctx, o, subjects[0], portals)
		if err != nil {
			return nil, fmt.Errorf("%d portals: %w", portals, err)
		}
		all.Rows = append(all.Rows, one)
	}
	return all, nil
}

func scaleTo(ctx context.Context, o options, bot subject, portals int) (one scaled, err error) {
	// All of Slack's limits hold, as the fake has them.
	s, err := setStage(scene{portals: portals, perChannel: o.channels, takes: o.takes, tls: !o.plain})
	if err != nil {
		return one, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	a, err := s.enter(ctx, bot)
	if err != nil {
		return one, err
	}
	defer func() { err = errors.Join(err, a.leave()) }()
	if err := pause(ctx, 2*time.Second); err != nil {
		return one, err
	}
	before, err := a.usage()
	if err != nil {
		return one, err
	}

	crowd := s.crowd()
	watching, stop := context.WithCancel(ctx)
	defer stop()
	go crowd.watch(watching)
	began := time.Now()
	one = scaled{Portals: portals, Takes: o.takes, Channels: len(s.channels)}
	if one.Request, err = s.request(ctx, 32, s.portals); err != nil {
		return one, err
	}
	taken := make(chan []int64, 1)
	sampling, enough := context.WithCancel(ctx)
	go func() { taken <- a.sampled(sampling) }()
	// Five messages of each restore, one a second in a channel, and room.
	patience, cancel := context.WithTimeout(ctx, 2*o.takes+90*time.Second+8*time.Second*time.Duration(o.channels))
	defer cancel()
	err = crowd.ends(patience, s.portals)
	enough()
	if memory := <-taken; len(memory) > 0 {
		one.Memory, one.Most = memory[len(memory)/2], memory[len(memory)-1]
	}
	if err != nil {
		begun, ended := s.counts()
		return one, fmt.Errorf("%w; %d had begun, %d had ended; Slack: %+v\n%s", err, begun, ended, s.slack.Stats(), tail(a.log.String()))
	}
	after, err := a.usage()
	if err != nil {
		return one, err
	}
	one.CPU = float64(after.CPU-before.CPU) / float64(time.Since(began))
	one.Grown = max(0, one.Memory-before.Anon)
	gaps := s.polls()
	one.Polls, one.PollP50, one.PollP99, one.PollMax = len(gaps), quantile(gaps, 0.5), quantile(gaps, 0.99), quantile(gaps, 1)
	one.OnTime = float64(sort.Search(len(gaps), func(i int) bool { return gaps[i] > pollLate })) / float64(max(1, len(gaps)))
	late := crowd.late()
	one.LateP50, one.LateMax = quantile(late, 0.5), quantile(late, 1)
	one.ToldLate = len(late) - sort.Search(len(late), func(i int) bool { return late[i] > toldWithin })
	one.Edits = mostWithin(s.slack.Calls("chat.update"), time.Minute)
	one.AtOnce, one.Limited = s.atOnce(), s.slack.Stats().RateLimited
	return one, nil
}

// sampled is a process's own memory twice a second until ctx ends, sorted.
func (a *actor) sampled(ctx context.Context) (memory []int64) {
	for {
		if u, err := a.usage(); err == nil {
			memory = append(memory, u.Anon)
		}
		if pause(ctx, 500*time.Millisecond) != nil {
			slices.Sort(memory)
			return memory
		}
	}
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

func sum(counts map[string]int) (n int) {
	for _, one := range counts {
		n += one
	}
	return n
}

func (s *scaling) table(w io.Writer) {
	fmt.Fprintf(w, "All restores are asked for in the same moment; every portal is asked every %v. All of Slack's limits hold. "+
		"Memory is the process's own pages while the restores run, its median; grown is that since before the first request, each more what a restore added "+
		"to the row before. The row of one carries what the first one costs. At most is with what a burst takes.\n\n", pollEvery)
	head := []string{"portals", "each takes", "channels", "at once", "request p50", "p99", "polls on time", "gap p50", "p99", "max", "429s", "edits a minute", "end told p50", "max", "late", "memory", "grown", "each more", "at most", "CPU"}
	var lines [][]string
	for i, r := range s.Rows {
		lines = append(lines, []string{
			strconv.Itoa(r.Portals), r.Takes.String(), strconv.Itoa(r.Channels), strconv.Itoa(r.AtOnce), showSpan(float64(r.Request.P50)), showSpan(float64(r.Request.P99)),
			showPercent(r.OnTime), showSpan(float64(r.PollP50)), showSpan(float64(r.PollP99)), showSpan(float64(r.PollMax)),
			strconv.Itoa(sum(r.Limited)), strconv.Itoa(r.Edits), showSpan(float64(r.LateP50)), showSpan(float64(r.LateMax)), strconv.Itoa(r.ToldLate),
			showBytes(float64(r.Memory)), showBytes(float64(r.Grown)), s.eachMore(i), showBytes(float64(r.Most)), showPercent(r.CPU),
		})
	}
	markdown(w, head, lines)
}

// eachMore is what each restore of a row took that the row before did not have.
func (s *scaling) eachMore(row int) string {
	var few scaled
	if row > 0 {
		few = s.Rows[row-1]
	}
	more := s.Rows[row].Portals - few.Portals
	if more <= 0 {
		return "-"
	}
	return fmt.Sprintf("%d KiB", (s.Rows[row].Grown-few.Grown)/int64(more)>>10)
}

func (s *scaling) check() []error {
	var wrong []error
	for _, r := range s.Rows {
		if n := sum(r.Limited); n > 0 {
			wrong = append(wrong, fmt.Errorf("with %d restores at once Slack's limits were exceeded %d times: %v", r.Portals, n, r.Limited))
		}
		if r.Edits > editBurst+editsPerMinute {
			wrong = append(wrong, fmt.Errorf("with %d restores at once there were %d edits in a minute, more than %d and a burst of %d", r.Portals, r.Edits, editsPerMinute, editBurst))
		}
		if r.Request.Lost > 0 {
			wrong = append(wrong, fmt.Errorf("with %d restores at once %d requests were lost", r.Portals, r.Request.Lost))
		}
	}
	return wrong
}
