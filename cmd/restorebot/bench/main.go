package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := bench(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are how much is measured.
type options struct {
	commands, runs int           // compare
	idle           time.Duration // compare: how long idleness is watched
	portals        int           // scale
	takes          time.Duration // scale: how long each restore takes
	length         time.Duration // soak
	dir            string        // takes the built programs
	notes          io.Writer     // how far it has come
}

func bench(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	questions := map[string]func(context.Context, options) (answer, error){"compare": compare, "scale": scale, "soak": soak}
	name := "compare"
	if len(args) > 0 && questions[args[0]] != nil {
		name, args = args[0], args[1:]
	}
	o := options{notes: stderr}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	short := flags.Bool("short", false, "a form of a minute, for CI: ratios are rough, figures worth nothing")
	check := flags.Bool("check", false, "fail where an answer is far from what is promised")
	flags.IntVar(&o.commands, "commands", 10_000, "compare: commands of a load")
	flags.IntVar(&o.runs, "runs", 3, "compare: how often; the medians are printed")
	flags.DurationVar(&o.idle, "idle", 30*time.Second, "compare: how long idleness is watched")
	flags.IntVar(&o.portals, "portals", 500, "scale: restores at once")
	flags.DurationVar(&o.takes, "takes", 90*time.Second, "scale: how long each restore takes, for 20 minutes of a real one")
	flags.DurationVar(&o.length, "for", 10*time.Minute, "soak: how long")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%q is none of compare, scale and soak", flags.Arg(0))
	}
	if *short {
		o.commands, o.runs, o.idle, o.portals, o.takes, o.length = 1000, 3, time.Second, 10, 15*time.Second, 40*time.Second
	}
	if o.dir, err = os.MkdirTemp("", "restorebot-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(o.dir)) }()
	found, err := questions[name](ctx, o)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s\n\n", machine())
	found.print(stdout)
	if *check {
		return found.check()
	}
	return nil
}
