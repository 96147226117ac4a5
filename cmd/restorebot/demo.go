package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
	"golang.org/x/term"

	"docspace-restorebot/cmd/restorebot/demo"
	"docspace-restorebot/cmd/restorebot/stage"
	"docspace-restorebot/docspace/docspacetest"
)

// demoFlags are what restorebot demo is told.
type demoFlags struct {
	script, page, portal bool
	fail, crash          bool
	addr, log            string
	takes, think         time.Duration
}

func demoCommand(p process) *cobra.Command {
	c := &cobra.Command{
		Use: "demo [FLAG]...", Short: "plays a restore without Slack and without a portal",
		Long: "Runs the real bot, in a process of its own, between a fake Slack and a fake portal. It needs no settings. " +
			"It plays an incident in the terminal and serves a page that looks and works like the channel: act as one of four people, and break things.\n\n" +
			"In a terminal the page stays until Ctrl-C. Without a terminal the demo ends after the incident, with status 0 if the channel heard the true end.",
		Example: "restorebot demo\n" +
			"restorebot demo --script --crash --takes 5s\n" +
			"restorebot demo --portal-only --addr 127.0.0.1:8080",
	}
	flags := c.Flags()
	var f demoFlags
	flags.BoolVar(&f.script, "script", false, "only play the incident in the terminal, then end")
	flags.BoolVar(&f.page, "page", false, "only serve the page, until Ctrl-C")
	flags.BoolVar(&f.portal, "portal-only", false, "only serve the fake portal, for tests of your own programs, until Ctrl-C")
	flags.BoolVar(&f.fail, "fail", false, "let the restore fail")
	flags.BoolVar(&f.crash, "crash", false, "kill the bot in the middle of the restore")
	flags.StringVar(&f.addr, "addr", "127.0.0.1:0", "`ADDRESS` of the page or the portal; only of this machine")
	flags.StringVar(&f.log, "log", "", "write the bot's log to this `FILE`")
	flags.DurationVar(&f.takes, "takes", 20*time.Second, "how long a restore takes, as a `TIME` such as 5s")
	flags.DurationVar(&f.think, "think", 2*time.Second, "how long people wait before they act, as a `TIME` such as 1s")
	c.RunE = p.does(func(ctx context.Context, p process) error { return playDemo(ctx, f, p.stdout) })
	return c
}

// playDemo runs the bot between a Slack and a portal of this process, plays an
// incident in the terminal and shows it on a page. Where nobody can look at the
// page afterwards it ends with the incident.
func playDemo(ctx context.Context, f demoFlags, stdout io.Writer) (err error) {
	portal := demo.BusyPortal(time.Now())
	portal.Script = docspacetest.Total(f.takes)
	if f.portal {
		return servePortal(ctx, docspacetest.New(portal), f.addr, stdout)
	}
	log := io.Discard
	if f.log != "" {
		file, err := os.OpenFile(f.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return fmt.Errorf("the demo cannot write --log: %w", err)
		}
		defer file.Close()
		log = file
	}
	set, err := stage.Open(stage.Options{Log: log, Portal: portal})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, set.Close()) }()
	if err := set.StartBot(ctx); err != nil {
		return err
	}
	if f.script {
		return quietly(ctx, play(ctx, set, f, stdout))
	}
	return quietly(ctx, show(ctx, set, f, stdout))
}

// quietly drops an error that comes of being stopped: the person has seen enough.
func quietly(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil //nolint:nilerr // see above
	}
	return err
}

// show serves the page and, unless only that is wanted, plays the incident.
func show(ctx context.Context, set *stage.Stage, f demoFlags, stdout io.Writer) error {
	listener, err := listen(f.addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "The channel is at http://%s\n\n", listener.Addr())
	g, ctx := errgroup.WithContext(ctx)
	ctx, stop := context.WithCancel(ctx)
	g.Go(func() error { return demo.NewPage(set).Serve(ctx, listener) })
	g.Go(func() error {
		if f.page {
			return nil
		}
		err := play(ctx, set, f, stdout)
		if err != nil || !attended(stdout) {
			stop()
			return err
		}
		fmt.Fprintf(stdout, "Now it is yours: http://%s; end it with Ctrl-C.\n", listener.Addr())
		return set.NewKey()
	})
	return g.Wait()
}

// attended reports whether somebody sits in front of the terminal.
func attended(stdout io.Writer) bool {
	out, ok := stdout.(*os.File)
	return ok && term.IsTerminal(int(out.Fd())) && term.IsTerminal(int(os.Stdin.Fd()))
}

// play plays the incident and prints the channel.
func play(ctx context.Context, set *stage.Stage, f demoFlags, stdout io.Writer) error {
	screen := demo.NewScreen(set.Slack, stdout)
	showing, stop := context.WithCancel(ctx)
	defer stop()
	shown := make(chan error, 1)
	go func() { shown <- screen.Show(showing) }()
	last, err := (&demo.Play{Stage: set, Screen: screen, Fail: f.fail, Crash: f.crash, Think: f.think}).Run(ctx)
	if err == nil {
		err = screen.Until(ctx, last)
	}
	stop()
	return errors.Join(err, <-shown)
}

// listen opens an address of this machine: whoever reaches the page or the
// portal may do everything there.
func listen(addr string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, misuse(errors.New("--addr must be an address of this machine only, such as 127.0.0.1:8080"))
	}
	listener, err := net.Listen("tcp", addr) //nolint:noctx // it returns at once
	if err != nil {
		return nil, fmt.Errorf("the demo cannot open --addr: %w", err)
	}
	return listener, nil
}

// servePortal serves only the portal, with a key that works, until ctx ends.
func servePortal(ctx context.Context, portal *docspacetest.Portal, addr string, stdout io.Writer) error {
	listener, err := listen(addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "DOCSPACE_URL=http://%s\nDOCSPACE_API_KEY=%s\n", listener.Addr(), portal.Key())
	for _, b := range portal.Backups() {
		fmt.Fprintf(stdout, "# backup %s %s\n", b.ID, b.FileName)
	}
	fmt.Fprintf(stdout, "# steer it at http://%s/_portal/: requests, restores, key, faults\n", listener.Addr())
	mux := http.NewServeMux()
	mux.Handle("/", portal)
	mux.Handle("/_portal/", http.StripPrefix("/_portal", docspacetest.Control(portal)))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	return quietly(ctx, server.Serve(listener))
}
