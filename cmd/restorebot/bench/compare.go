package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
	"docspace-restorebot/docspace/docspacetest"
)

// requests is how many requests for a restore a run has, each on a portal of its own.
const requests = 20

// measured is what one run has found out about one program.
type measured struct {
	ready                time.Duration // from its start to the first hello
	idle, after          usage
	idleCPU              float64 // of one core
	crowd, rush, request loaded  // 32 and 256 helps at once; requests one by one
	recycled             loaded
	recycles             int
	perCommand           time.Duration // CPU
}

func (m measured) lost() int { return m.crowd.lost + m.rush.lost + m.request.lost }

// comparison is every program in every run.
type comparison struct {
	programs []string
	commands int
	runs     []map[string]measured
}

// player is a program at work on a stage of its own.
type player struct {
	*stage.Stage

	name    string
	bot     *stage.Bot
	portals []*stage.Another
	found   measured
}

// compare measures the bot beside the others. They idle together and are loaded one
// after the other, in another order in each run.
func compare(ctx context.Context, o options) (answer, error) {
	return compareThese(ctx, o, []string{floor, bolt, self})
}

func compareThese(ctx context.Context, o options, names []string) (found answer, err error) {
	dir, err := os.MkdirTemp("", "restorebot-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	argv := map[string][]string{}
	for _, name := range names {
		if argv[name], err = program(ctx, dir, name); err != nil {
			return nil, err
		}
	}
	c := &comparison{programs: names, commands: o.commands}
	for n := range o.runs {
		fmt.Fprintf(o.notes, "run %d of %d\n", n+1, o.runs)
		turn := n % len(names)
		run, err := c.run(ctx, o, argv, slices.Concat(names[turn:], names[:turn]))
		if err != nil {
			return nil, err
		}
		c.runs = append(c.runs, run)
	}
	return c, nil
}

func (*comparison) run(ctx context.Context, o options, argv map[string][]string, names []string) (run map[string]measured, err error) {
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
		p.found.ready = time.Since(began)
	}
	if err := idle(ctx, o.idle, players); err != nil {
		return nil, err
	}
	run = map[string]measured{}
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
	began := time.Now()
	before := map[*player]usage{}
	for _, p := range players {
		u, err := usageOf(p.bot.Process())
		if err != nil {
			return err
		}
		before[p] = u
	}
	if err := pause(ctx, length-length/3); err != nil {
		return err
	}
	for _, p := range players {
		u, err := usageOf(p.bot.Process())
		if err != nil {
			return err
		}
		p.found.idle, p.found.idleCPU = u, float64(u.cpu-before[p].cpu)/float64(time.Since(began))
	}
	return nil
}

// loads types all the commands of a run.
func (p *player) loads(ctx context.Context, n int) (err error) {
	help := func(int) *slacktest.Delivery { return p.Slack.Command(stage.Alice, stage.Channel, "/restore help") }
	m := &p.found
	if _, err := rush(ctx, 32, n/10, help); err != nil { // until it is warm
		return err
	}
	before, err := usageOf(p.bot.Process())
	if err != nil {
		return err
	}
	if m.crowd, err = rush(ctx, 32, n, help); err != nil {
		return err
	}
	if m.rush, err = rush(ctx, 256, n, help); err != nil {
		return err
	}
	if m.after, err = usageOf(p.bot.Process()); err != nil {
		return err
	}
	m.perCommand = (m.after.cpu - before.cpu) / time.Duration(2*n)
	if bad := slices.IndexFunc(p.Slack.Notices(stage.Alice), func(n slacktest.Notice) bool { return n.Code == "invalid_command_response" }); bad >= 0 {
		return errors.New("an answer that Slack does not take: " + p.Slack.Notices(stage.Alice)[bad].Text)
	}
	recycle, stop := context.WithCancel(ctx)
	defer stop()
	recycles := make(chan int, 1)
	go func() { recycles <- recycling(recycle, p.Slack, 2*time.Second, time.Second, 1) }()
	// At a pace that leaves each program time: what counts is what is lost.
	m.recycled, err = stroll(ctx, 4*time.Millisecond, max(n/4, 1000), help)
	stop()
	m.recycles = <-recycles
	if err != nil {
		return err
	}
	if err := p.Slack.WaitFor(ctx, func(s *slacktest.Slack) bool { return len(s.Connections()) > 0 }); err != nil {
		return err
	}
	// Last, for what they bring about goes on after their acks.
	m.request, err = rush(ctx, 1, len(p.portals), func(n int) *slacktest.Delivery { return ask(p.Stage, p.portals[n]) })
	return err
}

// ask asks for a restore of a portal.
func ask(s *stage.Stage, p *stage.Another) *slacktest.Delivery {
	return s.Slack.Command(stage.Alice, p.Channel, "/restore "+p.Backups()[0].ID+" --portal "+p.Name)
}

// figure is one row of a comparison.
type figure struct {
	name string
	of   func(measured) float64
	show func(float64) string
}

