package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/caarlos0/env/v11"
	"github.com/spf13/cobra"

	"docspace-restorebot/bot/slackchat"
)

func manifestCommand(p process) *cobra.Command {
	c := &cobra.Command{
		Use: "manifest [FLAG]...", Short: "prints the manifest of the Slack app",
		Long: `Prints the manifest from which Slack makes the app, with only the scopes that the settings need, and on standard error why the bot needs each scope. Without settings it assumes that no list names a user group.

The app-level token (xapp-...) is not part of a manifest: make it under Basic Information, with the scope connections:write.`,
		Example: "restorebot manifest\n" +
			"restorebot manifest --link\n" +
			"restorebot manifest --user-groups",
	}
	flags := c.Flags()
	file := envFileFlag(flags)
	link := flags.Bool("link", false, "print a link to the page that makes the app, instead of the manifest")
	groups := flags.Bool("user-groups", false, "add the scope for user groups, whatever the settings say")
	search := flags.Bool("search", false, "add the optional scopes with which the bot finds a message after Slack's answer was lost, instead of posting it twice")
	c.RunE = p.does(func(_ context.Context, p process) error {
		features := slackchat.Features{Groups: *groups || namesGroups(file, p), Search: *search}
		for _, s := range slackchat.Scopes(features) {
			optional := ""
			if s.Optional {
				optional = " (optional)"
			}
			fmt.Fprintf(p.stderr, "%-16s %s%s\n", s.Name, s.Why, optional)
		}
		text := string(slackchat.Manifest(features))
		if *link {
			text = slackchat.CreateLink([]byte(text))
		}
		_, err := fmt.Fprintln(p.stdout, text)
		return err
	})
	return c
}

// namesGroups reports whether any list of people names a user group. Settings
// that are wrong or missing are not in the way.
func namesGroups(file envFile, p process) bool {
	vars, _ := readDotenv(*file.path)
	vars = merged(vars, env.ToMap(p.environ))
	for _, name := range []string{"RESTORE_USERS", "RESTORE_APPROVERS", "RESTORE_BREAK_GLASS"} {
		for _, id := range strings.FieldsFunc(vars[name], func(r rune) bool { return r == ',' || r == ' ' }) {
			if strings.HasPrefix(id, "S") {
				return true
			}
		}
	}
	return false
}
