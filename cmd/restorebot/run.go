package main

import (
	"context"
	"errors"
	"io"

	"github.com/spf13/pflag"

	"docspace-restorebot/bot/slackchat"
	"docspace-restorebot/bot/slackchat/socketmode"
	"docspace-restorebot/cmd/restorebot/app"
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
	if errors.As(err, &appToken) || errors.As(err, &token) || errors.As(err, &orgWide) {
		return &statusError{err, statusAuth}
	}
	return err
}
