package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"docspace-restorebot/bot/slacktest"
)

const (
	// soakPortals is few, so that each is restored again and again.
	soakPortals = 6
	// disturbed is the part of a soak in which the bot is killed and stopped in
	// turn; what it holds is watched in its last life, which is the rest.
	disturbed = 0.4
	// waits is how long a request waits for its confirmation; crowds press within
	// seconds. The queue holds a job of each request for so long.
	waits = 2 * time.Minute
	// shortLife is about how long the lives before the last one are.
	shortLife = 2 * time.Minute
	// looksAgain is after how long somebody presses again whose press seems to
	// have done nothing.
	looksAgain = 5 * time.Second
)

// soaked is what a soak has found out. The samples are of its last life, after
// the first third of it: until then the bot fills what it holds on purpose.
type soaked struct {
	Machine  string        `json:"machine"`
	For      time.Duration `json:"for"`
	Restores int           `json:"restores"`
	Told     int           `json:"ends_told"`
	Commands int           `json:"commands"`
	Waits    latency       `json:"waits"`
	Lost     int           `json:"lost"`
	Late     int           `json:"late"`            // answered, but after the 3 s for which Slack waits
	LostDown int           `json:"lost_while_down"` // on their way at a kill, or typed while no bot was connected
	Recycles int           `json:"recycles"`
	Limited  int           `json:"rate_limited"` // calls that were answered with 429
	Kills    int           `json:"kills"`
	Stops    int           `json:"stops"`
	Requests outcomes      `json:"requests"`
	Presses  presses       `json:"presses"`
	Refused  outcomes      `json:"presses_refused"` // by rule
	Samples  []sample      `json:"samples"`
	Rows     []tally       `json:"rows"` // at the ends of the halves of the samples
}

// soak keeps a bot busy with commands, restores, recycled connections and 429s.
// It kills it and stops it in turn, and then watches what it holds.
func soak(ctx context.Context, o options) (found result, err error) {
	dir, err := os.MkdirTemp("", "restorebot-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	subjects, err := build(ctx, dir, []string{"bot"})
	if err != nil {
		return nil, err
	}
	s, err := setStage(scene{portals: soakPortals, perChannel: 1, takes: 3 * time.Second})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	k := &soaker{stage: s, bot: subjects[0], found: &soaked{Machine: machine(), For: o.length}, notes: o.notes}
	if k.metrics, err = freeAddress(); err != nil {
		return nil, err
	}
	if err := k.run(ctx, o.length); err != nil {
		return nil, err
	}
	return k.found, nil
}

// freeAddress is one that nobody listens on.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it returns at once
	if err != nil {
		return "", fmt.Errorf("loopback: %w", err)
	}
	return listener.Addr().String(), listener.Close()
}

type soaker struct {
	*stage

	bot     subject
	metrics string // where the bot tells of its goroutines
	actor   *actor
	found   *soaked
	notes   io.Writer

	wishes []*slacktest.Delivery // requests for a restore, as they were typed

	mu    sync.Mutex
	downs []downtime
	lost  []*slacktest.Delivery // what was not answered in time
}

// downtime is when no answer can be asked of the bot.
type downtime struct{ from, to time.Time }

func (k *soaker) begin(ctx context.Context) (err error) {
	k.actor, err = k.enter(ctx, k.bot, "HTTP_ADDR="+k.metrics, "DOCSPACE_POLL_INTERVAL=1s", "RESTORE_CONFIRM_TTL="+waits.String())
	return err
}

// run is the soak from its first life to its last.
func (k *soaker) run(ctx context.Context, length time.Duration) (err error) {
	if err := k.begin(ctx); err != nil {
		return err
	}
	watching, blind := context.WithCancel(ctx)
	defer blind()
	crowd := k.crowd()
	crowd.patience = looksAgain
	go crowd.watch(watching)
	busy, stop := context.WithCancel(ctx)
	defer stop()
	var work sync.WaitGroup
	work.Go(func() { k.recycle(busy, min(10*time.Second, length/10)) })
	work.Go(func() { k.commands(busy, max(20*time.Millisecond, length/30_000)) })
	work.Go(func() { k.restores(busy, min(20*time.Second, length/10)) })
	work.Go(func() { k.limits(busy) })
	go k.owners(watching)

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
	work.Wait()
	if err := k.settle(ctx, crowd); err != nil {
		return err
	}
	return k.actor.leave()
}

