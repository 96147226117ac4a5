package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"
)

func completionCommand() subcommand {
	return subcommand{
		name: "completion", summary: "prints a completion script for a shell", synopsis: "bash|zsh|fish", words: 1,
		about: `Prints a script that completes commands and flags. For bash, load it in the session or put it where bash-completion looks:

  source <(restorebot completion bash)
  restorebot completion bash > ~/.local/share/bash-completion/completions/restorebot

For zsh, put it in a folder of $fpath under the name _restorebot; for fish, in ~/.config/fish/completions/restorebot.fish.`,
		examples: []string{"restorebot completion bash", "restorebot completion zsh", "restorebot completion fish"},
		setup: func(*pflag.FlagSet) func(context.Context, process) error {
			return func(_ context.Context, p process) error {
				shells := map[string]func() string{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}
				if len(p.args) == 0 {
					return misuse(errors.New("completion needs the name of a shell: bash, zsh or fish"))
				}
				script, ok := shells[p.args[0]]
				if !ok {
					return misuse(fmt.Errorf("there is no completion for %q: use bash, zsh or fish", p.args[0]))
				}
				_, err := io.WriteString(p.stdout, script())
				return err
			}
		},
	}
}

// flagsOf lists the flags of a command, help included.
func flagsOf(c subcommand) []*pflag.Flag {
	flags := c.flagSet()
	c.setup(flags)
	flags.Bool("help", false, "show how it is used")
	var list []*pflag.Flag
	flags.VisitAll(func(f *pflag.Flag) { list = append(list, f) })
	return list
}

// wordsOf lists what may follow a command besides flags.
func wordsOf(c subcommand) []string {
	switch c.name {
	case "completion":
		return []string{"bash", "zsh", "fish"}
	case "help":
		return commandNames()
	}
	return nil
}

func commandNames() []string {
	commands := subcommands()
	names := make([]string, 0, len(commands))
	for _, c := range commands {
		names = append(names, c.name)
	}
	return names
}

func bashCompletion() string {
	var cases strings.Builder
	for _, c := range subcommands() {
		words := wordsOf(c)
		for _, f := range flagsOf(c) {
			words = append(words, "--"+f.Name)
		}
		fmt.Fprintf(&cases, "    %s) words=%q ;;\n", c.name, strings.Join(words, " "))
	}
	return `# bash completion for restorebot
_restorebot() {
  local cur=${COMP_WORDS[COMP_CWORD]} words
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "` + strings.Join(commandNames(), " ") + `" -- "$cur"))
    return
  fi
  case ${COMP_WORDS[1]} in
` + cases.String() + `    *) words= ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _restorebot restorebot
`
}

func zshCompletion() string {
	var b strings.Builder
	b.WriteString("#compdef restorebot\n# zsh completion for restorebot\nlocal -a commands\ncommands=(\n")
	for _, c := range subcommands() {
		b.WriteString("  " + single(c.name+":"+c.summary) + "\n")
	}
	b.WriteString(")\nif (( CURRENT == 2 )); then\n  _describe command commands\n  return\nfi\ncase $words[2] in\n")
	for _, c := range subcommands() {
		b.WriteString("  " + c.name + ") _arguments")
		for _, f := range flagsOf(c) {
			takes, value := "", ""
			if f.NoOptDefVal == "" {
				takes, value = "=", ":value:_files"
			}
			usage := strings.NewReplacer("[", "(", "]", ")", ":", " ").Replace(plainUsage(f))
			b.WriteString(" " + single("--"+f.Name+takes+"["+usage+"]"+value))
		}
		if words := wordsOf(c); len(words) > 0 {
			b.WriteString(" " + single("2:word:("+strings.Join(words, " ")+")"))
		}
		b.WriteString(" ;;\n")
	}
	b.WriteString("esac\n")
	return b.String()
}

func fishCompletion() string {
	var b strings.Builder
	b.WriteString("# fish completion for restorebot\ncomplete -c restorebot -f\n")
	for _, c := range subcommands() {
		fmt.Fprintf(&b, "complete -c restorebot -n __fish_use_subcommand -a %s -d %s\n", c.name, fishQuote(c.summary))
		on := fishQuote("__fish_seen_subcommand_from " + c.name)
		for _, f := range flagsOf(c) {
			value := ""
			if f.NoOptDefVal == "" {
				value = " -r -F"
			}
			fmt.Fprintf(&b, "complete -c restorebot -n %s -l %s%s -d %s\n", on, f.Name, value, fishQuote(plainUsage(f)))
		}
		if words := wordsOf(c); len(words) > 0 {
			fmt.Fprintf(&b, "complete -c restorebot -n %s -a %s\n", on, fishQuote(strings.Join(words, " ")))
		}
	}
	return b.String()
}

// plainUsage is what a flag does, without the quotes around its value's name.
func plainUsage(f *pflag.Flag) string {
	_, usage := pflag.UnquoteUsage(f)
	return usage
}

// single quotes for a POSIX shell.
func single(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// fishQuote quotes for fish, where a backslash escapes inside single quotes.
func fishQuote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
}
