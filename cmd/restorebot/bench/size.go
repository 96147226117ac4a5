package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// mostSize is what the stripped program may weigh: 27 MB, for it holds the views that the
// doctor shows to Slack.
const mostSize = 27_000_000

// sized is the program as a release is built.
type sized struct {
	Bytes   int64    `json:"bytes"`
	Modules []module `json:"modules"` // largest first
	// Tables are what the linker makes of all of them together: the line of the
	// source of each instruction, types, strings.
	Tables int64 `json:"tables"`
}

func size(ctx context.Context, _ options) (found result, err error) {
	dir, err := os.MkdirTemp("", "restorebot-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "restorebot")
	if err := goBuild(ctx, botPackage, path); err != nil {
		return nil, err
	}
	file, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	// The same program with its symbols, in the format of Linux, which is read here.
	named := filepath.Join(dir, "named")
	if _, err := goForLinux(ctx, "build", "-trimpath", "-o", named, botPackage); err != nil {
		return nil, err
	}
	s := &sized{Bytes: file.Size()}
	if s.Modules, s.Tables, err = weigh(named); err != nil {
		return nil, err
	}
	return s, addLicences(ctx, s.Modules)
}

// goForLinux is what the go command prints, where it is asked about Linux.
func goForLinux(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...) //nolint:gosec // all of them are in this package
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	out, err := cmd.Output()
	if err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			err = fmt.Errorf("%w\n%s", err, bytes.TrimSpace(exit.Stderr))
		}
		return nil, fmt.Errorf("go %s: %w", args[0], err)
	}
	return out, nil
}

func (s *sized) table(w io.Writer) {
	fmt.Fprintf(w, "%.2f MB (%.1f MiB) stripped, %.0f %% of the 27 MB that it may be; %d modules of others are linked.\n\n",
		float64(s.Bytes)/1e6, float64(s.Bytes)/(1<<20), 100*float64(s.Bytes)/mostSize, len(s.Modules)-2)
	var lines [][]string
	for _, m := range s.Modules {
		lines = append(lines, []string{m.Path, m.Version, m.Licence, kilobytes(m.Bytes)})
	}
	lines = append(lines, []string{"the linker's tables of all of them", "", "", kilobytes(s.Tables)})
	markdown(w, []string{"module", "version", "licence", "code and data"}, lines)
}

func kilobytes(n int64) string { return fmt.Sprintf("%.0f kB", float64(n)/1000) }

func (s *sized) check() []error {
	if s.Bytes > mostSize {
		return []error{fmt.Errorf("the program has %d bytes, more than %d", s.Bytes, mostSize)}
	}
	return nil
}
