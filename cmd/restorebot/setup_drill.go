package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/bot/slackchat"
	"docspace-restorebot/cmd/restorebot/app"
	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

const (
	// drillTakes is how long the drill's restore takes.
	drillTakes = 15 * time.Second
	// drillWithin is how long somebody may take to play it.
	drillWithin = 30 * time.Minute
)

// offerDrill asks for a channel to rehearse in.
func (s *setup) offerDrill(ctx context.Context) error {
	if s.ask == nil || !s.ask.yes("Practise a restore now, in one of your channels, with a portal that is part of the program?") {
		return nil
	}
	channel, err := s.ask.line(ctx, "Channel (its id, C...)", false)
	if err != nil {
		return err
	}
	s.flags.drill = channel
	return setupDrill(ctx, s.flags, s.process)
}

// setupDrill holds a drill with the settings that are there.
func setupDrill(ctx context.Context, a setupFlags, p process) error {
	s, err := loadSettings(p.environ, *a.file)
	if err != nil {
		return wrongSettings(err)
	}
	channel, err := policy.ParseAllowList(a.drill, "CG")
	if err != nil || len(channel.IDs) != 1 {
		return misuse(errors.New("--drill needs the id of one channel, such as C0123456789"))
	}
	api := slackchat.Web(s.SlackURL, s.AppToken, s.BotToken, nil)
	others, f := (&slackchat.Checkup{API: api}).Greet(ctx)
	if f.Grade == bot.Fail {
		return errors.Join(printFindings(p.stdout, []bot.Finding{f}, false), errors.New("the drill needs a connection to Slack. Nothing was started"))
	}
	if others > 0 {
		return errors.New("another bot uses this app and would get half of the commands. Nothing was started. Stop that bot during the drill")
	}
	dir, err := os.MkdirTemp("", "restorebot-drill-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s.LogLevel = slog.LevelWarn
	return drill(ctx, s, channel, dir, p)
}

// drill serves Slack with a portal of its own until one restore has ended.
func drill(ctx context.Context, s app.Settings, channel policy.AllowList, dir string, p process) error {
	portal := docspacetest.New(docspacetest.Config{Alias: "drill", Script: docspacetest.Total(drillTakes)})
	s.DatabaseURL, s.HTTPAddr, s.Policy.Channels = "sqlite:"+filepath.Join(dir, "drill.db"), "", channel
	s.Portals = []app.Portal{{Name: "drill", URL: "https://drill.invalid", Key: docspace.NewSecret(portal.Key()), KeyFrom: bot.KeySource{Setting: "DOCSPACE_API_KEY"}}}
	a, err := app.New(ctx, s, app.Seams{Log: p.stderr, Version: describeSelf().Version, Portals: docspacetest.Via(portal).Transport})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, drillWithin)
	defer cancel()
	served := make(chan error, 1)
	go func() {
		defer cancel() // without the bot there is nothing to wait for
		served <- a.Run(ctx)
	}()
	fmt.Fprintf(p.stdout, "The drill is on. In the channel %s type\n\n  /restore %s --reason drill\n\n"+
		"read the card, press Restore, and watch. The drill does not touch your portal. Ctrl-C ends it.\n", channel.IDs[0], portal.Backups()[0].ID)
	end, err := drilled(ctx, a.Store)
	cancel()
	if err = errors.Join(err, <-served); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "The drill's restore %s after %s. The drill's bot has stopped; restorebot run starts the real one.\n",
		end.State, end.Elapsed(time.Now()).Round(time.Second))
	return nil
}

// drilled waits for the first restore that has ended and is told.
func drilled(ctx context.Context, store *durable.Store) (bot.Restore, error) {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return bot.Restore{}, errors.New("the drill ended before its restore")
		case <-tick.C:
		}
		recent, err := store.Recent(ctx, 10)
		if err != nil {
			continue
		}
		for _, r := range recent {
			if r.State.Ended() && r.EndTS != "" && !r.StartedAt.IsZero() {
				return r, nil
			}
		}
	}
}