// settle waits until every request has come to its end, and counts.
func (k *soaker) settle(ctx context.Context, crowd *crowd) (err error) {
	for stopped := time.Now(); ; {
		var open int
		if k.found.Requests, k.found.Refused, open, err = k.fates(ctx); err != nil {
			return err
		}
		k.found.Restores, k.found.Told = k.begun(), crowd.count()
		if open == 0 && k.found.Told >= k.found.Restores || time.Since(stopped) > time.Minute {
			break
		}
		if err := pause(ctx, 500*time.Millisecond); err != nil {
			return err
		}
	}
	k.found.Presses = crowd.counted()
	for _, one := range limited {
		k.found.Limited += k.refusals(one.method)
	}
	k.mu.Lock()
	lost := k.lost
	k.mu.Unlock()
	for _, typed := range lost {
		switch {
		case k.excused(typed.At):
			k.found.LostDown++
		case len(typed.Acks()) > 0:
			k.found.Late++
		default:
			k.found.Lost++
			fmt.Fprintf(k.notes, "lost at %s: %v, sent on %d connections\n", typed.At.Format(time.TimeOnly), typed.Err(), len(typed.Attempts()))
		}
	}
	return nil
}

// lose notes that what was typed was not answered in time.
func (k *soaker) lose(typed *slacktest.Delivery) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.lost = append(k.lost, typed)
}

// again ends the bot and starts it anew.
func (k *soaker) again(ctx context.Context, kill bool) error {
	down := downtime{from: time.Now()}
	if kill {
		fmt.Fprintln(k.notes, "killed")
		k.found.Kills++
		// What it has in hand is on its way, and Slack waits for it for 3 s.
		down.from = down.from.Add(-3 * time.Second)
		_ = k.actor.cmd.Process.Signal(syscall.SIGKILL)
		_ = k.actor.cmd.Wait()
	} else {
		fmt.Fprintln(k.notes, "stopped")
		k.found.Stops++
		if err := k.actor.leave(); err != nil {
			return err
		}
	}
	if err := k.begin(ctx); err != nil {
		return err
	}
	down.to = time.Now()
	k.mu.Lock()
	defer k.mu.Unlock()
	k.downs = append(k.downs, down)
	return nil
}

// excused reports whether nobody could answer what was typed at that moment.
func (k *soaker) excused(at time.Time) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, down := range k.downs {
		if !at.Before(down.from) && !at.After(down.to) {
			return true
		}
	}
	return false
}

// watch takes samples in the last life, after a third of it.
func (k *soaker) watch(ctx context.Context, life time.Duration) error {
	began := time.Now()
	if err := pause(ctx, life/3); err != nil {
		return err
	}
	const samples = 60
	for n := range samples + 1 {
		if err := pause(ctx, time.Until(began.Add(life/3+life*2/3*time.Duration(n)/samples))); err != nil {
			return err
		}
		one, err := k.sample(ctx, time.Since(began))
		if err != nil {
			return err
		}
		k.found.Samples = append(k.found.Samples, one)
		if n%(samples/2) == 0 {
			counted, err := k.count(ctx)
			if err != nil {
				return err
			}
			k.found.Rows = append(k.found.Rows, counted)
		}
	}
	return nil
}

func (k *soaker) begun() (n int) {
	for _, p := range k.portals {
		n += len(p.Restores())
	}
	return n
}

// recycle replaces one connection after the other, as Slack does all day: with
// the 10 s that Slack leaves, and in turn with a warning first and with the
// request to come back. A bot that holds one connection for the moment is left
// alone, for its first second and after a connection was refused.
func (k *soaker) recycle(ctx context.Context, every time.Duration) {
	for pause(ctx, every) == nil {
		var settled []slacktest.Connection
		for _, c := range k.slack.Connections() {
			if c.Reason == "" && time.Since(c.Since) > time.Second {
				settled = append(settled, c)
			}
		}
		if len(settled) < 2 {
			continue
		}
		reason := slacktest.Warning
		if k.found.Recycles%2 == 1 {
			reason = slacktest.RefreshRequested
		}
		k.slack.Recycle(reason, slacktest.Grace, settled[0].ID)
		k.found.Recycles++
	}
}
