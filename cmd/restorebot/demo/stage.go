package demo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/docspace/docspacetest"
)

// The people and the place of every stage.
const (
	Alice   = "U0ALICE"   // may ask for a restore and confirm one
	Bob     = "U0BOB"     // may too
	Eve     = "U0EVE"     // a colleague who is on no list
	Mallory = "U0MALLORY" // a guest of another organisation
	Channel = "C0INCIDENT"
)

// PortalURL is the portal's address as people see it. The bot's process reaches
// it through a proxy, which is the stage's own portal.
const PortalURL = "http://docs.example.com"

// helloWithin is how long the bot may take to connect: a slow machine, not a
// slow bot, is what it allows for.
const helloWithin = 30 * time.Second

// Options are what a stage is made of; zero fields are defaults.
type Options struct {
	// Program is the bot's executable and its first arguments; empty is this one.
	Program []string
	// Env is added to the environment of the bot.
	Env []string
	// Log takes what the bot writes to its log; nil drops it.
	Log io.Writer
	// Portal is the portal at first.
	Portal docspacetest.Config
}

// Stage is a Slack, a portal and the bot's process between them. It is safe for
// concurrent use.
type Stage struct {
	Slack  *slacktest.Slack
	Portal *docspacetest.Portal

	program []string
	env     []string
	log     io.Writer
	dir     string
	web     http.Server

	mu  sync.Mutex
	bot *exec.Cmd
}

// Open sets a stage on free ports of loopback, without the bot.
func Open(o Options) (*Stage, error) {
	dir, err := os.MkdirTemp("", "restorebot-demo-")
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it returns at once
	if err != nil {
		return nil, errors.Join(fmt.Errorf("demo: %w", err), os.RemoveAll(dir))
	}
	program := o.Program
	if len(program) == 0 {
		self, err := os.Executable()
		if err != nil {
			return nil, errors.Join(fmt.Errorf("demo: %w", err), listener.Close(), os.RemoveAll(dir))
		}
		program = []string{self}
	}
	s := &Stage{
		Slack: slacktest.New(world()), Portal: docspacetest.New(o.Portal),
		program: program, log: o.Log, dir: dir,
	}
	base := "http://" + listener.Addr().String()
	s.env = append(inherited(),
		"SLACK_APP_TOKEN="+slacktest.DefaultAppToken, "SLACK_BOT_TOKEN="+slacktest.DefaultBotToken, "SLACK_API_URL="+base+"/api/",
		"DOCSPACE_URL="+PortalURL, "HTTP_PROXY="+base, "http_proxy="+base, "NO_PROXY=", "no_proxy=",
		"DOCSPACE_POLL_INTERVAL=1s", "RESTORE_USERS="+Alice+","+Bob, "RESTORE_CHANNELS="+Channel,
		"DATABASE_URL=sqlite:"+filepath.Join(dir, "restorebot.db"), "DOCSPACE_API_KEY_FILE="+s.keyFile(),
	)
	s.env = append(s.env, o.Env...)
	if err := s.putKey(s.Portal.Key()); err != nil {
		return nil, errors.Join(err, listener.Close(), os.RemoveAll(dir))
	}
	s.web = http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.web.Serve(listener) }() // ends with Close
	return s, nil
}

func world() slacktest.World {
	return slacktest.World{
		TeamName: "Example", TeamDomain: "example",
		People: []slacktest.Person{
			{ID: Alice, Name: "alice", RealName: "Alice (on call)", TZ: "Europe/Riga"},
			{ID: Bob, Name: "bob", RealName: "Bob (approver)", TZ: "Europe/Riga"},
			{ID: Eve, Name: "eve", RealName: "Eve (on no list)", TZ: "Europe/Riga"},
			{ID: Mallory, Name: "mallory", RealName: "Mallory (another organisation)", TeamID: "T0OTHER", IsStranger: true, TZ: "Europe/Riga"},
		},
		Channels: []slacktest.Channel{{ID: Channel, Name: "incident-42", Members: []string{Alice, Bob, Eve, Mallory}}},
	}
}

