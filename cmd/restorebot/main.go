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
	_ "time/tzdata" // people's time zones, for a machine that has none
)

func main() {
	explainProxies()
	err := execute(untilSignal(), os.Args[1:], os.Stdout, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "restorebot:", err)
	}
	os.Exit(status(err))
}

// untilSignal is a context that ends at the first SIGTERM or SIGINT. Signals
// kill again before anybody can see that it ended, so that the second one does,
// however soon it follows what the first one made visible.
func untilSignal() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		signal.Stop(signals)
		cancel()
	}()
	return ctx
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
