// Command restorebot restores an ONLYOFFICE DocSpace portal from a backup, in
// front of the whole team, from a Slack slash command.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal kills at once
	err := command(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "restorebot:", err)
	}
	os.Exit(status(err))
}

// The exit statuses.
const (
	statusFailed   = 1
	statusSettings = 2 // the settings or the command line are wrong
	statusAuth     = 3 // Slack does not accept the tokens
)

// statusError is an error with the exit status it wants.
type statusError struct {
	error
	status int
}

func (e *statusError) Unwrap() error { return e.error }

func status(err error) int {
	var s *statusError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &s):
		return s.status
	default:
		return statusFailed
	}
}
