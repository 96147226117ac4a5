package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	_ "modernc.org/sqlite" // registers itself

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/slacktest"
)

// old is how fast a bot is with so many restores in its past.
type old struct {
	Rows     int           `json:"rows"`
	Ready    time.Duration `json:"ready"`
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
	s, err := setStage(scene{portals: o.requests, limits: slacktest.Unlimited(), takes: time.Minute})
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
	n := max(20, o.commands/20)
	if one.Help, err = rush(ctx, s.slack, 1, n, says("help")); err != nil {
		return one, err
	}
	if one.Past, err = rush(ctx, s.slack, 1, n, says("history")); err != nil {
		return one, err
	}
	if one.Request, err = s.request(ctx, 1); err != nil {
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

// remember puts ended restores into the database, spread over the portals: one
// by the bot's own store, the rest as its copies, since each of the store's
// own would be a commit.
func (s *stage) remember(ctx context.Context, rows int) error {
	store, err := durable.Open(ctx, "sqlite:"+s.databaseFile())
	if err != nil {
		return err
	}
	at := time.Now().Add(-24 * time.Hour).UTC()
	err = store.Create(ctx, bot.Restore{
		ID: "seedseedse", Portal: s.portals[0].name, State: bot.Succeeded, Delivery: "seed", Channel: s.channels[0], Requester: asker,
		RequestedAt: at, EndedAt: at.Add(time.Hour), ExpiresAt: at.Add(time.Hour),
	})
	if err = errors.Join(err, store.Close()); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", s.databaseFile())
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, `
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
		INSERT INTO restore (id, portal, state, version, generation, delivery, requested_at, stepped_at, due_at, settled, data)
		SELECT printf('%010d', i), 'p' || (i % $2), state, version, generation, 'seed' || i, requested_at - i * 1000000000,
			stepped_at, due_at, true, replace(data, 'seedseedse', printf('%010d', i))
		FROM restore, n WHERE id = 'seedseedse'`, rows-1, len(s.portals))
	if err == nil {
		_, err = db.ExecContext(ctx, `UPDATE restore SET settled = true`)
	}
	if err == nil {
		_, err = db.ExecContext(ctx, `DELETE FROM river_job`)
	}
	return err
}

func (a *aged) table(w io.Writer) {
	fmt.Fprintln(w, "One command at a time.")
	fmt.Fprintln(w)
	var lines [][]string
	for _, r := range a.Rows {
		lines = append(lines, []string{
			showCount(float64(r.Rows)), showSpan(float64(r.Ready)), showSpan(float64(r.Help.P50)), showSpan(float64(r.Past.P50)), showSpan(float64(r.Past.P99)),
			showSpan(float64(r.Request.P50)), showSpan(float64(r.Request.P99)), showBytes(float64(r.Memory)), showBytes(float64(r.Database)),
		})
	}
	many := a.Rows[len(a.Rows)-1]
	for _, few := range a.Rows[:len(a.Rows)-1] {
		lines = append(lines, ratios(few, many))
	}
	markdown(w, []string{"restores in the past", "first hello", "help p50", "history p50", "p99", "request p50", "p99", "memory", "database"}, lines)
}

func ratios(few, many old) []string {
	ratio := func(of func(old) float64) string { return fmt.Sprintf("%.2f", of(many)/max(1, of(few))) }
	return []string{
		fmt.Sprintf("%d / %d", many.Rows, few.Rows), ratio(func(r old) float64 { return float64(r.Ready) }), ratio(func(r old) float64 { return float64(r.Help.P50) }),
		ratio(func(r old) float64 { return float64(r.Past.P50) }), ratio(func(r old) float64 { return float64(r.Past.P99) }),
		ratio(func(r old) float64 { return float64(r.Request.P50) }), ratio(func(r old) float64 { return float64(r.Request.P99) }),
		ratio(func(r old) float64 { return float64(r.Memory) }), ratio(func(r old) float64 { return float64(r.Database) }),
	}
}

// check compares with a past of 1000: /restore history looks through the last
// 200 for those that the person may see, and takes less where there are fewer.
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
