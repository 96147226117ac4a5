package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/docspace/docspacetest"
)

// soakPortals is few, so that each is restored again and again.
const soakPortals = 6

// sample is what a process held at one moment.
type sample struct {
	After      time.Duration `json:"after"`
	Memory     int64         `json:"memory"`
	Goroutines int           `json:"goroutines"`
	Files      int           `json:"files"`
	Open       int           `json:"restores"` // begun until then
	Database   int64         `json:"database"` // bytes
}

// soaked is what a soak has found out. The samples are of its last life, which
// is two thirds of it.
type soaked struct {
	Machine  string        `json:"machine"`
	For      time.Duration `json:"for"`
	Restores int           `json:"restores"`
	Told     int           `json:"ends_told"`
	Commands loaded        `json:"commands"`
	LostDown int           `json:"lost_while_down"` // typed while the bot was down or just before
	Recycles int           `json:"recycles"`
	Limited  int64         `json:"rate_limited"` // calls answered with 429
	Kills    int           `json:"kills"`
	Stops    int           `json:"stops"`
	Samples  []sample      `json:"samples"`
}

// soak keeps a bot busy with commands, restores, recycled connections and 429s.
// It kills it after a sixth of the time and stops it after a third, and then
// watches what it holds.
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
	if err := k.run(ctx, o.length); err != nil {
		return nil, err
	}
	return k.found, nil
}

type soaker struct {
	*stage

	bot   subject
	actor *actor
	found *soaked
	notes io.Writer

	limited atomic.Int64
	turns   atomic.Int64 // odd while the bot is down
}

// metricsAddr is where the bot tells of its goroutines.
const metricsAddr = "127.2.0.1:9464"

func (k *soaker) begin(ctx context.Context) (err error) {
	k.actor, err = k.enter(ctx, k.bot, "HTTP_ADDR="+metricsAddr, "DOCSPACE_POLL_INTERVAL=1s")
	return err
}

