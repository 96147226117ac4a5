package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite" // counts the queue's rows

	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
	"docspace-restorebot/docspace/docspacetest"
)

const (
	// soakPortals is few, so that each is restored again and again.
	soakPortals = 6
	// disturbed is the part of a soak in which the bot is killed and stopped in turn;
	// what it holds is watched in its last life, which is the rest.
	disturbed = 0.4
	// shortLife is about how long the lives before the last one are.
	shortLife  = 2 * time.Minute
	endsWithin = 2 * time.Minute
	samples    = 60
)

// soaker keeps a bot busy.
type soaker struct {
	*stage.Stage

	people *people
	bot    *stage.Bot
	downs  []downtime
	lives  int
	held   []sample
	lost   atomic.Int64 // restores that came to no end
}

// downtime is when no answer can be asked of the bot.
type downtime struct{ from, to time.Time }

// sample is what the bot holds at one moment: memory of its own, goroutines, open
// files, and the rows of its queue, which go again.
type sample [4]float64

// soak keeps a bot busy with commands, restores, recycled connections and 429s. It
// kills it and stops it in turn, and then watches what it holds.
func soak(ctx context.Context, o options) (found answer, err error) {
	argv, err := program(ctx, o.dir, self)
	if err != nil {
		return found, err
	}
	s, portals, err := set(argv, soakPortals, 1, docspacetest.Config{Script: docspacetest.Total(3 * time.Second)}, nil)
	if err != nil {
		return found, err
	}
	defer s.Close()
	s.Setenv("HTTP_ADDR=127.0.0.1:0", "RESTORE_CONFIRM_TTL=2m")
	ctx, end := context.WithCancel(ctx)
	defer end()
	k := &soaker{Stage: s, people: watch(ctx, s.Slack)}
	if k.bot, err = s.AddBot(ctx); err != nil {
		return found, err
	}
	busy, stop := context.WithCancel(ctx)
	defer stop()
	var work sync.WaitGroup
	recycles := 0
	work.Go(func() { recycles = recycling(busy, s.Slack, min(10*time.Second, o.length/10), slacktest.Grace, 2) })
	work.Go(func() { k.command(busy, portals, max(20*time.Millisecond, o.length/30_000)) })
	work.Go(func() { limit(busy, s.Slack) })
	for n, p := range portals {
		work.Go(func() { k.restore(ctx, busy, p, time.Duration(n+1)*min(20*time.Second, o.length/10), o.notes) })
	}
	early := time.Duration(disturbed * float64(o.length))
	if err = k.disturb(ctx, early, o.notes); err == nil {
		err = k.watch(ctx, o.length-early)
	}
	stop()
	if err != nil {
		end() // nobody waits for the end of a restore any more
	}
	work.Wait()
	if err = errors.Join(err, k.bot.Stop()); err != nil {
		return found, fmt.Errorf("%w\n%s", err, k.bot.Log())
	}
	open, err := open(ctx, "sqlite:"+s.Database())
	return k.answer(o.length, portals, recycles, open), err
}

// command types one command in an interval, of every kind.
func (k *soaker) command(ctx context.Context, portals []*stage.Another, every time.Duration) {
	words := []string{"help", "status", "history", "list --portal p0", "5f9e --force"}
	turn := time.NewTicker(every)
	defer turn.Stop()
	for n := 0; ctx.Err() == nil; n++ {
		who := stage.Alice
		if n%10 == 0 {
			who = stage.Eve
		}
		k.Slack.Command(who, portals[n%len(portals)].Channel, "/restore "+words[n%len(words)])
		select {
		case <-turn.C:
		case <-ctx.Done():
		}
	}
}

// restore restores a portal again and again while the bot is kept busy, and sees
// each restore to its end. Then it does what the bot asks the portal's owner for: a
// new key where the bot reads it, and a backup.
func (k *soaker) restore(ctx, busy context.Context, p *stage.Another, every time.Duration, notes io.Writer) {
	for pause(busy, every) == nil {
		k.Slack.Command(stage.Alice, p.Channel, "/restore") // the picker
		told, began := len(k.people.ends(p.Name)), len(p.Restores())
		for typed := ask(k.Slack, p); ; typed = ask(k.Slack, p) { // a person who gets no answer types it again
			if _, err := typed.Wait(ctx); err == nil {
				break
			}
			if pause(ctx, time.Second) != nil {
				return
			}
		}
		within, cancel := context.WithTimeout(ctx, endsWithin)
		err := k.people.heard(within, p.Name, told+1)
		cancel()
		if err != nil || len(p.Restores()) != began+1 {
			fmt.Fprintf(notes, "%s: %d restores began, and %d ends were told\n", p.Name, len(p.Restores())-began, len(k.people.ends(p.Name))-told)
			k.lost.Add(1)
		}
		if err := p.NewKey(); err != nil {
			fmt.Fprintln(notes, err)
		}
		p.AddBackup(docspacetest.Backup{StorageType: 4, CreatedOn: time.Now().UTC()})
	}
}

