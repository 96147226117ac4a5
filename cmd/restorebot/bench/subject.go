package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
	"docspace-restorebot/docspace/docspacetest"
)

const botPackage = "docspace-restorebot/cmd/restorebot"

// The programs that are compared.
const (
	floor = "floor" // slack-go acking with no work
	bolt  = "bolt"  // Slack's Bolt for JavaScript with the same command
	self  = "bot"
)

// program makes a program and returns how it is started. dir is the caller's to
// remove.
func program(ctx context.Context, dir, name string) ([]string, error) {
	switch name {
	case floor:
		return goBuild(ctx, botPackage+"/bench/floor", filepath.Join(dir, name))
	case bolt:
		return installBolt(ctx)
	}
	return goBuild(ctx, botPackage, filepath.Join(dir, name))
}

// goBuild builds a package as a release is built.
func goBuild(ctx context.Context, pkg, path string) ([]string, error) {
	return []string{path}, execute(ctx, "", "go", "build", "-trimpath", "-ldflags=-s -w", "-o", path, pkg)
}

func execute(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // all of them are in this file
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, bytes.TrimSpace(out))
	}
	return nil
}

//go:embed bolt/package.json bolt/package-lock.json bolt/restore.js
var boltFiles embed.FS

// installBolt installs Bolt, exactly as locked, in the user's cache.
func installBolt(ctx context.Context) ([]string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	for _, name := range []string{"bolt/package-lock.json", "bolt/restore.js"} {
		content, _ := boltFiles.ReadFile(name) // it is built in
		sum.Write(content)
	}
	dir := filepath.Join(cache, "restorebot-bench", hex.EncodeToString(sum.Sum(nil)[:6]))
	argv := []string{"node", filepath.Join(dir, "bolt", "restore.js")}
	// npm writes this file last.
	if _, err := os.Stat(filepath.Join(dir, "bolt", "node_modules", ".package-lock.json")); err == nil {
		return argv, nil
	}
	if err := errors.Join(os.RemoveAll(dir), os.CopyFS(dir, boltFiles)); err != nil {
		return nil, err
	}
	return argv, execute(ctx, filepath.Join(dir, "bolt"), "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
}

// set sets a stage for a program, without starting it, with many portals in
// channels of their own, perChannel to each.
func set(argv []string, portals, perChannel int, config docspacetest.Config, world func(*slacktest.World)) (*stage.Stage, []*stage.Another, error) {
	channels := make([]string, portals)
	for n := range channels {
		channels[n] = fmt.Sprintf("C0BENCH%d", n/perChannel)
	}
	s, err := stage.Open(stage.Options{Program: argv, World: func(w *slacktest.World) {
		for n := range (portals + perChannel - 1) / perChannel {
			w.Channels = append(w.Channels, slacktest.Channel{ID: fmt.Sprintf("C0BENCH%d", n), Name: fmt.Sprintf("bench-%d", n), Members: []string{stage.Alice, stage.Bob, stage.Eve}})
		}
		if world != nil {
			world(w)
		}
	}})
	if err != nil || portals == 0 {
		return s, nil, err
	}
	all, err := s.AddPortals(channels, config)
	if err != nil {
		_ = s.Close()
	}
	return s, all, err
}
