package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

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
	endsWithin = time.Minute
)

// soaked is what a soak has found out. The samples are of its last life, after the
// first third of it: until then the bot fills what it holds on purpose.
type soaked struct {
	length                 time.Duration
	restores, told         int
	commands               loaded
	typed, late            int // late: answered, but after the 3 s for which Slack waits
	lost, lostDown         int // with a bot there; at a kill, or with no bot there
	recycles, kills, stops int
	limited                int // calls that were answered with 429
	outcomes               outcomes
	samples                []sample
	rows                   []map[string]int // at the middle and the end of the samples
}

// soaker is a soak that goes on.
type soaker struct {
	*stage.Stage

	portals []*stage.Another
	metrics string // where the bot tells of its goroutines
	bot     *stage.Bot
	found   *soaked
	notes   io.Writer

	downs    []downtime
	commands []*slacktest.Delivery
	pickers  []*slacktest.Delivery
	requests []*slacktest.Delivery // for a restore
}

// downtime is when no answer can be asked of the bot.
type downtime struct{ from, to time.Time }

// soak keeps a bot busy with commands, restores, recycled connections and 429s. It
// kills it and stops it in turn, and then watches what it holds.
func soak(ctx context.Context, o options) (found answer, err error) {
	dir, err := os.MkdirTemp("", "restorebot-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	argv, err := program(ctx, dir, self)
	if err != nil {
		return nil, err
	}
	s, portals, err := set(argv, soakPortals, 1, docspacetest.Config{Script: docspacetest.Total(3 * time.Second)}, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	k := &soaker{Stage: s, portals: portals, found: &soaked{length: o.length}, notes: o.notes}
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it returns at once
	if err != nil {
		return nil, err
	}
	k.metrics = listener.Addr().String()
	if err := listener.Close(); err != nil {
		return nil, err
	}
	s.Setenv("HTTP_ADDR="+k.metrics, "RESTORE_CONFIRM_TTL=2m")
	if err := k.run(ctx, o.length); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, k.log())
	}
	return k.found, nil
}

func (k *soaker) log() string {
	if k.bot == nil {
		return ""
	}
	return k.bot.Log()
}

// run is the soak from its first life to its last.
func (k *soaker) run(ctx context.Context, length time.Duration) (err error) {
	if k.bot, err = k.AddBot(ctx); err != nil {
		return err
	}
	watching, blind := context.WithCancel(ctx)
	defer blind()
	crowd := watch(watching, k.Stage)
	busy, stop := context.WithCancel(ctx)
	defer stop()
	var work sync.WaitGroup
	work.Go(func() {
		k.found.recycles = recycling(busy, k.Slack, min(10*time.Second, length/10), slacktest.Grace, 2)
	})
	work.Go(func() { k.command(busy, max(20*time.Millisecond, length/30_000)) })
	work.Go(func() { k.restore(busy, min(20*time.Second, length/10)) })
	work.Go(func() { k.limit(busy) })
	work.Go(func() { k.own(watching) })

	early := time.Duration(disturbed * float64(length))
	lives := 2 * max(1, int(early/(2*shortLife)))
	for n := range lives {
		if err := pause(ctx, early/time.Duration(lives)); err != nil {
			return err
		}
		if err := k.again(ctx, n%2 == 0); err != nil {
			return err
		}
	}
	if err := k.watch(ctx, length-early); err != nil {
		return err
	}
	stop()
	if err := k.settle(ctx, crowd); err != nil {
		return err
	}
	blind()
	work.Wait()
	if err := k.bot.Stop(); err != nil {
		return fmt.Errorf("the bot ended badly: %w", err)
	}
	return k.count(ctx)
}

