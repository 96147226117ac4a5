package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"
)

func helpCommand() subcommand {
	return subcommand{
		name: "help", summary: "shows how a command is used", synopsis: "[COMMAND]", words: 1,
		about:    "Shows the list of commands, or how one of them is used. COMMAND --help shows the same.",
		examples: []string{"restorebot help run"},
		setup: func(*pflag.FlagSet) func(context.Context, process) error {
			return func(_ context.Context, p process) error {
				text := overview()
				if len(p.args) > 0 {
					c, ok := named(p.args[0])
					if !ok {
						return misuse(fmt.Errorf("there is no command %q; see restorebot help", p.args[0]))
					}
					text = c.help()
				}
				_, err := io.WriteString(p.stdout, text)
				return err
			}
		},
	}
}

const exitStatus = `EXIT STATUS
  0  all is well, or the bot was asked to stop and stopped
  1  it failed
  2  the command line or the settings are wrong; nothing was connected to
  3  Slack does not accept the tokens
`

// overview lists the commands.
func overview() string {
	var b strings.Builder
	b.WriteString("restorebot restores an ONLYOFFICE DocSpace portal from a backup, in front of the\n" +
		"whole team, from a Slack slash command.\n\nUSAGE\n  restorebot [COMMAND] [FLAG]...\n\nCOMMANDS\n")
	for _, c := range subcommands() {
		fmt.Fprintf(&b, "  %-11s %s\n", c.name, c.summary)
	}
	b.WriteString("\nWithout a command it is run. COMMAND --help tells more.\n\n" + exitStatus)
	return b.String()
}

// help is the manual page of a command.
func (c subcommand) help() string {
	var b strings.Builder
	fmt.Fprintf(&b, "restorebot %s - %s\n\nUSAGE\n  %s\n\n", c.name, c.summary,
		strings.TrimSpace("restorebot "+c.name+" "+c.synopsis))
	b.WriteString(wrap(c.about, 80))
	flags := c.flagSet()
	c.setup(flags)
	if flags.HasFlags() {
		b.WriteString("\nFLAGS\n" + flags.FlagUsagesWrapped(80))
	}
	if len(c.examples) > 0 {
		b.WriteString("\nEXAMPLES\n  " + strings.Join(c.examples, "\n  ") + "\n")
	}
	b.WriteString("\n" + exitStatus)
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
