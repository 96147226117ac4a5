package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// row is one figure of a comparison: less is better, unless more is.
type row struct {
	name string
	of   func(measured) float64
	show func(float64) string
}

func spans(of func(measured) time.Duration) func(measured) float64 {
	return func(m measured) float64 { return float64(of(m)) }
}

func showSpan(v float64) string {
	d := time.Duration(v)
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", v/1e6)
	default:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
}

func showBytes(v float64) string   { return fmt.Sprintf("%.1f MiB", v/(1<<20)) }
func showPercent(v float64) string { return fmt.Sprintf("%.2f %%", v*100) }
func showCount(v float64) string   { return fmt.Sprintf("%.0f", v) }

var rows = []row{
	{"start to first hello", spans(func(m measured) time.Duration { return m.Ready }), showSpan},
	{"idle memory", func(m measured) float64 { return float64(m.IdleRSS) }, showBytes},
	{"idle memory without the program's file", func(m measured) float64 { return float64(m.IdleAnon) }, showBytes},
	{"idle CPU, of a core", func(m measured) float64 { return m.IdleCPU }, showPercent},
	{"help, 1 at once: ack p50", spans(func(m measured) time.Duration { return m.Single.P50 }), showSpan},
	{"p99", spans(func(m measured) time.Duration { return m.Single.P99 }), showSpan},
	{"max", spans(func(m measured) time.Duration { return m.Single.Max }), showSpan},
	{"help, 32 at once: ack p50", spans(func(m measured) time.Duration { return m.Crowd.P50 }), showSpan},
	{"p99", spans(func(m measured) time.Duration { return m.Crowd.P99 }), showSpan},
	{"max", spans(func(m measured) time.Duration { return m.Crowd.Max }), showSpan},
	{"commands a second", func(m measured) float64 { return m.Crowd.PerSecond }, showCount},
	{"help, 256 at once: ack p50", spans(func(m measured) time.Duration { return m.Rush.P50 }), showSpan},
	{"p99", spans(func(m measured) time.Duration { return m.Rush.P99 }), showSpan},
	{"max", spans(func(m measured) time.Duration { return m.Rush.Max }), showSpan},
	{"commands a second", func(m measured) float64 { return m.Rush.PerSecond }, showCount},
	{"refusals, 32 at once: ack p50", spans(func(m measured) time.Duration { return m.Refused.P50 }), showSpan},
	{"p99", spans(func(m measured) time.Duration { return m.Refused.P99 }), showSpan},
	{"requests, 1 at once: ack p50", spans(func(m measured) time.Duration { return m.Request.P50 }), showSpan},
	{"p99", spans(func(m measured) time.Duration { return m.Request.P99 }), showSpan},
	{"CPU per command", spans(func(m measured) time.Duration { return m.PerCommand }), showSpan},
	{"of a help", spans(func(m measured) time.Duration { return m.PerHelp }), showSpan},
	{"of a refusal", spans(func(m measured) time.Duration { return m.PerRefusal }), showSpan},
	{"memory after all commands", func(m measured) float64 { return float64(m.LoadedRSS) }, showBytes},
	{"that without the program's file", func(m measured) float64 { return float64(m.LoadedAnon) }, showBytes},
	{"memory once idle again", func(m measured) float64 { return float64(m.CalmRSS) }, showBytes},
	{"that without the program's file", func(m measured) float64 { return float64(m.CalmAnon) }, showBytes},
	{"lost while connections are recycled", func(m measured) float64 { return float64(m.Recycled.Lost) }, showCount},
	{"lost otherwise", func(m measured) float64 { return float64(m.Lost) }, showCount},
}

// of is the median of a figure over the runs.
func (c *comparison) of(subject string, f func(measured) float64) float64 {
	var values []float64
	for _, run := range c.Runs {
		values = append(values, f(run[subject]))
	}
	return median(values)
}

