package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/spf13/pflag"
)

func main() {
	// What is measured shares the machine with this program, whose garbage is not
	// what it is about.
	debug.SetGCPercent(400)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := bench(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, pflag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are the flags of every mode.
type options struct {
	json, short, check bool
	only               []string
	runs               int
	idle               time.Duration
	commands, requests int
	steps              []int
	channels           int
	takes              time.Duration
	plain              bool
	history            int
	length             time.Duration
	notes              io.Writer // how far it has come
}

// result is what a mode has found out.
type result interface {
	table(w io.Writer)
	// check returns what is far from what it should be: only ratios and counts.
	check() []error
}

func bench(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o := options{notes: stderr}
	flags := pflag.NewFlagSet("bench", pflag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.BoolVar(&o.json, "json", false, "print JSON instead of a table")
	flags.BoolVar(&o.short, "short", false, "a form of a minute, for CI: ratios are rough, figures worth nothing")
	flags.BoolVar(&o.check, "check", false, "fail where a ratio or a count is far from what it should be")
	flags.StringSliceVar(&o.only, "only", []string{"floor", "bolt", "bot"}, "measure only these")
	flags.IntVar(&o.runs, "runs", 3, "how often; the medians are printed")
	flags.DurationVar(&o.idle, "idle", 30*time.Second, "how long idleness is watched")
	flags.IntVar(&o.commands, "commands", 10_000, "commands of a run")
	flags.IntVar(&o.requests, "requests", 200, "requests for a restore of a run, each on a portal of its own")
	flags.IntSliceVar(&o.steps, "portals", []int{1, 10, 100, 500}, "scale: restores at once, one row each")
	flags.IntVar(&o.channels, "per-channel", 5, "scale: portals that share a channel")
	flags.DurationVar(&o.takes, "takes", 90*time.Second, "scale: how long each restore takes, for 20 minutes of a real one")
	flags.BoolVar(&o.plain, "plain", false, "scale: portals speak HTTP instead of HTTPS")
	flags.IntVar(&o.history, "rows", 100_000, "history: ended restores in the past, beside 10 and 1000")
	flags.DurationVar(&o.length, "for", 10*time.Minute, "soak: how long")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if o.short {
		shorten(flags)
	}
	modes := map[string]func(context.Context, options) (result, error){
		"": compare, "scale": scale, "history": history, "soak": soak, "size": size,
	}
	mode, known := modes[flags.Arg(0)]
	if !known || flags.NArg() > 1 {
		return fmt.Errorf("%q is none of scale, history, soak and size", flags.Arg(0))
	}
	found, err := mode(ctx, o)
	if err != nil {
		return err
	}
	if o.json {
		out := json.NewEncoder(stdout)
		out.SetIndent("", "  ")
		if err := out.Encode(found); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(stdout, "%s\n\n", machine())
		found.table(stdout)
	}
	if o.check {
		return errors.Join(found.check()...)
	}
	return nil
}

// shorten sets what was not set on the command line.
func shorten(flags *pflag.FlagSet) {
	for name, value := range map[string]string{
		"runs": "1", "idle": "3s", "commands": "1000", "requests": "20", "portals": "1,10", "takes": "15s", "for": "40s",
	} {
		if !flags.Changed(name) {
			_ = flags.Set(name, value) // they are all well formed
		}
	}
}
