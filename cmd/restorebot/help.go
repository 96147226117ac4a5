package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func helpCommand(p process) *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]...", Short: "shows how a command is used",
		Long:    "Shows the list of commands, or how one of them is used. COMMAND --help shows the same.",
		Example: "restorebot help run\nrestorebot help audit verify",
		Args:    cobra.ArbitraryArgs,
		ValidArgsFunction: func(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, sub := range c.Root().Commands() {
				names = append(names, sub.Name()+"\t"+sub.Short)
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, args []string) error {
			about := c.Root()
			for _, word := range args {
				next := below(about, word)
				if next == nil {
					return unknown(about, word)
				}
				about = next
			}
			_, err := io.WriteString(p.stdout, page(about))
			return err
		},
	}
}

// below finds a subcommand by its name.
func below(c *cobra.Command, name string) *cobra.Command {
	for _, sub := range c.Commands() {
		if sub.Name() == name {
			return sub
		}
	}
	return nil
}

const exitStatus = `EXIT STATUS
  0  success, or the bot stopped as it was asked to
  1  the command failed
  2  the command line or the settings are wrong; the command connected to nothing
  3  Slack does not accept the tokens
`

// page is the manual page of a command.
func page(c *cobra.Command) string {
	if !c.HasParent() {
		return overview(c)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s - %s\n\nUSAGE\n  %s\n\n", c.CommandPath(), c.Short, c.UseLine())
	b.WriteString(wrap(c.Long, 80))
	if c.HasAvailableSubCommands() {
		b.WriteString("\nCOMMANDS\n" + commandsOf(c))
	}
	b.WriteString("\nFLAGS\n" + flagsOf(c))
	if c.Example != "" {
		b.WriteString("\nEXAMPLES\n  " + strings.ReplaceAll(c.Example, "\n", "\n  ") + "\n")
	}
	b.WriteString("\n" + exitStatus)
	return b.String()
}

// overview lists the commands.
func overview(root *cobra.Command) string {
	return "restorebot restores an ONLYOFFICE DocSpace portal from a backup, in front of the\n" +
		"whole team, from a Slack slash command.\n\nUSAGE\n  " + root.Use + "\n\nCOMMANDS\n" + commandsOf(root) +
		"\nWithout a COMMAND it does the same as run. COMMAND --help says more.\n\n" + exitStatus
}

// commandsOf is a line for each subcommand.
func commandsOf(c *cobra.Command) string {
	var b strings.Builder
	for _, sub := range c.Commands() {
		fmt.Fprintf(&b, "  %-11s %s\n", sub.Name(), sub.Short)
	}
	return b.String()
}

// flagsOf is a line or more for each flag.
func flagsOf(c *cobra.Command) string {
	const begin = 26 // where the words about a flag begin
	var b strings.Builder
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		value, about := pflag.UnquoteUsage(f)
		name := strings.TrimSpace("--" + f.Name + " " + value)
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		if f.DefValue != "" && f.DefValue != "false" {
			about += " (default " + f.DefValue + ")"
		}
		lines := strings.Split(strings.TrimSpace(wrap(about, 80-begin)), "\n")
		fmt.Fprintf(&b, "  %-*s%s\n", begin-2, name, strings.Join(lines, "\n"+strings.Repeat(" ", begin)))
	})
	return b.String()
}

// wrap breaks paragraphs into lines of at most width bytes. A line that begins
// with a space stays as it is.
func wrap(text string, width int) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		if strings.HasPrefix(line, " ") {
			b.WriteString(line + "\n")
			continue
		}
		used := 0
		for i, word := range strings.Fields(line) {
			switch {
			case i == 0:
			case used+1+len(word) > width:
				b.WriteByte('\n')
				used = 0
			default:
				b.WriteByte(' ')
				used++
			}
			b.WriteString(word)
			used += len(word)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
