package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"docspace-restorebot/bot/slacktest"
)

// old is how fast a bot is with so many restores in its past.
type old struct {
	Rows     int           `json:"rows"`
	Ready    time.Duration `json:"ready"`
	First    loaded        `json:"first"` // requests right after the start: a large file is still being read
	Help     loaded        `json:"help"`
	Past     loaded        `json:"history"`
	Request  loaded        `json:"request"`
	Memory   int64         `json:"memory"`
	Database int64         `json:"database"`
}

type aged struct {
	Machine string `json:"machine"`
	Rows    []old  `json:"rows"`
}

// history measures the bot with few and with very many rows of history.
func history(ctx context.Context, o options) (found result, err error) {
	dir, err := os.MkdirTemp("", "restorebot-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	subjects, err := build(ctx, dir, []string{"bot"})
	if err != nil {
		return nil, err
	}
	all := &aged{Machine: machine()}
	for _, rows := range []int{10, 1000, o.history} {
		fmt.Fprintf(o.notes, "%d rows\n", rows)
		one, err := growOld(ctx, o, subjects[0], rows)
		if err != nil {
			return nil, fmt.Errorf("%d rows: %w", rows, err)
		}
		all.Rows = append(all.Rows, one)
	}
	return all, nil
}

func growOld(ctx context.Context, o options, bot subject, rows int) (one old, err error) {
	s, err := setStage(scene{portals: 2 * o.requests, limits: slacktest.Unlimited(), takes: time.Minute})
	if err != nil {
		return one, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.remember(ctx, rows); err != nil {
		return one, err
	}
	a, err := s.enter(ctx, bot)
	if err != nil {
		return one, err
	}
	defer func() { err = errors.Join(err, a.leave()) }()
	one = old{Rows: rows, Ready: a.Ready}
	says := func(words string) func(int) slacktest.Line {
		return func(int) slacktest.Line {
			return slacktest.Line{User: asker, Channel: s.channels[0], Text: "/restore " + words}
		}
	}
	if one.First, err = s.request(ctx, 1, s.portals[:o.requests]); err != nil {
		return one, err
	}
	if err := a.calm(ctx); err != nil {
		return one, err
	}
	n := max(20, o.commands/20)
	if one.Help, err = rush(ctx, s.slack, 1, n, says("help")); err != nil {
		return one, err
	}
	if one.Past, err = rush(ctx, s.slack, 1, n, says("history")); err != nil {
		return one, err
	}
	if one.Request, err = s.request(ctx, 1, s.portals[o.requests:]); err != nil {
		return one, err
	}
	u, err := a.usage()
	if err != nil {
		return one, err
	}
	one.Memory = u.Anon
	if info, err := os.Stat(s.databaseFile()); err == nil {
		one.Database = info.Size()
	}
	return one, nil
}

func (a *aged) table(w io.Writer) {
	fmt.Fprintln(w, "One command at a time. The first requests come right after the start, while the bot still reads the file; the others once it is idle.")
	fmt.Fprintln(w)
	var lines [][]string
	for _, r := range a.Rows {
		lines = append(lines, []string{
			showCount(float64(r.Rows)), showSpan(float64(r.Ready)), showSpan(float64(r.First.P50)), showSpan(float64(r.First.P99)), showSpan(float64(r.Help.P50)), showSpan(float64(r.Past.P50)), showSpan(float64(r.Past.P99)),
			showSpan(float64(r.Request.P50)), showSpan(float64(r.Request.P99)), showBytes(float64(r.Memory)), showBytes(float64(r.Database)),
		})
	}
	many := a.Rows[len(a.Rows)-1]
	for _, few := range a.Rows[:len(a.Rows)-1] {
		lines = append(lines, ratios(few, many))
	}
	markdown(w, []string{"restores in the past", "first hello", "first requests p50", "p99", "help p50", "history p50", "p99", "request p50", "p99", "memory", "database"}, lines)
}

func ratios(few, many old) []string {
	ratio := func(of func(old) float64) string { return fmt.Sprintf("%.2f", of(many)/max(1, of(few))) }
	return []string{
		fmt.Sprintf("%d / %d", many.Rows, few.Rows), ratio(func(r old) float64 { return float64(r.Ready) }),
		ratio(func(r old) float64 { return float64(r.First.P50) }), ratio(func(r old) float64 { return float64(r.First.P99) }), ratio(func(r old) float64 { return float64(r.Help.P50) }),
		ratio(func(r old) float64 { return float64(r.Past.P50) }), ratio(func(r old) float64 { return float64(r.Past.P99) }),
		ratio(func(r old) float64 { return float64(r.Request.P50) }), ratio(func(r old) float64 { return float64(r.Request.P99) }),
		ratio(func(r old) float64 { return float64(r.Memory) }), ratio(func(r old) float64 { return float64(r.Database) }),
	}
}

// check compares with a past of 1000: /restore history looks through the last
// 1000 for those that the person may see, and takes less where there are fewer.
func (a *aged) check() []error {
	few, many := a.Rows[1], a.Rows[2]
	var wrong []error
	if float64(many.Past.P50) > 5*float64(few.Past.P50) {
		wrong = append(wrong, fmt.Errorf("/restore history takes %v with %d restores in the past and %v with %d", many.Past.P50, many.Rows, few.Past.P50, few.Rows))
	}
	if float64(many.Request.P50) > 5*float64(few.Request.P50) {
		wrong = append(wrong, fmt.Errorf("a request takes %v with %d restores in the past and %v with %d", many.Request.P50, many.Rows, few.Request.P50, few.Rows))
	}
	return wrong
}
