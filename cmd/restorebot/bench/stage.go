package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/docspace/docspacetest"
)

// The people of a stage.
const (
	asker    = "U0ASKER"    // may restore
	stranger = "U0STRANGER" // may not
)

// stage is a Slack and some portals on loopback, and a folder for what a
// process writes. Each portal has an address of its own, as in the world, so
// that a process holds a connection to each.
type stage struct {
	slack   *slacktest.Slack
	portals []*portal
	dir     string

	base     string
	channels []string
	web      http.Server
	trusts   *authority // nil where portals speak plain HTTP
	hosts    map[string]*portal
}

// portal is a DocSpace that remembers when it was asked for its progress.
type portal struct {
	*docspacetest.Portal

	name, url, channel string

	mu    sync.Mutex
	asked []time.Time
}

func (p *portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/getrestoreprogress") {
		p.mu.Lock()
		p.asked = append(p.asked, time.Now())
		p.mu.Unlock()
	}
	p.Portal.ServeHTTP(w, r)
}

// scene is what a stage is made of.
type scene struct {
	portals    int
	perChannel int // portals that share a channel; 0: all
	limits     slacktest.Limits
	takes      time.Duration
	tls        bool // the portals speak it, as in the world
	sockets    slacktest.Sockets
}

func setStage(sc scene) (s *stage, err error) {
	s = &stage{hosts: map[string]*portal{}}
	if sc.perChannel <= 0 {
		sc.perChannel = max(1, sc.portals)
	}
	w := slacktest.World{
		Limits: sc.limits, Sockets: sc.sockets,
		People: []slacktest.Person{{ID: asker, Name: "asker"}, {ID: stranger, Name: "stranger"}},
	}
	for n := range max(1, (sc.portals+sc.perChannel-1)/sc.perChannel) {
		id := fmt.Sprintf("C0BENCH%d", n)
		s.channels = append(s.channels, id)
		w.Channels = append(w.Channels, slacktest.Channel{ID: id, Name: fmt.Sprintf("bench-%d", n), Members: []string{asker, stranger}})
	}
	s.slack = slacktest.New(w)
	s.web = http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	defer func() {
		if err != nil {
			_ = s.close()
		}
	}()
	if s.dir, err = os.MkdirTemp("", "restorebot-bench-"); err != nil {
		return nil, err
	}
	address, err := s.serve("127.0.0.1", nil)
	if err != nil {
		return nil, err
	}
	s.base = "http://" + address
	scheme := "http://"
	if sc.tls {
		if s.trusts, err = newAuthority(); err != nil {
			return nil, err
		}
		if err = os.WriteFile(s.authorityFile(), s.trusts.pem(), 0o600); err != nil {
			return nil, err
		}
		scheme = "https://"
	}
	for n := range sc.portals {
		// All of 127/8 is this machine's.
		address, err := s.serve(fmt.Sprintf("127.1.%d.%d", n/250, n%250+1), s.trusts)
		if err != nil {
			return nil, err
		}
		p := &portal{
			Portal: docspacetest.New(docspacetest.Config{Alias: fmt.Sprintf("p%d", n), Script: docspacetest.Total(sc.takes)}),
			name:   fmt.Sprintf("p%d", n), url: scheme + address, channel: s.channels[n/sc.perChannel],
		}
		s.portals = append(s.portals, p)
		s.hosts[address] = p
	}
	return s, s.writePortals()
}

// serve listens at a free port of host, by TLS if there is somebody to vouch for it.
func (s *stage) serve(host string, guard *authority) (address string, err error) {
	listener, err := net.Listen("tcp", host+":0") //nolint:noctx // it returns at once
	if err == nil && guard != nil {
		listener, err = guard.guard(listener)
	}
	if err != nil {
		return "", fmt.Errorf("loopback: %w", err)
	}
	go func() { _ = s.web.Serve(listener) }() // ends with close
	return listener.Addr().String(), nil
}

// ServeHTTP is a portal under its address, and Slack under every other.
func (s *stage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if p := s.hosts[r.Host]; p != nil {
		p.ServeHTTP(w, r)
		return
	}
	s.slack.ServeHTTP(w, r)
}

func (s *stage) portalsFile() string { return filepath.Join(s.dir, "portals.yaml") }

func (s *stage) keyFile(p *portal) string { return filepath.Join(s.dir, p.name+".key") }

func (s *stage) authorityFile() string { return filepath.Join(s.dir, "authority.pem") }

func (s *stage) databaseFile() string { return filepath.Join(s.dir, "restorebot.db") }

func (s *stage) writePortals() error {
	var text strings.Builder
	text.WriteString("portals:\n")
	for _, p := range s.portals {
		fmt.Fprintf(&text, "  - {name: %s, url: %q, api_key_file: %q, channels: [%s]}\n", p.name, p.url, s.keyFile(p), p.channel)
		if err := os.WriteFile(s.keyFile(p), []byte(p.Key()), 0o600); err != nil {
			return err
		}
	}
	return os.WriteFile(s.portalsFile(), []byte(text.String()), 0o600)
}

// env is the whole environment of a process on the stage.
func (s *stage) env() []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir,
		"SLACK_APP_TOKEN=" + slacktest.DefaultAppToken, "SLACK_BOT_TOKEN=" + slacktest.DefaultBotToken, "SLACK_API_URL=" + s.base + "/api/",
		"PORTALS_FILE=" + s.portalsFile(), "RESTORE_USERS=" + asker, "RESTORE_CHANNELS=" + strings.Join(s.channels, ","),
		"DATABASE_URL=sqlite:" + s.databaseFile(),
	}
	if s.trusts != nil {
		env = append(env, "SSL_CERT_FILE="+s.authorityFile())
	}
	return env
}

// connected waits until a process holds a connection.
func (s *stage) connected(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := s.slack.WaitFor(ctx, func(slack *slacktest.Slack) bool { return len(slack.Connections()) > 0 }); err != nil {
		return fmt.Errorf("it did not connect: %w", err)
	}
	return nil
}

func (s *stage) close() error {
	s.slack.Close()
	return errors.Join(s.web.Close(), os.RemoveAll(s.dir))
}
