package main

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func versionCommand(p process) *cobra.Command {
	c := &cobra.Command{
		Use: "version [--json]", Short: "shows which build this is",
		Long: "Prints the version, the commit and its time, the Go release and the platform. " +
			"It adds \"modified\" if the build has changes that are not in the commit.",
		Example: "restorebot version\n" +
			"restorebot version --json",
	}
	flags := c.Flags()
	asJSON := flags.Bool("json", false, "print one JSON object")
	c.RunE = p.does(func(_ context.Context, p process) error {
		b := describeSelf()
		if *asJSON {
			e := json.NewEncoder(p.stdout)
			e.SetIndent("", "  ")
			return e.Encode(b)
		}
		_, err := fmt.Fprintln(p.stdout, b)
		return err
	})
	return c
}

// release is set by the linker where a release is built; the module's own
// version stands otherwise.
var release string

// build says what was built.
type build struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Time     string `json:"time,omitempty"`
	Modified bool   `json:"modified"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func describeSelf() build {
	info, _ := debug.ReadBuildInfo()
	return describe(info)
}

// describe reads what the linker and the go command left in the binary.
func describe(info *debug.BuildInfo) build {
	b := build{Version: release, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if info != nil {
		if b.Version == "" {
			b.Version = info.Main.Version
		}
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				b.Commit = s.Value
			case "vcs.time":
				b.Time = s.Value
			case "vcs.modified":
				b.Modified = s.Value == "true"
			}
		}
	}
	if b.Version == "" {
		b.Version = "(devel)"
	}
	return b
}

func (b build) String() string {
	s := "restorebot " + b.Version
	if b.Commit != "" {
		s += " commit " + b.Commit[:min(len(b.Commit), 12)]
	}
	if b.Modified {
		s += " (modified)"
	}
	if b.Time != "" {
		s += " of " + b.Time
	}
	return s + ", " + b.Go + " " + b.Platform
}
