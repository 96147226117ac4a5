package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
	"docspace-restorebot/docspace/docspacetest"
)

// requests is how many requests for a restore a run has, each on a portal of its own.
const requests = 20

// The figures that a promise is about, as they are called in the table.
const (
	help32P50     = "help, 32 at once: ack p50"
	help32Rate    = "help, 32 at once: commands a second"
	commandCPU    = "CPU of a command"
	loadedMemory  = "memory after all commands"
	lostRecycling = "lost while connections are recycled"
	lostElse      = "lost otherwise"
)

// ratios are held to what no slow machine can break: they leave much to spare. Bolt's
// CPU is shown and not held to: Node compiles what runs often, so it halves within some
// ten thousand commands.
var ratios = []struct {
	figure, than string
	promise      func(figure) figure
}{
	{help32P50, floor, func(f figure) figure { return f.atMost(4) }},
	{commandCPU, floor, func(f figure) figure { return f.atMost(4) }},
	{loadedMemory, bolt, func(f figure) figure { return f.atMost(0.5) }},
}

// comparison is what was measured of every program in every run.
type comparison struct {
	programs []string
	runs     []map[string][]figure
}

// player is a program at work on a stage of its own.
type player struct {
	*stage.Stage

	name    string
	bot     *stage.Bot
	portals []*stage.Another
	found   []figure
}

// compare measures the bot beside the others. They idle together and are loaded one
// after the other, in another order in each run.
func compare(ctx context.Context, o options) (answer, error) {
	c, err := compareThese(ctx, o, []string{floor, bolt, self})
	return c.answer(o.commands), err
}

func compareThese(ctx context.Context, o options, names []string) (comparison, error) {
	c := comparison{programs: names}
	argv := map[string][]string{}
	for _, name := range names {
		var err error
		if argv[name], err = program(ctx, o.dir, name); err != nil {
			return c, err
		}
	}
	for n := range o.runs {
		fmt.Fprintf(o.notes, "run %d of %d\n", n+1, o.runs)
		turn := n % len(names)
		run, err := runOnce(ctx, o, argv, slices.Concat(names[turn:], names[:turn]))
		if err != nil {
			return c, err
		}
		c.runs = append(c.runs, run)
	}
	return c, nil
}

func runOnce(ctx context.Context, o options, argv map[string][]string, names []string) (run map[string][]figure, err error) {
	var players []*player
	defer func() {
		for _, p := range players {
			err = errors.Join(err, p.Close())
		}
	}()
	for _, name := range names {
		s, portals, err := set(argv[name], requests, requests, docspacetest.Config{Script: docspacetest.Total(time.Minute)}, func(w *slacktest.World) { w.Unlimited = true })
		if err != nil {
			return nil, err
		}
		p := &player{Stage: s, name: name, portals: portals}
		players = append(players, p)
		began := time.Now()
		if p.bot, err = s.AddBot(ctx); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		p.found = append(p.found, times("start to first hello", float64(time.Since(began))))
	}
	if err := idle(ctx, o.idle, players); err != nil {
		return nil, err
	}
	run = map[string][]figure{}
	for _, p := range players {
		fmt.Fprintf(o.notes, "  %s\n", p.name)
		if err := p.loads(ctx, o.commands); err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", p.name, err, p.bot.Log())
		}
		run[p.name] = p.found
	}
	return run, nil
}

// idle leaves programs alone and looks what they use nonetheless.
func idle(ctx context.Context, length time.Duration, players []*player) error {
	// What comes of the start is over after a third of the time.
	if err := pause(ctx, length/3); err != nil {
		return err
	}
	before := map[*player]usage{}
	var err error
	for _, p := range players {
		if before[p], err = usageOf(p.bot.Process()); err != nil {
			return err
		}
	}
	if err := pause(ctx, length-length/3); err != nil {
		return err
	}
	for _, p := range players {
		u, err := usageOf(p.bot.Process())
		if err != nil {
			return err
		}
		p.found = append(p.found, memory("idle memory", u.rss), share("idle CPU, of a core", u.cores(before[p])))
	}
	return nil
}