func (k *soaker) run(ctx context.Context, length time.Duration) (err error) {
	if err := k.begin(ctx); err != nil {
		return err
	}
	watching, blind := context.WithCancel(ctx)
	defer blind()
	crowd := k.crowd()
	go crowd.watch(watching)
	busy, stop := context.WithCancel(ctx)
	defer stop()
	recycles, commands := make(chan int, 1), make(chan loaded, 1)
	go func() { recycles <- recycling(busy, k.slack, 10*time.Second) }()
	go func() { commands <- k.commands(busy) }()
	go k.restores(busy)
	go k.limits(busy)

	began := time.Now()
	if err := pause(ctx, length/6); err != nil {
		return err
	}
	fmt.Fprintln(k.notes, "killed")
	k.turns.Add(1)
	_ = k.actor.cmd.Process.Signal(syscall.SIGKILL)
	_ = k.actor.cmd.Wait()
	k.found.Kills++
	if err := k.begin(ctx); err != nil {
		return err
	}
	k.turns.Add(1)
	if err := pause(ctx, length/6); err != nil {
		return err
	}
	fmt.Fprintln(k.notes, "stopped")
	k.turns.Add(1)
	if err := k.actor.leave(); err != nil {
		return err
	}
	k.found.Stops++
	if err := k.begin(ctx); err != nil {
		return err
	}
	k.turns.Add(1)
	for time.Since(began) < length {
		if err := pause(ctx, min(length/30, 5*time.Second)); err != nil {
			return err
		}
		one, err := k.sample(ctx, time.Since(began))
		if err != nil {
			return err
		}
		k.found.Samples = append(k.found.Samples, one)
	}
	stop()
	k.found.Recycles, k.found.Commands, k.found.Limited = <-recycles, <-commands, k.limited.Load()
	for ended := time.Now(); time.Since(ended) < time.Minute; { // room for the last ends
		k.found.Restores, k.found.Told = k.begun(), crowd.count()
		if k.found.Told >= k.found.Restores {
			break
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
	return k.actor.leave()
}

func (k *soaker) begun() (n int) {
	for _, p := range k.portals {
		n += len(p.Restores())
	}
	return n
}

// commands types fifty a second, of every kind.
func (k *soaker) commands(ctx context.Context) loaded {
	words := []string{"help", "status", "history", "list --portal p0", "5f9e --force"}
	typing := context.WithoutCancel(ctx)
	var all loaded
	for n := 0; ctx.Err() == nil; n++ {
		turn := k.turns.Load()
		bite, err := people{atOnce: 32, every: 20 * time.Millisecond}.load(typing, k.slack, 50, func(n int) typed {
			who := asker
			if n%10 == 0 {
				who = stranger
			}
			return typed{who, k.channels[n%len(k.channels)], "/restore " + words[n%len(words)]}
		})
		if err != nil {
			bite.Lost = 50
		}
		if turn%2 == 1 || turn != k.turns.Load() {
			k.found.LostDown += bite.Lost
			continue
		}
		all.Lost += bite.Lost
		if err != nil {
			continue
		}
		all.latency = latency{max(all.P50, bite.P50), max(all.P99, bite.P99), max(all.Max, bite.Max)}
		all.PerSecond += (bite.PerSecond - all.PerSecond) / float64(n+1)
	}
	return all
}

// restores asks for one restore after the other of each portal, with the key
// that its owner makes after each.
func (k *soaker) restores(ctx context.Context) {
	for n := 0; pause(ctx, time.Second) == nil; n++ {
		p := k.portals[n%len(k.portals)]
		if all := p.Restores(); len(all) > 0 {
			if all[len(all)-1].Ended.IsZero() {
				continue
			}
			p.IssueKey(docspacetest.Key{Name: "restorebot"})
			if err := k.keys(); err != nil {
				continue
			}
			p.AddBackup(docspacetest.Backup{StorageType: 4, CreatedOn: time.Now().UTC()})
		}
		k.slack.Command(asker, p.channel, "/restore "+p.Backups()[0].ID+" --portal "+p.name)
	}
}

// limits lets Slack refuse a call now and then, as a busy workspace makes it.
func (k *soaker) limits(ctx context.Context) {
	methods := []string{"chat.postMessage", "chat.update", "apps.connections.open"}
	for n := 0; pause(ctx, 3*time.Second) == nil; n++ {
		k.limited.Add(1)
		k.slack.Fail(methods[n%len(methods)], slacktest.Failure{Times: 1, Status: http.StatusTooManyRequests, RetryAfter: time.Second})
	}
}

// keys puts the portals' keys where the bot reads them anew.
func (k *soaker) keys() error {
	for _, p := range k.portals {
		if err := os.WriteFile(k.keyFile(p), []byte(p.Key()), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (k *soaker) sample(ctx context.Context, after time.Duration) (one sample, err error) {
	u, err := k.actor.usage()
	if err != nil {
		return one, fmt.Errorf("%w\n%s", err, tail(k.actor.log.String()))
	}
	one = sample{After: after, Memory: u.Anon, Files: u.Files, Open: k.begun()}
	if info, err := os.Stat(k.databaseFile()); err == nil {
		one.Database = info.Size()
	}
	one.Goroutines, err = goroutines(ctx)
	return one, err
}

// goroutines asks the bot's metrics.
func goroutines(ctx context.Context) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+metricsAddr+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	_, rest, found := strings.Cut(string(text), "\ngo_goroutines ")
	value, _, _ := strings.Cut(rest, "\n")
	n, err := strconv.ParseFloat(value, 64)
	if !found || err != nil {
		return 0, cmp.Or(err, errors.New("the bot's metrics do not tell its goroutines"))
	}
	return int(n), nil
}

// halves are the medians of a figure in the first and the last half of the
// samples.
func (s *soaked) halves(of func(sample) float64) (first, last float64) {
	var values []float64
	for _, one := range s.Samples {
		values = append(values, of(one))
	}
	half := len(values) / 2
	return median(values[:half]), median(values[half:])
}

var held = []struct {
	name string
	of   func(sample) float64
	show func(float64) string
	most float64 // growth that a noisy machine may show
}{
	{"memory", func(s sample) float64 { return float64(s.Memory) }, showBytes, 1.5},
	{"goroutines", func(s sample) float64 { return float64(s.Goroutines) }, showCount, 1.5},
	{"open files", func(s sample) float64 { return float64(s.Files) }, showCount, 1.5},
}

func (s *soaked) table(w io.Writer) {
	fmt.Fprintf(w, "%v with %d restores (%d ends told), %.0f commands a second (%d lost, and %d around the kill and the stop), %d recycles, %d kill, %d stop, %d calls answered with 429.\n\n",
		s.For, s.Restores, s.Told, s.Commands.PerSecond, s.Commands.Lost, s.LostDown, s.Recycles, s.Kills, s.Stops, s.Limited)
	var lines [][]string
	for _, h := range held {
		first, last := s.halves(h.of)
		lines = append(lines, []string{h.name, h.show(first), h.show(last), fmt.Sprintf("%.2f", last/max(first, 1e-9))})
	}
	if n := len(s.Samples); n > 1 {
		a, b := s.Samples[0], s.Samples[n-1]
		lines = append(lines, []string{
			"database", showBytes(float64(a.Database)), showBytes(float64(b.Database)),
			fmt.Sprintf("%d KiB a restore and its commands", (b.Database-a.Database)/1024/int64(max(1, b.Open-a.Open))),
		})
	}
	markdown(w, []string{"held in the last life", "first half", "last half", "ratio"}, lines)
}

func (s *soaked) check() []error {
	var wrong []error
	for _, h := range held {
		if first, last := s.halves(h.of); last > first*h.most {
			wrong = append(wrong, fmt.Errorf("%s grew from %s to %s", h.name, h.show(first), h.show(last)))
		}
	}
	if s.Restores == 0 || s.Told < s.Restores {
		wrong = append(wrong, fmt.Errorf("of %d restores the ends of %d were told", s.Restores, s.Told))
	}
	return wrong
}
