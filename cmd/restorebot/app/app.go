package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/ops"
	"docspace-restorebot/bot/slackchat"
	"docspace-restorebot/bot/slackchat/socketmode"
)

// stopWithin bounds [App.Run] after its ctx has ended. The unit, the image and the
// Kubernetes manifest give the process 30 s.
const stopWithin = 25 * time.Second

// Seams are where the bot meets what is no setting. Zero fields are the real thing.
type Seams struct {
	Log     io.Writer // takes the log; nil drops it
	Version string    // of this build, for the metrics

	Slack   http.RoundTripper                                                 // carries the calls to Slack
	Dial    func(ctx context.Context, network, addr string) (net.Conn, error) // opens the connections of Socket Mode
	Portals http.RoundTripper                                                 // carries the calls to the portals

	Listen func(ctx context.Context, network, addr string) (net.Listener, error) // opens HTTP_ADDR
}

// App is a bot whose parts are put together.
type App struct {
	// Store is the bot's database. It is closed when Run returns.
	Store *durable.Store

	settings Settings
	seams    Seams
	log      *slog.Logger
	server   *ops.Server // nil where HTTP_ADDR is not set
	metrics  *ops.Metrics
	sockets  *socketmode.Client
	chat     *slackchat.Chat
	portals  bot.Portals
	closed   func() error
}

// New makes a bot of settings. It opens the database and connects nowhere else.
// Whoever does not call Run calls Close.
func New(ctx context.Context, s Settings, seams Seams) (*App, error) {
	a := &App{settings: s, seams: seams, log: s.logger(cmp.Or(seams.Log, io.Discard))}
	a.caution(ctx)
	store, err := durable.Open(ctx, s.DatabaseURL)
	if err != nil {
		return nil, fmt.Errorf("the database cannot be opened: %w", err)
	}
	store.Log = a.log
	store.Seal(s.AuditKey)
	a.Store, a.closed = store, sync.OnceValue(store.Close)

	registry := ops.NewRegistry()
	a.metrics = ops.New(registry, seams.Version)
	a.sockets = &socketmode.Client{Slots: s.Connections, Texts: slackchat.AckTexts, Events: socketEvents(a.metrics), Log: a.log}
	if seams.Dial != nil {
		a.sockets.Dialer = &websocket.Dialer{NetDialContext: seams.Dial}
	}
	a.chat = &slackchat.Chat{Faults: &slackchat.Faults{Log: a.log}}
	if seams.Slack != nil {
		a.chat.HTTP = &http.Client{Transport: seams.Slack}
	}
	a.metrics.Watch(a.sources())
	a.portals = s.portals(a.metrics.PortalTransport(cmp.Or(seams.Portals, portalTransport())))
	if s.HTTPAddr != "" {
		a.server = &ops.Server{Addr: s.HTTPAddr, Listen: seams.Listen, Ready: a.probed(), Registry: registry, Log: a.log}
	}
	return a, nil
}

// Run serves Slack until ctx ends, and then stops within a bound. It returns nil
// only for a clean stop that ctx asked for.
func (a *App) Run(ctx context.Context) (err error) {
	defer func() { err = errors.Join(err, a.Close()) }()
	served := make(chan error, 1)
	go func() { served <- a.serve(ctx) }()
	select {
	case err = <-served:
	case <-ctx.Done():
		select {
		case err = <-served:
		case <-time.After(stopWithin):
			return fmt.Errorf("the bot did not stop within %s", stopWithin)
		}
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil // asked to stop, and stopped
	}
	return err
}

// Close closes the database. It may be called twice.
func (a *App) Close() error { return a.closed() }
