package stage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/app"
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

// Options are what a stage is made of; zero fields are defaults.
type Options struct {
	// Program is the bot's executable and its first arguments; empty is this one.
	Program []string
	// Load reads settings. If it is set the bot is a part of this process and no
	// port is opened.
	Load func(environ []string) (app.Settings, error)
	// Env is added to the environment of the bot.
	Env []string
	// Dir takes the bot's files; empty makes a folder and removes it in the end.
	Dir string
	// Log takes what the bot writes to its log; nil drops it.
	Log io.Writer
	// World, if set, changes the workspace at first.
	World func(*slacktest.World)
	// Portal is the portal at first.
	Portal docspacetest.Config
	// Between, if set, puts something between the bot and both of the others.
	Between func(http.Handler) http.Handler
}

// Stage is a Slack, a portal and the bots between them, mostly one. It is safe for
// concurrent use.
type Stage struct {
	Slack  *slacktest.Slack
	Portal *docspacetest.Portal

	options Options
	env     []string
	dir     string
	ownDir  bool
	slack   http.Handler // what the bot reaches
	portal  http.Handler
	web     http.Server
	pipe    *slacktest.Listener // in the place of a port
	over    *http.Transport     // the calls over the pipe

	mu       sync.Mutex
	bots     []*Bot
	others   []*http.Server // of the portals beside the first
	starting sync.Mutex     // one StartBot at a time
}

// Open sets a stage, without a bot.
func Open(o Options) (s *Stage, err error) {
	w := world()
	if o.World != nil {
		o.World(&w)
	}
	s = &Stage{Slack: slacktest.New(w), Portal: docspacetest.New(o.Portal), options: o, dir: o.Dir}
	defer func() {
		if err != nil {
			s.Slack.Close()
			err = errors.Join(fmt.Errorf("stage: %w", err), s.clean())
		}
	}()
	if len(o.Program) == 0 && o.Load == nil {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		s.options.Program = []string{self}
	}
	if s.dir == "" {
		s.ownDir = true
		if s.dir, err = os.MkdirTemp("", "restorebot-"); err != nil {
			return nil, err
		}
	}
	s.slack, s.portal = s.Slack, s.Portal
	if o.Between != nil {
		s.slack, s.portal = o.Between(s.Slack), o.Between(s.Portal)
	}
	base, err := s.serve()
	if err != nil {
		return nil, err
	}
	s.env = append(s.env,
		"SLACK_APP_TOKEN="+slacktest.DefaultAppToken, "SLACK_BOT_TOKEN="+slacktest.DefaultBotToken, "SLACK_API_URL="+base+"/api/",
		"DOCSPACE_URL="+PortalURL, "DOCSPACE_API_KEY_FILE="+s.keyFile(),
		"DOCSPACE_POLL_INTERVAL=1s", "RESTORE_USERS="+Alice+","+Bob, "RESTORE_CHANNELS="+Channel,
		"DATABASE_URL=sqlite:"+s.Database(),
	)
	s.Setenv(o.Env...)
	return s, s.putKey(s.Portal.Key())
}

// serve opens a port, or a pipe where the bot is a part of this process. It
// returns the address of Slack.
func (s *Stage) serve() (base string, err error) {
	s.web = http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	var listener net.Listener
	if s.options.Load != nil {
		s.pipe = slacktest.NewListener()
		s.over = &http.Transport{DialContext: s.pipe.DialContext}
		listener, base = s.pipe, "http://slack.test"
	} else {
		if listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil { //nolint:noctx // it returns at once
			return "", err
		}
		base = "http://" + listener.Addr().String()
		s.env = append(inherited(), "HTTP_PROXY="+base, "http_proxy="+base, "NO_PROXY=", "no_proxy=")
	}
	go func() { _ = s.web.Serve(listener) }() // ends with Close
	return base, nil
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
		for _, prefix := range []string{"SLACK_", "DOCSPACE_", "RESTORE_", "PORTALS_", "SAFETY_", "AUDIT_", "DATABASE_", "HTTP_", "HTTPS_", "NO_PROXY", "SSL_CERT_", "LOG_"} {
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
		s.portal.ServeHTTP(w, r)
		return
	}
	s.slack.ServeHTTP(w, r)
}

// Setenv puts NAME=value settings into the environment of bots that are started
// from now on.
func (s *Stage) Setenv(settings ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.env = append(slices.Clip(s.env), settings...)
}

// Env is the environment of the bots that are started now.
func (s *Stage) Env() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.env)
}

// Database is the file that the bot keeps its state in, unless a setting says
// otherwise.
func (s *Stage) Database() string { return filepath.Join(s.dir, "restorebot.db") }

// Dir is where the bot runs.
func (s *Stage) Dir() string { return s.dir }

func (s *Stage) keyFile() string { return filepath.Join(s.dir, "docspace.key") }

// putKey puts a key where the bot reads it.
func (s *Stage) putKey(key string) error {
	return os.WriteFile(s.keyFile(), []byte(key+"\n"), 0o600)
}

// NewKey makes a new key in the portal and puts it where the bot reads it, as
// its owner does after a restore.
func (s *Stage) NewKey() error {
	return s.putKey(s.Portal.IssueKey(docspacetest.Key{Name: "restorebot"}))
}

// StartBot starts a bot if none runs, and returns when Slack has said hello to it.
func (s *Stage) StartBot(ctx context.Context) error {
	s.starting.Lock()
	defer s.starting.Unlock()
	if s.Running() {
		return nil
	}
	_, err := s.AddBot(ctx)
	return err
}

// KillBot ends every bot as a power cut does.
func (s *Stage) KillBot() {
	for _, b := range s.living() {
		b.Kill()
	}
}

// StopBot asks every bot to stop and waits for it.
func (s *Stage) StopBot() error {
	var errs []error
	for _, b := range s.living() {
		errs = append(errs, b.Stop())
	}
	return errors.Join(errs...)
}

// Running reports whether a bot runs.
func (s *Stage) Running() bool { return len(s.living()) > 0 }

// living are the bots that have not ended.
func (s *Stage) living() []*Bot {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bots = slices.DeleteFunc(s.bots, func(b *Bot) bool {
		select {
		case <-b.ended:
			return true
		default:
			return false
		}
	})
	return slices.Clone(s.bots)
}

// Close ends the bots, Slack and the portal, and removes their files.
func (s *Stage) Close() error {
	s.KillBot()
	s.Slack.Close()
	err := s.web.Close()
	for _, web := range s.others {
		err = errors.Join(err, web.Close())
	}
	if s.over != nil {
		s.over.CloseIdleConnections()
	}
	return errors.Join(err, s.clean())
}

func (s *Stage) clean() error {
	if !s.ownDir || s.dir == "" {
		return nil
	}
	return os.RemoveAll(s.dir)
}
