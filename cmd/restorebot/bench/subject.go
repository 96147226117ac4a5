package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"docspace-restorebot/bot/slacktest"
)

// subject is a program that is measured.
type subject struct {
	name string
	argv []string
}

const (
	botPackage   = "docspace-restorebot/cmd/restorebot"
	floorPackage = botPackage + "/bench/floor"
)

// build makes the named subjects, in a folder that is the caller's to remove.
func build(ctx context.Context, dir string, names []string) ([]subject, error) {
	var subjects []subject
	for _, name := range names {
		path := filepath.Join(dir, name)
		switch name {
		case "bot":
			if err := goBuild(ctx, botPackage, path); err != nil {
				return nil, err
			}
			subjects = append(subjects, subject{name, []string{path, "run"}})
		case "floor":
			if err := goBuild(ctx, floorPackage, path); err != nil {
				return nil, err
			}
			subjects = append(subjects, subject{name, []string{path}})
		case "bolt":
			script, err := bolt(ctx)
			if err != nil {
				return nil, err
			}
			subjects = append(subjects, subject{name, []string{"node", script}})
		default:
			return nil, fmt.Errorf("%q is none of floor, bolt and bot", name)
		}
	}
	return subjects, nil
}

// goBuild builds a package as a release is built.
func goBuild(ctx context.Context, pkg, path string) error {
	return execute(ctx, "", "go", "build", "-trimpath", "-ldflags=-s -w", "-o", path, pkg)
}

func execute(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // all of them are in this package
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, bytes.TrimSpace(out))
	}
	return nil
}

//go:embed bolt/package.json bolt/package-lock.json bolt/restore.js
var boltFiles embed.FS

// bolt installs Bolt, exactly as locked, in the user's cache, and returns its
// script.
func bolt(ctx context.Context) (script string, err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	lock, err := boltFiles.ReadFile("bolt/package-lock.json")
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "restorebot-bench", fmt.Sprintf("bolt-%x", sha256.Sum256(lock))[:17])
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	for _, name := range []string{"package.json", "package-lock.json", "restore.js"} {
		content, err := boltFiles.ReadFile("bolt/" + name)
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return "", err
		}
	}
	script = filepath.Join(dir, "restore.js")
	// npm writes this file last.
	if _, err := os.Stat(filepath.Join(dir, "node_modules", ".package-lock.json")); err == nil {
		return script, nil
	}
	return script, execute(ctx, dir, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
}

// actor is a subject at work on a stage.
type actor struct {
	*stage

	subject subject
	cmd     *exec.Cmd
	log     bytes.Buffer
	Ready   time.Duration // from its start to the first hello
}

// enter starts a subject and returns when Slack has said hello to it.
func (s *stage) enter(ctx context.Context, sub subject, env ...string) (*actor, error) {
	a := &actor{stage: s, subject: sub}
	a.cmd = exec.Command(sub.argv[0], sub.argv[1:]...) //nolint:gosec,noctx // ended by leave
	a.cmd.Env, a.cmd.Dir = append(s.env(), env...), s.dir
	a.cmd.Stderr, a.cmd.Stdout = &a.log, &a.log
	began := time.Now()
	if err := a.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s did not start: %w", sub.name, err)
	}
	if err := s.connected(ctx); err != nil {
		_ = a.cmd.Process.Kill()
		_ = a.cmd.Wait()
		return nil, fmt.Errorf("%s: %w\n%s", sub.name, err, a.log.String())
	}
	since := time.Now()
	for _, event := range s.slack.Log() {
		if event.Kind == slacktest.ConnectionOpened && event.At.After(began) {
			since = event.At
			break
		}
	}
	a.Ready = since.Sub(began)
	return a, nil
}

func (a *actor) usage() (usage, error) { return usageOf(a.cmd.Process.Pid) }

// calm waits until the process has done next to nothing for half a second: less
// than what many open requests bring with them.
func (a *actor) calm(ctx context.Context) error {
	const span, little = 500 * time.Millisecond, 25 * time.Millisecond
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	before, err := a.usage()
	for err == nil {
		if err = pause(ctx, span); err != nil {
			return fmt.Errorf("it does not come to rest: %w", err)
		}
		var after usage
		if after, err = a.usage(); err == nil && after.CPU-before.CPU < little {
			return nil
		}
		before = after
	}
	return err
}

// leave ends the process.
func (a *actor) leave() error {
	_ = a.cmd.Process.Signal(syscall.SIGTERM)
	late := time.AfterFunc(15*time.Second, func() { _ = a.cmd.Process.Kill() })
	defer late.Stop()
	err := a.cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() != 0 && a.subject.name == "bot" {
		return fmt.Errorf("the bot ended badly: %w\n%s", err, tail(a.log.String()))
	}
	return nil
}

func tail(log string) string {
	lines := strings.Split(strings.TrimSpace(log), "\n")
	return strings.Join(lines[max(0, len(lines)-10):], "\n")
}
