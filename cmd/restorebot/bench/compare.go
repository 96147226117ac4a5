package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"docspace-restorebot/bot/slacktest"
)

// measured is what one run has found out about one subject.
type measured struct {
	Ready      time.Duration `json:"ready"`
	IdleRSS    int64         `json:"idle_rss"`
	IdleAnon   int64         `json:"idle_anon"`
	IdleCPU    float64       `json:"idle_cpu"` // of one core
	Single     loaded        `json:"help_1"`
	Crowd      loaded        `json:"help_32"`
	Rush       loaded        `json:"help_256"`
	Refused    loaded        `json:"refused_32"`
	Request    loaded        `json:"request_1"`
	Recycled   loaded        `json:"recycled_32"`
	Recycles   int           `json:"recycles"`
	PerCommand time.Duration `json:"cpu_per_command"`
	PerHelp    time.Duration `json:"cpu_per_help"`
	PerRefusal time.Duration `json:"cpu_per_refusal"`
	LoadedRSS  int64         `json:"loaded_rss"`
	LoadedAnon int64         `json:"loaded_anon"`
	CalmRSS    int64         `json:"calm_rss"` // some time after the load
	CalmAnon   int64         `json:"calm_anon"`
	Lost       int           `json:"lost"`
}

// comparison is every subject in every run.
type comparison struct {
	Machine  string                `json:"machine"`
	Subjects []string              `json:"subjects"`
	Commands int                   `json:"commands"`
	Requests int                   `json:"requests"`
	Runs     []map[string]measured `json:"runs"`
}

// compare measures the subjects side by side. They idle together and are loaded
// one after the other, in another order in each run.
func compare(ctx context.Context, o options) (found result, err error) {
	dir, err := os.MkdirTemp("", "restorebot-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	subjects, err := build(ctx, dir, o.only)
	if err != nil {
		return nil, err
	}
	c := &comparison{Machine: machine(), Subjects: o.only, Commands: o.commands, Requests: o.requests}
	for n := range o.runs {
		fmt.Fprintf(o.notes, "run %d of %d\n", n+1, o.runs)
		turned := append(subjects[n%len(subjects):len(subjects):len(subjects)], subjects[:n%len(subjects)]...)
		run, err := compareOnce(ctx, o, turned)
		if err != nil {
			return nil, err
		}
		c.Runs = append(c.Runs, run)
	}
	return c, nil
}

func compareOnce(ctx context.Context, o options, subjects []subject) (run map[string]measured, err error) {
	run = map[string]measured{}
	var actors []*actor
	defer func() {
		for _, a := range actors {
			err = errors.Join(err, a.leave(), a.close())
		}
	}()
	for _, sub := range subjects {
		s, err := setStage(scene{portals: o.requests, limits: slacktest.Unlimited(), takes: time.Minute, sockets: slacktest.Sockets{AnswersLater: true}})
		if err != nil {
			return nil, err
		}
		a, err := s.enter(ctx, sub)
		if err != nil {
			return nil, errors.Join(err, s.close())
		}
		actors = append(actors, a)
	}
	if err := idle(ctx, o.idle, actors, run); err != nil {
		return nil, err
	}
	for _, a := range actors {
		fmt.Fprintf(o.notes, "  %s\n", a.subject.name)
		m := run[a.subject.name]
		if err := a.loads(ctx, o, &m); err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", a.subject.name, err, tail(a.log.String()))
		}
		run[a.subject.name] = m
	}
	return run, nil
}

