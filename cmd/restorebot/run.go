package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/slackchat"
	"docspace-restorebot/docspace"
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
	store, err := durable.Open(ctx, s.databaseURL)
	if err != nil {
		return fmt.Errorf("the database cannot be opened: %w", err)
	}
	defer store.Close()
	store.Log = log

	err = serve(ctx, s, store, log)
	var app *slackchat.FatalError
	var token *slackchat.TokenError
	switch {
	case errors.As(err, &app) || errors.As(err, &token):
		return &statusError{err, statusAuth}
	case ctx.Err() != nil && (err == nil || errors.Is(err, context.Canceled)):
		return nil // asked to stop, and stopped
	}
	return err
}

func serve(ctx context.Context, s settings, store *durable.Store, log *slog.Logger) error {
	api := slackchat.Web(s.slackURL, s.appToken, s.botToken)
	policy := s.policy
	var err error
	if policy.Team, policy.Enterprise, err = slackchat.Workspace(ctx, api); err != nil {
		return err
	}
	if err := noteSettings(ctx, store, s, policy); err != nil {
		return err
	}
	chat := &slackchat.Chat{API: api}
	b := &bot.Bot{
		Store: store, Chat: chat, Directory: &slackchat.Directory{API: api},
		Policy: policy, Poll: s.poll, Log: log,
		Portals: bot.Portals{{
			PortalName: bot.PortalName{Name: s.docspaceURL.Hostname(), URL: s.docspaceURL.String()},
			API:        &docspace.Client{BaseURL: s.docspaceURL.String(), Key: s.docspaceKey},
		}},
	}
	g, ctx := errgroup.WithContext(ctx)
	listener := slackchat.NewListener(ctx, b, chat, log)
	stepsEnded := make(chan struct{})
	sockets := &slackchat.Sockets{API: api, N: s.connections, Handle: listener.Handle, Until: stepsEnded, Log: log}
	listener.App = func() string { return sockets.State().AppID }
	g.Go(func() error {
		defer close(stepsEnded)
		return store.Run(ctx, func(ctx context.Context, id string, generation int64) (time.Duration, bool, error) {
			next, err := b.Step(ctx, id, generation)
			return next.After, next.Done, err
		})
	})
	g.Go(func() error {
		err := sockets.Run(ctx)
		listener.Wait()
		return err
	})
	return g.Wait()
}

func logger(s settings, w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: s.logLevel}
	if s.logFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
