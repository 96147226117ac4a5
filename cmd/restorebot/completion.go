package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// shells are those that have completion.
var shells = []string{"bash", "zsh", "fish", "powershell"}

func completionCommand(p process) *cobra.Command {
	return &cobra.Command{
		Use: "completion bash|zsh|fish|powershell", Short: "prints a completion script for a shell",
		Long: `Prints a script that completes commands, flags and their values. For bash, load it in the session or put it where bash-completion, which it needs, looks:

  source <(restorebot completion bash)
  restorebot completion bash > ~/.local/share/bash-completion/completions/restorebot

For zsh, put it in a folder of $fpath under the name _restorebot; for fish, in ~/.config/fish/completions/restorebot.fish. In PowerShell, restorebot completion powershell | Out-String | Invoke-Expression loads it.`,
		Example:   "restorebot completion bash\nrestorebot completion zsh\nrestorebot completion fish\nrestorebot completion powershell",
		ValidArgs: shells, Args: atMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return misuse(errNoShell)
			}
			return complete(c.Root(), args[0], p.stdout)
		},
	}
}

// complete writes the script for a shell.
func complete(root *cobra.Command, shell string, w io.Writer) error {
	switch shell {
	case "bash":
		return root.GenBashCompletionV2(w, true)
	case "zsh":
		return root.GenZshCompletion(w)
	case "fish":
		return root.GenFishCompletion(w, true)
	case "powershell":
		return root.GenPowerShellCompletionWithDesc(w)
	}
	return misuse(fmt.Errorf("there is no completion for %q: use bash, zsh, fish or powershell", shell))
}
