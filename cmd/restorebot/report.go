package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
)

func reportCommand(p process) *cobra.Command {
	c := &cobra.Command{
		Use: "report [--format md|jsonl] RESTORE-ID", Short: "writes the timeline of a restore, for the post-mortem",
		Long: `Writes the record of a restore to standard output: who asked and confirmed, what was lost, how long it took, and every event. /restore report writes the same in Slack. This command asks neither Slack nor a portal, works while the bot is down, and changes nothing. It links only messages whose addresses the bot recorded.

The id is on the restore's card and in /restore history. If there is no such restore, the command lists the newest ones.

It reads the database of DATABASE_URL, even while a bot uses it.`,
		Example: "restorebot report k3vq7x2mhd\n" +
			"restorebot report k3vq7x2mhd --format jsonl > restore.jsonl",
		Args: atMost(1),
	}
	flags := c.Flags()
	format := flags.String("format", "md", "`FORMAT`: md for people, or jsonl with one event per line")
	values(c, "format", "md", "jsonl")
	file := envFileFlag(flags)
	c.RunE = p.does(func(ctx context.Context, p process) error { return report(ctx, p, file, *format) })
	return c
}

func report(ctx context.Context, p process, file envFile, format string) error {
	var pick func(bot.Report) string
	switch format {
	case "md":
		pick = func(r bot.Report) string { return r.Markdown }
	case "jsonl":
		pick = func(r bot.Report) string { return r.JSONLines }
	default:
		return misuse(errors.New("--format must be md or jsonl"))
	}
	if len(p.args) == 0 || p.args[0] == "" {
		return misuse(errors.New("report needs the id of a restore, as its card and /restore history show it; see restorebot report --help"))
	}
	databaseURL, err := file.database(p)
	if err != nil {
		return misuse(err)
	}
	r, err := readReport(ctx, databaseURL, p.args[0])
	switch {
	case errors.Is(err, bot.ErrNotFound):
		return err // which says what to do
	case err != nil:
		return fmt.Errorf("no report was written, and nothing was changed: %w", err)
	}
	if _, err := io.WriteString(p.stdout, pick(r)); err != nil {
		return fmt.Errorf("only a part of the report was written: %w", err)
	}
	return nil
}

// reportWithin is how long a report may take.
const reportWithin = time.Minute

// readReport reads from the database, and changes nothing in it.
func readReport(ctx context.Context, databaseURL, id string) (bot.Report, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, reportWithin, fmt.Errorf("the database did not answer within %s", reportWithin))
	defer cancel()
	s, err := durable.OpenReadOnly(ctx, databaseURL)
	if err != nil {
		return bot.Report{}, err
	}
	defer s.Close()
	return bot.ReadReport(ctx, s, id, time.Now())
}
