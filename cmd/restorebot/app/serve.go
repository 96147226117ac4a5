package app

import (
	"context"
	"crypto/rand"
	"time"

	"golang.org/x/sync/errgroup"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/bot/slackchat"
)

// serve runs the bot and, where HTTP_ADDR asks for it, what tells how it is.
func (a *App) serve(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	if a.server != nil { // from the beginning: while Slack cannot be reached it says so
		g.Go(func() error { return a.server.Run(ctx) })
	}
	g.Go(func() error { return a.converse(ctx) })
	return g.Wait()
}

// converse answers Slack and works the steps until ctx ends.
func (a *App) converse(ctx context.Context) error {
	api := slackchat.Web(a.settings.SlackURL, a.settings.AppToken, a.settings.BotToken, a.metrics.SlackTransport(a.seams.Slack))
	rules := a.settings.Policy
	var err error
	if rules.Team, rules.Enterprise, err = slackchat.Workspace(ctx, api); err != nil {
		return err
	}
	rules.Grid = &policy.Grid{}
	if err := a.noteSettings(ctx, rules); err != nil {
		return err
	}
	a.chat.API = api
	a.chat.Observe = func(method string, o slackchat.Outcome, _ time.Duration) { a.metrics.Message(method, string(o)) }
	b := &bot.Bot{
		Store: a.metrics.Count(a.Store), Chat: a.chat, Directory: &slackchat.Directory{API: api, Faults: a.chat.Faults},
		Policy: rules, Poll: a.settings.Poll, Log: a.log, OnCommand: counting(a.metrics), Portals: a.portals, Process: rand.Text(),
		Loss: a.settings.Loss, OnLossRead: a.metrics.LossRead,
		Doctor: a.examiners(),
	}
	if err := b.NoteRules(ctx); err != nil {
		a.log.WarnContext(ctx, "the rules of this start could not be recorded", "err", err)
	}
	if err := b.WarnOfLostPortals(ctx); err != nil {
		a.log.WarnContext(ctx, "whether open restores have lost their portals could not be read", "err", err)
	}
	g, ctx := errgroup.WithContext(ctx)
	listener := slackchat.NewListener(ctx, b, a.chat, a.log)
	stepsEnded := make(chan struct{})
	listener.OnEnterprise = (&slackchat.GridWatch{API: api, Team: rules.Team, Known: rules.Enterprise, Grid: rules.Grid}).OnEnterprise
	listener.App, listener.Self = func() string { return a.sockets.State().AppID }, a.chat.Self
	a.sockets.API, a.sockets.Handle, a.sockets.Tell, a.sockets.Until = api, handling(listener.Handle), listener.Tell, stepsEnded
	a.keepPresent(ctx, g, b.Process)
	g.Go(func() error {
		b.TellRules(ctx, a.chat.TellRules) // beside the rest: a Slack that does not answer holds nothing up
		return nil
	})
	g.Go(func() error {
		defer close(stepsEnded)
		return a.Store.Run(ctx, stepping(b, a.metrics))
	})
	g.Go(func() error {
		err := a.sockets.Run(ctx)
		listener.Wait()
		return err
	})
	return g.Wait()
}

// keepPresent says on the database that this process is there, at once and then
// now and again.
func (a *App) keepPresent(ctx context.Context, g *errgroup.Group, process string) {
	present := func() (int, bool) { return a.presence(ctx, process) }
	present() // before the first connection: a peer that counts it has to know whose it is
	a.sockets.Peers = present
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
}

// presence says on the database that this process is there, and returns how many
// connections its peers hold.
func (a *App) presence(ctx context.Context, process string) (peers int, known bool) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	peers, err := a.Store.Present(ctx, process, a.settings.Connections)
	if err != nil && ctx.Err() == nil {
		a.log.WarnContext(ctx, "the other processes on the database are not known", "err", err)
	}
	return peers, err == nil
}