func showSpan(v float64) string {
	if v < 10*float64(time.Millisecond) {
		return fmt.Sprintf("%.2f ms", v/1e6)
	}
	return fmt.Sprintf("%.0f ms", v/1e6)
}

func showBytes(v float64) string   { return fmt.Sprintf("%.1f MiB", v/(1<<20)) }
func showPercent(v float64) string { return fmt.Sprintf("%.2f %%", v*100) }
func showCount(v float64) string   { return fmt.Sprintf("%.0f", v) }

// The figures that are checked.
func crowdP50(m measured) float64      { return float64(m.crowd.p50) }
func perCommand(m measured) float64    { return float64(m.perCommand) }
func loadedMemory(m measured) float64  { return float64(m.after.rss) }
func timeOfCommand(m measured) float64 { return 1 / max(m.crowd.perSecond, 1e-9) }

var figures = []figure{
	{"start to first hello", func(m measured) float64 { return float64(m.ready) }, showSpan},
	{"idle memory", func(m measured) float64 { return float64(m.idle.rss) }, showBytes},
	{"idle CPU, of a core", func(m measured) float64 { return m.idleCPU }, showPercent},
	{"help, 32 at once: ack p50", crowdP50, showSpan},
	{"p99", func(m measured) float64 { return float64(m.crowd.p99) }, showSpan},
	{"commands a second", func(m measured) float64 { return m.crowd.perSecond }, showCount},
	{"help, 256 at once: ack p50", func(m measured) float64 { return float64(m.rush.p50) }, showSpan},
	{"p99", func(m measured) float64 { return float64(m.rush.p99) }, showSpan},
	{"request for a restore: ack p50", func(m measured) float64 { return float64(m.request.p50) }, showSpan},
	{"p99", func(m measured) float64 { return float64(m.request.p99) }, showSpan},
	{"CPU of a command", perCommand, showSpan},
	{"memory after all commands", loadedMemory, showBytes},
	{"lost while connections are recycled", func(m measured) float64 { return float64(m.recycled.lost) }, showCount},
	{"lost otherwise", func(m measured) float64 { return float64(m.lost()) }, showCount},
}

// of is the median of a figure over the runs.
func (c *comparison) of(name string, f func(measured) float64) float64 {
	var values []float64
	for _, run := range c.runs {
		values = append(values, f(run[name]))
	}
	return median(values)
}

// ratio is the median of the ratios within each run: what disturbs a run disturbs
// all its programs. ok is false where one cannot be had.
func (c *comparison) ratio(other string, f func(measured) float64) (r float64, ok bool) {
	var values []float64
	for _, run := range c.runs {
		if over := f(run[other]); over > 0 {
			values = append(values, f(run[self])/over)
		}
	}
	return median(values), len(values) > 0
}

func (c *comparison) table(w io.Writer) {
	fmt.Fprintf(w, "%d commands a load, %d requests; medians of %d runs, and of the ratios within each.\n\n", c.commands, requests, len(c.runs))
	others := slices.DeleteFunc(slices.Clone(c.programs), func(name string) bool { return name == self })
	head := append([]string{""}, c.programs...)
	for _, other := range others {
		head = append(head, self+" / "+other)
	}
	var lines [][]string
	for _, f := range figures {
		line := []string{f.name}
		for _, name := range c.programs {
			line = append(line, f.show(c.of(name, f.of)))
		}
		for _, other := range others {
			cell := "-"
			if r, ok := c.ratio(other, f.of); ok {
				cell = fmt.Sprintf("%.2f", r)
			}
			line = append(line, cell)
		}
		lines = append(lines, line)
	}
	markdown(w, head, lines)
}

// check holds only what no slow machine can break: counts, and ratios with much
// to spare.
func (c *comparison) check() (wrong []error) {
	for _, run := range c.runs {
		// On a machine that is busy with other things some acks are later than Slack
		// waits, and count as lost.
		if m := run[self]; m.lost() > 0 || m.recycled.lost > c.commands/100 {
			wrong = append(wrong, fmt.Errorf("the bot lost %d commands, and %d while connections were recycled", m.lost(), m.recycled.lost))
		}
	}
	for _, limit := range []struct {
		what, than string
		of         func(measured) float64
		most       float64
	}{
		{"p50 of help, 32 at once", floor, crowdP50, 4},
		{"CPU of a command", floor, perCommand, 4},
		{"memory after all commands", bolt, loadedMemory, 0.5},
		{"CPU of a command", bolt, perCommand, 0.8},
		{"time of a command, 32 at once", bolt, timeOfCommand, 0.85},
	} {
		if !slices.Contains(c.programs, limit.than) {
			continue
		}
		switch r, ok := c.ratio(limit.than, limit.of); {
		case !ok:
			wrong = append(wrong, fmt.Errorf("%s: no ratio to %s", limit.what, limit.than))
		case r > limit.most:
			wrong = append(wrong, fmt.Errorf("%s is %.2f times that of %s, more than %.1f", limit.what, r, limit.than, limit.most))
		}
	}
	if len(c.runs) == 0 {
		wrong = append(wrong, errors.New("nothing was measured"))
	}
	return wrong
}
