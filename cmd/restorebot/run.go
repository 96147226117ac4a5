package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/ops"
	"docspace-restorebot/bot/slackchat"
)

func runCommand() subcommand {
	return subcommand{
		name: "run", summary: "serves Slack until it is told to stop", synopsis: "[--env-file FILE]",
		about: `Holds connections to Slack and serves /restore. Settings come from the environment and, below it, from a file of NAME=value lines. Wrong settings are all reported at once, by name, before it connects anywhere.

SIGTERM or SIGINT stops it within seconds; a restore that runs on the portal goes on, and the next start follows it to its end. A second signal kills at once.`,
		examples: []string{"restorebot run", "restorebot run --env-file /etc/restorebot/env"},
		setup: func(flags *pflag.FlagSet) func(context.Context, process) error {
			file := envFileFlag(flags)
			return func(ctx context.Context, p process) error {
				s, err := file.load(p)
				if err != nil {
					return misuse(err)
				}
				return run(ctx, s, p.stderr)
			}
		},
	}
}

// run serves Slack until ctx ends. It returns nil only for a clean stop.
func run(ctx context.Context, s settings, stderr io.Writer) error {
	log := logger(s, stderr)
	for _, f := range s.cautions(ctx) {
		log.WarnContext(ctx, "a setting deserves a look", "check", f.Check, "found", f.What, "fix", f.Fix)
	}
	store, err := durable.Open(ctx, s.databaseURL)
	if err != nil {
		return fmt.Errorf("the database cannot be opened: %w", err)
	}
	defer store.Close()
	store.Log = log
	store.Seal(s.auditKey)

	err = serve(ctx, s, store, log)
	var app *slackchat.FatalError
	var token *slackchat.TokenError
	var orgWide *slackchat.OrgWideError
	switch {
	case errors.As(err, &app) || errors.As(err, &token) || errors.As(err, &orgWide):
		return &statusError{err, statusAuth}
	case ctx.Err() != nil && (err == nil || errors.Is(err, context.Canceled)):
		return nil // asked to stop, and stopped
	}
	return err
}

// serve runs the bot and, where HTTP_ADDR asks for it, what tells how it is.
func serve(ctx context.Context, s settings, store *durable.Store, log *slog.Logger) error {
	registry := ops.NewRegistry()
	metrics := ops.New(registry, describeSelf().Version)
	sockets := &slackchat.Sockets{N: s.connections, Events: socketEvents(metrics), Log: log}
	chat := &slackchat.Chat{Faults: &slackchat.Faults{Log: log}}
	metrics.Watch(sources(sockets, chat, store))
	portals := s.portals(metrics.PortalTransport(cmp.Or(s.over, portalTransport())))

	g, ctx := errgroup.WithContext(ctx)
	if s.httpAddr != "" {
		server := &ops.Server{
			Addr: s.httpAddr, Registry: registry, Log: log,
			Ready: &ops.Ready{Sources: sources(sockets, chat, store), Portals: portals},
		}
		// From the beginning: while Slack cannot be reached it says so.
		g.Go(func() error { return server.Run(ctx) })
	}
	g.Go(func() error { return store.ServeCopies(ctx) })
	g.Go(func() error { return converse(ctx, s, store, portals, sockets, chat, metrics, log) })
	return g.Wait()
}

// converse answers Slack and works the steps until ctx ends.
func converse(ctx context.Context, s settings, store *durable.Store, portals bot.Portals,
	sockets *slackchat.Sockets, chat *slackchat.Chat, metrics *ops.Metrics, log *slog.Logger,
) error {
	api := slackchat.Web(s.slackURL, s.appToken, s.botToken, metrics.SlackTransport(nil))
	policy := s.policy
	var err error
	if policy.Team, policy.Enterprise, err = slackchat.Workspace(ctx, api); err != nil {
		return err
	}
	policy.Grid = &bot.Grid{}
	if err := noteSettings(ctx, store, s, policy, portals); err != nil {
		return err
	}
	chat.API = api
	chat.Observe = func(method string, o slackchat.Outcome, _ time.Duration) { metrics.Message(method, string(o)) }
	b := &bot.Bot{
		Store: metrics.Count(store), Chat: chat, Directory: &slackchat.Directory{API: api, Faults: chat.Faults},
		Policy: policy, Poll: s.poll, Log: log, Heard: counting(metrics), Portals: portals, Process: rand.Text(),
		Doctor: append(s.examiners(sockets, store), chat),
	}
	if err := b.NoteRules(ctx); err != nil {
		log.WarnContext(ctx, "the rules of this start could not be recorded", "err", err)
	}
	if err := b.WarnOfLostPortals(ctx); err != nil {
		log.WarnContext(ctx, "whether open restores have lost their portals could not be read", "err", err)
	}
	g, ctx := errgroup.WithContext(ctx)
	listener := slackchat.NewListener(ctx, b, chat, log)
	stepsEnded := make(chan struct{})
	listener.Heed = (&slackchat.GridWatch{API: api, Team: policy.Team, Known: policy.Enterprise, Grid: policy.Grid}).Heed
	listener.App, listener.Self = func() string { return sockets.State().AppID }, chat.Self
	sockets.API, sockets.Handle, sockets.Tell, sockets.Until = api, handling(listener.Handle), listener.Tell, stepsEnded
	present := func() (int, bool) { return presence(ctx, store, b.Process, s.connections, log) }
	present() // before the first connection: a peer that counts it has to know whose it is
	sockets.Peers = present
	g.Go(func() error {
		for tick := time.Tick(durable.PresentEvery); ; {
			select {
			case <-ctx.Done():
				return nil
			case <-tick:
				present()
			}
		}
	})
	g.Go(func() error {
		b.TellRules(ctx, chat.TellRules) // beside the rest: a Slack that does not answer holds nothing up
		return nil
	})
	g.Go(func() error {
		defer close(stepsEnded)
		return store.Run(ctx, stepping(b, metrics))
	})
	g.Go(func() error {
		err := sockets.Run(ctx)
		listener.Wait()
		return err
	})
	return g.Wait()
}

// presence says on the database that this process is there, and returns how many
// connections its peers hold.
func presence(ctx context.Context, store *durable.Store, process string, connections int, log *slog.Logger) (peers int, known bool) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	peers, err := store.Present(ctx, process, connections)
	if err != nil && ctx.Err() == nil {
		log.WarnContext(ctx, "the other processes on the database are not known", "err", err)
	}
	return peers, err == nil
}

func logger(s settings, w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: s.logLevel}
	if s.logFormat == "json" {
		return slog.New(bot.LogHandler{Handler: slog.NewJSONHandler(w, options)})
	}
	return slog.New(bot.LogHandler{Handler: slog.NewTextHandler(w, options)})
}