// loads types all the commands of a run.
func (p *player) loads(ctx context.Context, n int) error {
	help := load{n: n / 10, atOnce: 32, typed: func(int) *slacktest.Delivery { return p.Slack.Command(stage.Alice, stage.Channel, "/restore help") }}
	if _, err := help.play(ctx); err != nil { // until it is warm
		return err
	}
	before, err := usageOf(p.bot.Process())
	if err != nil {
		return err
	}
	help.n = n
	help32, err := help.play(ctx)
	if err != nil {
		return err
	}
	help.atOnce = 256
	rush, err := help.play(ctx)
	if err != nil {
		return err
	}
	after, err := usageOf(p.bot.Process())
	if err != nil {
		return err
	}
	for _, n := range p.Slack.Notices(stage.Alice) {
		if n.Code == "invalid_command_response" {
			return errors.New("an answer that Slack does not take: " + n.Text)
		}
	}
	// At a pace that leaves each program time: what counts is what is lost.
	help.n, help.atOnce, help.every = max(n/4, 1000), max(n/4, 1000), 4*time.Millisecond
	recycled, err := p.recycled(ctx, help)
	if err != nil {
		return err
	}
	// Last, for what they bring about goes on after their acks.
	request, err := load{n: len(p.portals), atOnce: 1, typed: func(n int) *slacktest.Delivery { return ask(p.Slack, p.portals[n]) }}.play(ctx)
	lost := help32.lost + help32.late + rush.lost + rush.late + request.lost + request.late
	p.found = append(p.found,
		times(help32P50, float64(help32.p50)), times("help, 32 at once: ack p99", float64(help32.p99)), number(help32Rate, help32.perSecond()),
		times("help, 256 at once: ack p50", float64(rush.p50)), times("help, 256 at once: ack p99", float64(rush.p99)),
		times("request for a restore: ack p50", float64(request.p50)), times("request for a restore: ack p99", float64(request.p99)),
		times(commandCPU, float64(after.cpu-before.cpu)/float64(2*n)), memory(loadedMemory, after.rss),
		// On a machine that is busy with other things some acks are later than Slack waits.
		count(lostRecycling, recycled.lost+recycled.late).atMost(float64(n/100)), count(lostElse, lost).atMost(0),
	)
	return err
}

// recycled plays a load while connections are recycled.
func (p *player) recycled(ctx context.Context, l load) (loaded, error) {
	recycle, stop := context.WithCancel(ctx)
	recycles := make(chan int, 1)
	go func() { recycles <- recycling(recycle, p.Slack, 2*time.Second, time.Second, 1) }()
	found, err := l.play(ctx)
	stop()
	if <-recycles == 0 && err == nil {
		err = errors.New("no connection was recycled")
	}
	return found, errors.Join(err, p.Slack.WaitFor(ctx, func(s *slacktest.Slack) bool { return len(s.Connections()) > 0 }))
}

// ask asks for a restore of a portal.
func ask(slack *slacktest.Slack, p *stage.Another) *slacktest.Delivery {
	return slack.Command(stage.Alice, p.Channel, "/restore "+p.Backups()[0].ID+" --portal "+p.Name)
}

// over is the median over the runs.
func (c comparison) over(of func(run map[string][]figure) float64) float64 {
	var values []float64
	for _, run := range c.runs {
		values = append(values, of(run))
	}
	return median(values)
}

// beside is the median of the ratios within each run: what disturbs a run disturbs
// all its programs.
func (c comparison) beside(n int, than string) float64 {
	return c.over(func(run map[string][]figure) float64 {
		if run[than][n].value == 0 {
			return math.NaN()
		}
		return run[self][n].value / run[than][n].value
	})
}

func (c comparison) answer(commands int) answer {
	a := answer{title: fmt.Sprintf("%d commands a load, %d requests; medians of %d runs, and of the ratios within each.", commands, requests, len(c.runs))}
	others := slices.DeleteFunc(slices.Clone(c.programs), func(name string) bool { return name == self })
	head := append([]string{""}, c.programs...)
	for _, other := range others {
		head = append(head, self+" / "+other)
	}
	a.table, a.figures = [][]string{head}, []figure{count("runs", len(c.runs)).atLeast(1)}
	if len(c.runs) == 0 {
		return a
	}
	for n, f := range c.runs[0][self] {
		line := []string{f.name}
		for _, name := range c.programs {
			line = append(line, f.show(c.over(func(run map[string][]figure) float64 { return run[name][n].value })))
		}
		for _, other := range others {
			line = append(line, ratio("", c.beside(n, other)).String())
		}
		a.table = append(a.table, line)
		for _, r := range ratios {
			if r.figure == f.name && slices.Contains(others, r.than) {
				a.figures = append(a.figures, r.promise(ratio(f.name+", beside "+r.than, c.beside(n, r.than))))
			}
		}
	}
	for _, run := range c.runs {
		a.figures = append(a.figures, run[self]...)
	}
	return a
}
