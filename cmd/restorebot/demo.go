package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/pflag"

	"docspace-restorebot/cmd/restorebot/demo"
	"docspace-restorebot/docspace/docspacetest"
)

// playFor is how long the restore of a play takes.
const playFor = 20 * time.Second

// demoFlags are what restorebot demo is told.
type demoFlags struct {
	fail, crash bool
	log         string
	takes       time.Duration
	think       time.Duration
}

func demoCommand() subcommand {
	return subcommand{
		name: "demo", summary: "plays a restore without Slack and without a portal", synopsis: "[FLAG]...",
		about: "Plays an incident between a Slack and a portal of this process and shows the channel. " +
			"It runs the same bot as run does, and needs no settings.",
		examples: []string{"restorebot demo", "restorebot demo --crash --takes 5s"},
		setup: func(flags *pflag.FlagSet) func(context.Context, process) error {
			var f demoFlags
			flags.BoolVar(&f.fail, "fail", false, "let the restore fail")
			flags.BoolVar(&f.crash, "crash", false, "kill the bot in the middle of the restore")
			flags.StringVar(&f.log, "log", "", "write the bot's log to this `FILE`")
			flags.DurationVar(&f.takes, "takes", playFor, "how long the restore takes")
			flags.DurationVar(&f.think, "think", 2*time.Second, "how long people take before they act")
			return func(ctx context.Context, p process) error { return playDemo(ctx, f, p.stdout) }
		},
	}
}

// playDemo plays an incident between a Slack and a portal of this process and
// shows the channel on stdout.
func playDemo(ctx context.Context, f demoFlags, stdout io.Writer) (err error) {
	log := io.Discard
	if f.log != "" {
		file, err := os.OpenFile(f.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return fmt.Errorf("the log cannot be written: %w", err)
		}
		defer file.Close()
		log = file
	}
	stage, err := demo.Open(demo.Options{Log: log, Portal: docspacetest.Config{Script: docspacetest.Total(f.takes)}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stage.Close()) }()
	return play(ctx, stage, f, stdout)
}

func play(ctx context.Context, stage *demo.Stage, f demoFlags, stdout io.Writer) error {
	screen := demo.NewScreen(stage.Slack, stdout)
	showing, stop := context.WithCancel(ctx)
	shown := make(chan error, 1)
	go func() { shown <- screen.Show(showing) }()
	err := stage.StartBot(ctx)
	if err == nil {
		err = (&demo.Play{Stage: stage, Screen: screen, Fail: f.fail, Crash: f.crash, Think: f.think}).Run(ctx)
	}
	stage.Slack.Close() // what is still to be shown is shown
	err = errors.Join(err, <-shown)
	stop()
	if ctx.Err() == nil {
		return err
	}
	return nil // the person has seen enough
}
