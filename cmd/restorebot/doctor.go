package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/slackchat"
)

func doctorCommand(p process) *cobra.Command {
	c := &cobra.Command{
		Use: "doctor [--json] [--blocks] [--env-file FILE]", Short: "checks everything a restore needs",
		Long: `Checks the settings, the Slack tokens and their scopes, a connection to Slack, the clock, each channel, user group and person that the settings name, each portal and the bot's key on it, the database and the disk. It prints a line for each with pass, warn or fail, and below it what to do.

It changes nothing: it posts no message, makes no file and lists no backups. It opens one connection to Slack and closes it. If Slack sends it a command meanwhile, it answers "please do that again".

With --blocks it also sends every card, answer, note and dialog of this build to Slack's blocks.validate, with invented data and without a token, and names those that Slack refuses. Nobody sees them. If the workspace does not have a new kind of block yet, that is a warning: the bot sends the classic form there. This takes about half a minute.

In Slack, /restore doctor makes the same checks from inside the running bot.`,
		Example: "restorebot doctor\n" +
			"restorebot doctor --json\n" +
			"restorebot doctor --blocks",
	}
	flags := c.Flags()
	file := envFileFlag(flags)
	asJSON := flags.Bool("json", false, "print one JSON object")
	blocks := flags.Bool("blocks", false, "ask Slack whether it accepts each card, answer and dialog")
	c.RunE = p.does(func(ctx context.Context, p process) error {
		found, settingsErr := examine(ctx, file, p, *blocks)
		if err := printFindings(p.stdout, found, *asJSON); err != nil {
			return err
		}
		switch {
		case settingsErr != nil:
			return misuse(errors.New("the settings are wrong, so the bot checked nothing else"))
		case bot.Worst(found) == bot.Fail:
			return errors.New("a restore would not work, or not safely: see the lines that say fail")
		}
		return nil
	})
	return c
}

// examine makes all checks, with that of the views where it is wanted, or says what is
// wrong with the settings.
func examine(ctx context.Context, file envFile, p process, blocks bool) ([]bot.Finding, error) {
	s, err := file.load(p)
	if err != nil {
		var found []bot.Finding
		for line := range strings.SplitSeq(err.Error(), "\n") { // which says what to do
			found = append(found, bot.Finding{Check: "settings", Grade: bot.Fail, What: line})
		}
		found[len(found)-1].Fix = "Correct this in the environment or in " + *file.path + "; .env.example explains each setting."
		return found, err
	}
	found := []bot.Finding{{Check: "settings", Grade: bot.Pass, What: "all are there and correct"}}
	found = append(found, bot.Examine(ctx, s.Examiners()...)...)
	if blocks { // it takes longer than the others may
		views := slackchat.ViewCheck{BaseURL: s.SlackURL, HTTP: &http.Client{}}
		found = append(found, views.Examine(ctx)...)
	}
	return found, nil
}

func printFindings(w io.Writer, found []bot.Finding, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(struct {
			OK       bool          `json:"ok"`
			Findings []bot.Finding `json:"findings"`
		}{bot.Worst(found) != bot.Fail, found})
	}
	var b strings.Builder
	for _, f := range found {
		fmt.Fprintf(&b, "%s  %s: %s\n", f.Grade, f.Check, f.What)
		if f.Fix != "" {
			fmt.Fprintf(&b, "      %s\n", f.Fix)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