// inherited is what the bot's process keeps of this one's environment: nothing
// that is a setting of the bot, nor a proxy.
func inherited() []string {
	return slices.DeleteFunc(os.Environ(), func(entry string) bool {
		name, _, _ := strings.Cut(strings.ToUpper(entry), "=")
		for _, prefix := range []string{"SLACK_", "DOCSPACE_", "RESTORE_", "PORTALS_", "SAFETY_", "AUDIT_", "DATABASE_", "HTTP_", "HTTPS_", "NO_PROXY", "LOG_"} {
			if strings.HasPrefix(name, prefix) {
				return true
			}
		}
		return false
	})
}

// ServeHTTP is the portal for requests that come as to a proxy, Slack for the rest.
func (s *Stage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.IsAbs() {
		s.Portal.ServeHTTP(w, r)
		return
	}
	s.Slack.ServeHTTP(w, r)
}

// StartBot starts the bot and returns when Slack has said hello to it. It does
// nothing while the bot runs.
func (s *Stage) StartBot(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bot != nil {
		return nil
	}
	args := append(s.program[1:len(s.program):len(s.program)], "run")
	bot := exec.Command(s.program[0], args...) //nolint:gosec,noctx // our own program, ended by StopBot, KillBot or Close
	bot.Env = s.env
	bot.Dir, bot.Stderr = s.dir, s.log
	if err := bot.Start(); err != nil {
		return fmt.Errorf("demo: the bot did not start: %w", err)
	}
	ended := make(chan error, 1)
	waiting, cancel := context.WithTimeout(ctx, helloWithin)
	defer cancel()
	go func() {
		err := s.Slack.WaitFor(waiting, func(slack *slacktest.Slack) bool { return len(slack.Connections()) > 0 })
		ended <- err
	}()
	if err := <-ended; err != nil {
		_ = bot.Process.Kill()
		return errors.Join(fmt.Errorf("demo: the bot did not connect: %w", err), bot.Wait())
	}
	s.bot = bot
	return nil
}

// KillBot ends the bot as a power cut does.
func (s *Stage) KillBot() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bot == nil {
		return
	}
	_ = s.bot.Process.Kill() // it fails only for a process that is gone
	_ = s.bot.Wait()
	s.bot = nil
}

// StopBot asks the bot to stop and waits for it.
func (s *Stage) StopBot() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bot == nil {
		return nil
	}
	bot := s.bot
	s.bot = nil
	if err := bot.Process.Signal(syscall.SIGTERM); err != nil {
		_ = bot.Process.Kill()
	}
	late := time.AfterFunc(helloWithin, func() { _ = bot.Process.Kill() })
	defer late.Stop()
	return bot.Wait()
}

func (s *Stage) keyFile() string { return filepath.Join(s.dir, "docspace.key") }

// putKey puts a key where the bot reads it.
func (s *Stage) putKey(key string) error {
	if err := os.WriteFile(s.keyFile(), []byte(key+"\n"), 0o600); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	return nil
}

// NewKey makes a new key in the portal and puts it where the bot reads it, as
// its owner does after a restore.
func (s *Stage) NewKey() error {
	return s.putKey(s.Portal.IssueKey(docspacetest.Key{Name: "restorebot"}))
}

// Running reports whether the bot's process was started and not ended by us.
func (s *Stage) Running() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bot != nil
}

// Close ends the bot, Slack and the portal, and removes their files.
func (s *Stage) Close() error {
	s.KillBot()
	s.Slack.Close()
	return cmp.Or(s.web.Close(), os.RemoveAll(s.dir))
}

// name is a person's name as it is typed.
func name(user string) string { return strings.ToLower(strings.TrimPrefix(user, "U0")) }