// idle leaves processes alone and looks what they use nonetheless.
func idle(ctx context.Context, length time.Duration, actors []*actor, run map[string]measured) error {
	// What comes of the start is over after a third of the time.
	if err := pause(ctx, length/3); err != nil {
		return err
	}
	before := map[*actor]usage{}
	began := time.Now()
	for _, a := range actors {
		u, err := a.usage()
		if err != nil {
			return fmt.Errorf("%s: %w\n%s", a.subject.name, err, tail(a.log.String()))
		}
		before[a] = u
	}
	if err := pause(ctx, length-length/3); err != nil {
		return err
	}
	for _, a := range actors {
		u, err := a.usage()
		if err != nil {
			return fmt.Errorf("%s: %w\n%s", a.subject.name, err, tail(a.log.String()))
		}
		run[a.subject.name] = measured{
			Ready: a.Ready, IdleRSS: u.RSS, IdleAnon: u.Anon,
			IdleCPU: float64(u.CPU-before[a].CPU) / float64(time.Since(began)),
		}
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}

// loads types all the commands of a run. Their CPU is measured while 1, 32 and
// 256 of them are under way.
func (a *actor) loads(ctx context.Context, o options, m *measured) (err error) {
	help := func(int) slacktest.Line {
		return slacktest.Line{User: asker, Channel: a.channels[0], Text: "/restore help"}
	}
	wrong := func(n int) slacktest.Line {
		if n%2 == 0 {
			return slacktest.Line{User: stranger, Channel: a.channels[0], Text: "/restore help"}
		}
		return slacktest.Line{User: asker, Channel: a.channels[0], Text: "/restore 5f9e6ac8 --force"}
	}
	for _, what := range []func(int) slacktest.Line{help, wrong} { // until it is warm
		if _, err := rush(ctx, a.slack, 32, o.commands/20+1, what); err != nil {
			return err
		}
	}
	before, err := a.usage()
	if err != nil {
		return err
	}
	var measured int
	var helped usage
	for _, part := range []struct {
		into   *loaded
		n      int
		atOnce int
		what   func(int) slacktest.Line
	}{
		{&m.Single, o.commands / 10, 1, help},
		{&m.Crowd, o.commands * 4 / 10, 32, help},
		{&m.Rush, o.commands * 3 / 10, 256, help},
		{&m.Refused, o.commands * 2 / 10, 32, wrong}, // the last, for its CPU is told apart, too
	} {
		if helped, err = a.usage(); err != nil {
			return err
		}
		if *part.into, err = rush(ctx, a.slack, part.atOnce, part.n, part.what); err != nil {
			return err
		}
		measured += part.n
	}
	after, err := a.usage()
	if err != nil {
		return err
	}
	if err := a.answered(); err != nil {
		return err
	}
	m.PerCommand = (after.CPU - before.CPU) / time.Duration(measured)
	refused := o.commands * 2 / 10
	m.PerHelp = (helped.CPU - before.CPU) / time.Duration(measured-refused)
	m.PerRefusal = (after.CPU - helped.CPU) / time.Duration(refused)
	if err := a.recycles(ctx, o.commands/4, m, help); err != nil {
		return err
	}
	if after, err = a.usage(); err != nil {
		return err
	}
	m.LoadedRSS, m.LoadedAnon = after.RSS, after.Anon
	if err := a.connected(ctx); err != nil {
		return err
	}
	// What was taken for the load is given back, or is not; and no connection is in
	// its grace any more.
	if err := pause(ctx, max(o.idle, 2*time.Second)); err != nil {
		return err
	}
	if after, err = a.usage(); err != nil {
		return err
	}
	m.CalmRSS, m.CalmAnon = after.RSS, after.Anon
	if err := a.connected(ctx); err != nil {
		return err
	}
	// Last, for what they bring about goes on after their acks.
	if m.Request, err = a.request(ctx, 1, a.portals); err != nil {
		return err
	}
	m.Lost = m.Single.Lost + m.Crowd.Lost + m.Rush.Lost + m.Refused.Lost + m.Request.Lost
	return nil
}

// answered checks that Slack would show every answer so far. That is done when
// the load is over: it takes longer than most programs take to answer.
func (a *actor) answered() error {
	a.slack.ReadAnswers()
	for _, user := range []string{asker, stranger} {
		for _, n := range a.slack.Notices(user) {
			if n.Code == "invalid_command_response" {
				return fmt.Errorf("an answer that Slack does not take: %s", n.Text)
			}
		}
	}
	return nil
}

// recycles types commands while connections are replaced, at a pace that leaves
// each program time: what counts is what is lost.
func (a *actor) recycles(ctx context.Context, n int, m *measured, help func(int) slacktest.Line) (err error) {
	recycle, stop := context.WithCancel(ctx)
	defer stop()
	recycles := make(chan int, 1)
	go func() { recycles <- recycling(recycle, a.slack, 2*time.Second) }()
	m.Recycled, err = stroll(ctx, a.slack, 4*time.Millisecond, n, help)
	stop()
	m.Recycles = <-recycles
	return err
}