// ratio is the median of the ratios within each run: what disturbs a run
// disturbs all its subjects. ok is false where one cannot be had.
func (c *comparison) ratio(a, b string, f func(measured) float64) (r float64, ok bool) {
	var values []float64
	for _, run := range c.Runs {
		if over := f(run[b]); over > 0 {
			values = append(values, f(run[a])/over)
		}
	}
	return median(values), len(values) > 0
}

func (c *comparison) table(w io.Writer) {
	fmt.Fprintf(w, "%d commands and %d requests a run; medians of %d runs, and of the ratios within each.\n\n", c.Commands, c.Requests, len(c.Runs))
	others := slices.DeleteFunc(slices.Clone(c.Subjects), func(s string) bool { return s == "bot" })
	head := append([]string{""}, c.Subjects...)
	if slices.Contains(c.Subjects, "bot") {
		for _, other := range others {
			head = append(head, "bot / "+other)
		}
	}
	var lines [][]string
	for _, r := range rows {
		line := []string{r.name}
		for _, s := range c.Subjects {
			line = append(line, r.show(c.of(s, r.of)))
		}
		for range head[len(line):] {
			cell := "-"
			if v, ok := c.ratio("bot", others[len(line)-1-len(c.Subjects)], r.of); ok {
				cell = fmt.Sprintf("%.2f", v)
			}
			line = append(line, cell)
		}
		lines = append(lines, line)
	}
	markdown(w, head, lines)
}

// markdown writes a table that reads well as text too.
func markdown(w io.Writer, head []string, lines [][]string) {
	t := tabwriter.NewWriter(w, 0, 0, 1, ' ', 0)
	put := func(cells []string) { fmt.Fprintf(t, "| %s\t|\n", strings.Join(cells, "\t| ")) }
	put(head)
	rule := make([]string, len(head))
	for i := range rule {
		rule[i] = "---"
	}
	put(rule)
	for _, line := range lines {
		put(line)
	}
	_ = t.Flush() // w keeps its own errors
}

// check holds only what no slow machine can break: counts, and ratios with much
// to spare.
func (c *comparison) check() []error {
	var wrong []error
	for _, run := range c.Runs {
		m, ok := run["bot"]
		// On a machine that is busy with other things some acks are later than Slack
		// waits, and count as lost.
		if ok && (m.Lost > 0 || m.Recycled.Lost > c.Commands/100) {
			wrong = append(wrong, fmt.Errorf("the bot lost %d commands, and %d while connections were recycled", m.Lost, m.Recycled.Lost))
		}
	}
	for _, limit := range []struct {
		what, than string
		of         func(measured) float64
		most       float64
	}{
		{"p50 of help, 32 at once", "floor", spans(func(m measured) time.Duration { return m.Crowd.P50 }), 4},
		{"CPU per command", "floor", spans(func(m measured) time.Duration { return m.PerCommand }), 4},
		{"memory after all commands", "bolt", func(m measured) float64 { return float64(m.LoadedRSS) }, 0.5},
		{"CPU per command", "bolt", spans(func(m measured) time.Duration { return m.PerCommand }), 0.8},
		{"time of a command, 32 at once", "bolt", func(m measured) float64 { return 1 / max(m.Crowd.PerSecond, 1e-9) }, 0.6},
	} {
		if !slices.Contains(c.Subjects, limit.than) || !slices.Contains(c.Subjects, "bot") {
			continue
		}
		switch r, ok := c.ratio("bot", limit.than, limit.of); {
		case !ok:
			wrong = append(wrong, fmt.Errorf("%s: no ratio to %s", limit.what, limit.than))
		case r > limit.most:
			wrong = append(wrong, fmt.Errorf("%s is %.2f times that of %s, more than %.1f", limit.what, r, limit.than, limit.most))
		}
	}
	if len(c.Runs) == 0 {
		wrong = append(wrong, errors.New("nothing was measured"))
	}
	return wrong
}
