package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/pflag"
)

// subcommand is one word after "restorebot". Each has a file of its own and a
// line in [subcommands].
type subcommand struct {
	name     string
	summary  string   // one line, without a full stop
	synopsis string   // what follows the name, such as "[--json] FILE"
	about    string   // what it does: paragraphs, with a blank line between
	examples []string // whole command lines
	words    int      // how many words it takes besides its flags, at most

	// setup defines the flags and returns what runs once they are read.
	setup func(flags *pflag.FlagSet) func(ctx context.Context, p process) error
}

// process is what a subcommand sees of its process.
type process struct {
	args    []string // the words that are no flags
	environ []string
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
}

// subcommands lists them in the order in which help shows them.
func subcommands() []subcommand {
	return []subcommand{
		runCommand(),
		demoCommand(),
		reportCommand(),
		auditCommand(),
		backupCommand(),
		setupCommand(),
		doctorCommand(),
		manifestCommand(),
		versionCommand(),
		completionCommand(),
		helpCommand(),
	}
}

// execute runs the subcommand that args name; none at all is run.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	p := process{environ: os.Environ(), stdin: os.Stdin, stdout: stdout, stderr: stderr}
	name := "run"
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	if name == "-h" || name == "--help" {
		name = "help"
	}
	c, ok := named(name)
	if !ok {
		return misuse(fmt.Errorf("there is no command %q; see restorebot help", name))
	}
	return c.call(ctx, args, p)
}

// named finds a subcommand.
func named(name string) (subcommand, bool) {
	for _, c := range subcommands() {
		if c.name == name {
			return c, true
		}
	}
	return subcommand{}, false
}

// call reads the flags and runs the subcommand, or shows its help.
func (c subcommand) call(ctx context.Context, args []string, p process) error {
	flags := c.flagSet()
	run := c.setup(flags)
	err := flags.Parse(args)
	switch {
	case errors.Is(err, pflag.ErrHelp):
		_, err = io.WriteString(p.stdout, c.help())
		return err
	case err != nil:
		return misuse(fmt.Errorf("%s: %w; see restorebot %[1]s --help", c.name, err))
	case flags.NArg() > c.words:
		return misuse(fmt.Errorf("%s takes no argument %q; see restorebot %[1]s --help", c.name, flags.Arg(c.words)))
	}
	p.args = flags.Args()
	return run(ctx, p)
}

func (c subcommand) flagSet() *pflag.FlagSet {
	flags := pflag.NewFlagSet(c.name, pflag.ContinueOnError)
	flags.SortFlags = false
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	return flags
}

// misuse is an error of the command line or the settings.
func misuse(err error) error { return &statusError{err, statusSettings} }
