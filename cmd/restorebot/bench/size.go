package main

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// mostSize is what the stripped program may weigh: 25 MB.
const mostSize = 25_000_000

// sized is the program as a release is built.
type sized struct {
	Bytes        int64    `json:"bytes"`
	Dependencies []string `json:"dependencies"`
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
	content, err := os.ReadFile(path) //nolint:gosec // what we just built
	if err != nil {
		return nil, err
	}
	info, err := buildinfo.Read(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	s := &sized{Bytes: int64(len(content))}
	for _, dep := range info.Deps {
		s.Dependencies = append(s.Dependencies, dep.Path+" "+dep.Version)
	}
	return s, nil
}

func (s *sized) table(w io.Writer) {
	fmt.Fprintf(w, "%.1f MB (%.1f MiB) stripped, %.0f %% of the 25 MB that it may be; %d modules are linked:\n\n", float64(s.Bytes)/1e6, float64(s.Bytes)/(1<<20), 100*float64(s.Bytes)/mostSize, len(s.Dependencies))
	for _, dep := range s.Dependencies {
		fmt.Fprintln(w, dep)
	}
}

func (s *sized) check() []error {
	if s.Bytes > mostSize {
		return []error{fmt.Errorf("the program has %d bytes, more than %d", s.Bytes, mostSize)}
	}
	return nil
}
