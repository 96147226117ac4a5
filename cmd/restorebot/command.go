package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime/debug"
)

const usage = `restorebot restores an ONLYOFFICE DocSpace portal from Slack.

  restorebot run       serve Slack (also with no argument); settings come from
                       the environment and from .env
  restorebot version   what was built
`

// command runs one subcommand.
func command(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	name := "run"
	if len(args) > 0 {
		name = args[0]
	}
	if name == "demo" {
		return playDemo(ctx, args[1:], stdout, stderr)
	}
	if len(args) > 1 {
		return &statusError{fmt.Errorf("%s takes no argument %q", name, args[1]), statusSettings}
	}
	switch name {
	case "run":
		s, err := loadSettings(os.Environ(), ".env")
		if err != nil {
			return &statusError{err, statusSettings}
		}
		return run(ctx, s, stderr)
	case "version":
		info, _ := debug.ReadBuildInfo()
		_, err := fmt.Fprintln(stdout, "restorebot", info.Main.Version, info.GoVersion)
		return err
	case "help", "-h", "--help":
		_, err := io.WriteString(stdout, usage)
		return err
	}
	return &statusError{fmt.Errorf("no such command: %q; see restorebot help", name), statusSettings}
}
