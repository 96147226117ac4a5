package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

func init() {
	cobra.EnableCommandSorting = false // help shows the daily ones first
	cobra.MousetrapHelpText = ""       // a double click on Windows starts the bot
}

// process is what a subcommand sees of its process.
type process struct {
	args    []string // the words that are no flags
	environ []string
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
}

// execute runs the subcommand that args name; none at all is run.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	c := root(process{environ: os.Environ(), stdin: os.Stdin, stdout: stdout, stderr: stderr}) //nolint:contextcheck // a command takes it from ExecuteContext
	c.SetArgs(args)
	return c.ExecuteContext(ctx)
}

// root is restorebot itself. Each subcommand has a file of its own and a line here.
func root(p process) *cobra.Command {
	c := runCommand(p)
	c.Use, c.Short, c.Long, c.Example = "restorebot [COMMAND] [FLAG]...", "", "", ""
	c.Args = subcommandOnly
	c.AddCommand(
		runCommand(p),
		demoCommand(p),
		reportCommand(p),
		auditCommand(p),
		backupCommand(p),
		setupCommand(p),
		doctorCommand(p),
		manifestCommand(p),
		versionCommand(p),
		completionCommand(p),
	)
	help := helpCommand(p)
	c.AddCommand(help)
	c.SetHelpCommand(help)
	c.SetHelpFunc(func(c *cobra.Command, _ []string) { _, _ = io.WriteString(p.stdout, page(c)) }) // a terminal that is gone reads nothing
	c.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		if words := c.Flags().Args(); c.HasSubCommands() && len(words) > 0 {
			return unknown(c, words[0]) // whose flag it may be
		}
		return misuse(fmt.Errorf("%s: %w; see %s --help", cmp.Or(called(c), c.Name()), err, c.CommandPath()))
	})
	c.SilenceErrors, c.SilenceUsage = true, true
	c.CompletionOptions.DisableDefaultCmd = true
	c.SetOut(p.stdout)
	c.SetErr(p.stderr)
	prepare(c)
	return c
}

// prepare gives a command and all below it what they have in common.
func prepare(c *cobra.Command) {
	c.Flags().SortFlags = false
	c.Flags().BoolP("help", "h", false, "show this page")
	if c.Args == nil {
		c.Args = atMost(0)
	}
	c.DisableFlagsInUseLine = true
	for _, sub := range c.Commands() {
		prepare(sub)
	}
}

// does is what a command does with the words behind it.
func (p process) does(f func(ctx context.Context, p process) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		p.args = args
		return f(c.Context(), p)
	}
}

// called is a command as it is called, such as "audit verify"; "" for the program.
func called(c *cobra.Command) string {
	if !c.HasParent() {
		return ""
	}
	return strings.TrimPrefix(c.CommandPath(), c.Root().Name()+" ")
}

// atMost takes n words besides the flags.
func atMost(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) > n {
			return misuse(fmt.Errorf("%s takes no argument %q; see %s --help", called(c), args[n], c.CommandPath()))
		}
		return nil
	}
}

// subcommandOnly takes no words: the first was no subcommand.
func subcommandOnly(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return unknown(c, args[0])
}

// unknown is the error for a word that is no subcommand of c, with what was perhaps
// meant.
func unknown(c *cobra.Command, word string) error {
	c.SuggestionsMinimumDistance = 2
	meant := ""
	if near := c.SuggestionsFor(word); len(near) > 0 {
		meant = ", did you mean " + strings.Join(near, " or ") + "?"
	}
	see := "restorebot help"
	if c.HasParent() {
		see = c.CommandPath() + " --help"
	}
	return misuse(fmt.Errorf("there is no command %q%s; see %s", strings.TrimSpace(called(c)+" "+word), meant, see))
}

// values are those that a flag takes, for completion.
func values(c *cobra.Command, flag string, those ...string) {
	_ = c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(those, cobra.ShellCompDirectiveNoFileComp)) // it fails for a flag that is not there
}

// misuse is an error of the command line or the settings.
func misuse(err error) error { return &statusError{err, statusSettings} }

var errNoShell = errors.New("completion needs the name of a shell: bash, zsh, fish or powershell")
