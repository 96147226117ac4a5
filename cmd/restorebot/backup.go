package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"docspace-restorebot/bot/durable"
)

func backupCommand(p process) *cobra.Command {
	c := &cobra.Command{
		Use: "backup [--env-file FILE] FILE", Short: "copies the bot's own database, even while the bot runs",
		Long: `Makes a consistent copy of the SQLite database that DATABASE_URL names, in a new FILE, even while the bot runs. It never overwrites a file. FILE appears only when the copy is complete and was read through once.

To go back to a copy, stop the bot and put the copy in the database's place, without the files that end in -wal and -shm. For PostgreSQL use pg_dump.`,
		Example: "restorebot backup /var/backups/restorebot.db",
		Args:    atMost(1),
	}
	flags := c.Flags()
	file := envFileFlag(flags)
	c.RunE = p.does(func(ctx context.Context, p process) error {
		if len(p.args) == 0 {
			return misuse(errors.New("backup needs the name of a new FILE; see restorebot backup --help"))
		}
		from, err := file.database(p)
		if err != nil {
			return misuse(err)
		}
		n, err := durable.Copy(ctx, from, p.args[0])
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.stdout, "%s holds a copy of the database: %d bytes.\n", p.args[0], n)
		return err
	})
	return c
}