// limit lets Slack refuse a call now and then, as a busy workspace makes it: of a
// few edits one, since edits are what a bot does with less of when it is refused.
func limit(ctx context.Context, slack *slacktest.Slack) {
	methods := []string{"chat.postMessage", "chat.update", "apps.connections.open"}
	for n := 0; ctx.Err() == nil; n++ {
		f := slacktest.Failure{Times: 1, Status: http.StatusTooManyRequests, RetryAfter: time.Second}
		if methods[n%len(methods)] == "chat.update" {
			f.After = 3
		}
		heal := slack.Fail(methods[n%len(methods)], f)
		_ = pause(ctx, 3*time.Second) // the loop ends with ctx
		heal()
	}
}

// disturb kills and stops the bot in turn and starts it anew.
func (k *soaker) disturb(ctx context.Context, length time.Duration, notes io.Writer) (err error) {
	lives := 2 * max(1, int(length/(2*shortLife)))
	for n := range lives {
		if err := pause(ctx, length/time.Duration(lives)); err != nil {
			return err
		}
		down := downtime{from: time.Now()}
		if n%2 == 0 {
			fmt.Fprintln(notes, "killed")
			down.from = down.from.Add(-3 * time.Second) // what it has in hand is on its way, and Slack waits for it so long
			k.bot.Kill()
		} else {
			fmt.Fprintln(notes, "stopped")
			if err := k.bot.Stop(); err != nil {
				return err
			}
		}
		if k.bot, err = k.AddBot(ctx); err != nil {
			return err
		}
		down.to = time.Now()
		k.downs, k.lives = append(k.downs, down), k.lives+1
	}
	return nil
}

// excused reports whether nobody could answer what was typed at that moment.
func (k *soaker) excused(at time.Time) bool {
	return slices.ContainsFunc(k.downs, func(d downtime) bool { return !at.Before(d.from) && !at.After(d.to) })
}

// watch takes samples in the last life, after a third of it: until then the bot
// fills what it holds on purpose.
func (k *soaker) watch(ctx context.Context, life time.Duration) (err error) {
	queue, err := sql.Open("sqlite", "file:"+k.Database()+"?mode=ro&_pragma=busy_timeout(5000)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, queue.Close()) }()
	began := time.Now()
	for n := range samples {
		if err := pause(ctx, time.Until(began.Add(life/3+life*2/3*time.Duration(n+1)/samples))); err != nil {
			return err
		}
		u, err := usageOf(k.bot.Process())
		if err != nil {
			return err
		}
		_, metrics, err := k.bot.Get(ctx, "/metrics")
		if err != nil {
			return err
		}
		_, after, _ := strings.Cut(metrics, "\ngo_goroutines ")
		line, _, _ := strings.Cut(after, "\n")
		goroutines, err := strconv.ParseFloat(line, 64)
		if err != nil {
			return errors.New("the bot's metrics do not tell its goroutines")
		}
		var rows float64
		if err := queue.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM river_job) + (SELECT count(*) FROM river_notification)`).Scan(&rows); err != nil {
			return err
		}
		k.held = append(k.held, sample{u.anon, goroutines, float64(u.files), rows})
	}
	return nil
}

// open is how many requests that the bot recorded have not come to an end that was
// told where it is to be. The bot has stopped.
func open(ctx context.Context, databaseURL string) (n int, err error) {
	store, err := durable.Open(ctx, databaseURL)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	all, err := store.Recent(ctx, 100_000)
	for _, r := range all {
		if !r.State.Ended() || r.State.Announced() && r.EndTS == "" {
			n++
		}
	}
	return n, err
}

func (k *soaker) answer(length time.Duration, portals []*stage.Another, recycles, open int) answer {
	all := slices.DeleteFunc(k.Slack.Deliveries(), func(d *slacktest.Delivery) bool { return d.Type == "events_api" })
	in := slices.DeleteFunc(slices.Clone(all), func(d *slacktest.Delivery) bool { return k.excused(d.At) })
	sum := became(in)
	figures := []figure{
		count("restores", restores(portals, false)).atLeast(1),
		count("restores whose end was not told", int(k.lost.Load())).atMost(0), count("requests left open in the database", open).atMost(0),
		count("commands and presses", len(all)), times("ack p50", float64(sum.p50)), times("ack p99", float64(sum.p99)),
		// A busy machine may stand still for a moment.
		count("answered after more than 3 s", sum.late).atMost(float64(len(in) / 100)),
		count("lost", sum.lost).atMost(0), count("on their way at a kill, or with no bot there", len(all)-len(in)),
		count("kills and stops", k.lives), count("connections recycled", recycles).atLeast(1), count("calls answered with 429", refused(k.Slack)),
	}
	title := fmt.Sprintf("%v of commands, restores, recycled connections and 429s; what is held is the medians of the halves of the last life.", length)
	return list(title, append(figures, growth(k.held)...))
}

// growth is what was held in the first and the last half of samples. It may grow by
// a half, and by what a noisy machine shows.
func growth(held []sample) []figure {
	figures := []figure{count("samples of its last life", len(held)).atLeast(2)}
	for n, kind := range []struct {
		name string
		of   func(name string, v float64) figure
		more float64
	}{
		{"memory", memory, 4 << 20},
		{"goroutines", number, 20},
		{"open files", number, 10},
		{"rows of the queue", number, 40},
	} {
		var values []float64
		for _, s := range held {
			values = append(values, s[n])
		}
		half := len(values) / 2
		first := kind.of(kind.name+", first half", median(values[:half]))
		last := kind.of(kind.name+", last half", median(values[half:]))
		figures = append(figures, first, last.atMost(first.value*1.5+kind.more))
	}
	return figures
}