// again ends the bot and starts it anew.
func (k *soaker) again(ctx context.Context, kill bool) (err error) {
	down := downtime{from: time.Now()}
	if kill {
		fmt.Fprintln(k.notes, "killed")
		k.found.kills++
		down.from = down.from.Add(-3 * time.Second) // what it has in hand is on its way, and Slack waits for it so long
		k.bot.Kill()
	} else {
		fmt.Fprintln(k.notes, "stopped")
		k.found.stops++
		if err := k.bot.Stop(); err != nil {
			return err
		}
	}
	if k.bot, err = k.AddBot(ctx); err != nil {
		return err
	}
	down.to = time.Now()
	k.downs = append(k.downs, down)
	return nil
}

// excused reports whether nobody could answer what was typed at that moment.
func (k *soaker) excused(at time.Time) bool {
	for _, down := range k.downs {
		if !at.Before(down.from) && !at.After(down.to) {
			return true
		}
	}
	return false
}

// begun is how many restores began.
func (k *soaker) begun() (n int) {
	for _, p := range k.portals {
		n += len(p.Restores())
	}
	return n
}

// command types one command in an interval, of every kind.
func (k *soaker) command(ctx context.Context, every time.Duration) {
	words := []string{"help", "status", "history", "list --portal p0", "5f9e --force"}
	turn := time.NewTicker(every)
	defer turn.Stop()
	for n := 0; ctx.Err() == nil; n++ {
		who := stage.Alice
		if n%10 == 0 {
			who = stage.Eve
		}
		k.commands = append(k.commands, k.Slack.Command(who, k.portals[n%len(k.portals)].Channel, "/restore "+words[n%len(words)]))
		select {
		case <-turn.C:
		case <-ctx.Done():
		}
	}
}

// restore asks for a restore of each portal in turn, and opens the picker in between.
func (k *soaker) restore(ctx context.Context, every time.Duration) {
	for n := 0; pause(ctx, every) == nil; n++ {
		p := k.portals[n%len(k.portals)]
		k.pickers = append(k.pickers, k.Slack.Command(stage.Alice, p.Channel, "/restore"))
		if all := p.Restores(); len(all) == 0 || !all[len(all)-1].Ended.IsZero() {
			k.requests = append(k.requests, ask(k.Stage, p))
		}
	}
}

// own looks after each portal that was restored, as the bot asks its owner to: with
// a new key where the bot reads it, and a backup.
func (k *soaker) own(ctx context.Context) {
	cared := map[*stage.Another]int{}
	for pause(ctx, 500*time.Millisecond) == nil {
		for _, p := range k.portals {
			all := p.Restores()
			if len(all) == cared[p] || all[len(all)-1].Ended.IsZero() || p.NewKey() != nil {
				continue
			}
			p.AddBackup(docspacetest.Backup{StorageType: 4, CreatedOn: time.Now().UTC()})
			cared[p] = len(all)
		}
	}
}

// limited are the methods that are answered with 429 now and then, each with how
// many calls pass before the next one is refused. Edits are what a bot does with
// less of when it is refused: it must not find that every one is.
var limited = []struct {
	method string
	pass   int
}{{"chat.postMessage", 0}, {"chat.update", 3}, {"apps.connections.open", 0}}

// limit lets Slack refuse a call now and then, as a busy workspace makes it. Of each
// method one call at most is to be refused.
func (k *soaker) limit(ctx context.Context) {
	armed := map[string]int{}
	var heals []func()
	for n := 0; pause(ctx, 3*time.Second) == nil; n++ {
		one := limited[n%len(limited)]
		if armed[one.method] > k.refusals(one.method) {
			continue // it waits for its call still
		}
		armed[one.method]++
		heals = append(heals, k.Slack.Fail(one.method, slacktest.Failure{
			Times: 1, After: one.pass, Status: http.StatusTooManyRequests, RetryAfter: time.Second,
		}))
	}
	for _, heal := range heals {
		heal()
	}
	for _, one := range limited {
		k.found.limited += k.refusals(one.method)
	}
}

// refusals is how many calls of a method were answered with 429.
func (k *soaker) refusals(method string) (n int) {
	for _, call := range k.Slack.Calls(method) {
		if call.Status == http.StatusTooManyRequests {
			n++
		}
	}
	return n
}
