package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"docspace-restorebot/bot/slackchat"
	"docspace-restorebot/bot/slackchat/socketmode"
	"docspace-restorebot/cmd/restorebot/app"
)

func runCommand(p process) *cobra.Command {
	c := &cobra.Command{
		Use: "run [--env-file FILE]", Short: "serves Slack until it is told to stop",
		Long: `Connects to Slack and serves /restore. It reads its settings from the environment, and those that the environment lacks from a file of NAME=value lines. If settings are wrong, it names all of them at once and connects to nothing.

SIGTERM or SIGINT stops it within seconds. A restore that runs on the portal goes on, and after the next start the bot follows it to its end. A second signal ends the bot at once.`,
		Example: "restorebot run\n" +
			"restorebot run --env-file /etc/restorebot/env",
	}
	flags := c.Flags()
	file := envFileFlag(flags)
	c.RunE = p.does(func(ctx context.Context, p process) error {
		s, err := file.load(p)
		if err != nil {
			return wrongSettings(err)
		}
		return run(ctx, s, p.stderr)
	})
	return c
}

// run serves Slack until ctx ends. It returns nil only for a clean stop.
func run(ctx context.Context, s app.Settings, stderr io.Writer) error {
	a, err := app.New(ctx, s, app.Seams{Log: stderr, Version: describeSelf().Version})
	if err != nil {
		return err
	}
	return refusedTokens(a.Run(ctx))
}

// refusedTokens gives an error that says that Slack does not accept the tokens its
// exit status.
func refusedTokens(err error) error {
	var appToken *socketmode.FatalError
	var token *slackchat.TokenError
	var orgWide *slackchat.OrgWideError
	switch {
	case errors.As(err, &appToken):
		return &statusError{fmt.Errorf("%w: %s", err, slackchat.AppTokenCure(appToken.Code)), statusAuth}
	case errors.As(err, &token), errors.As(err, &orgWide):
		return &statusError{err, statusAuth}
	}
	return err
}
