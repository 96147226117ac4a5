package socketmode

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"golang.org/x/sync/errgroup"
)

const (
	// defaultSockets: with one connection a recycle can lose what Slack sends
	// while the connection breaks; with two, none of it was lost.
	defaultSockets = 2
	// MaxSockets leaves room below MaxConnections to replace all at once.
	MaxSockets = 4
	// defaultStagger is soon, for a bot with one connection is deaf when Slack
	// recycles it and refuses another; and after a hello, for what refuses the
	// first would refuse all of them. That they are of one age then is seen to
	// by [Sockets.settle].
	defaultStagger = 500 * time.Millisecond

	// drainWithin is how long running handlers are waited for at shutdown.
	drainWithin = 3 * time.Second
)

// SocketOpener asks Slack for the address of a new connection.
// [*slack.Client] is one; do not give it OptionDebug, which makes Slack drop
// each connection after 360 s.
type SocketOpener interface {
	StartSocketModeContext(ctx context.Context) (info *slack.SocketModeConnection, wssURL string, err error)
}

// Sockets holds N Socket Mode connections to Slack and gives what they bring to
// Handle. Slack may send any envelope on any of them. A connection that Slack
// is about to recycle is replaced first and read until Slack closes it.
//
// Set the fields, then call Run once. The methods may be called at any time
// from any goroutine.
type Sockets struct {
	API SocketOpener // required

	// N is how many connections are held at once, 1 to 4; 0 means 2.
	N int

	// Expected is how many connections Slack should count for the app, without
	// those of Peers; 0 means N. More of them are warned of once.
	Expected int

	// Peers, if set, is how many connections other processes hold that are known.
	// It is asked where Slack counts more than Expected; false is not known.
	Peers func() (connections int, known bool)

	// Handle answers an envelope; its result is the ack's payload, and nil makes
	// a bare ack. Required. At most 64 calls run at once, and the same
	// envelope_id never twice within 10 minutes. ctx ends 2 s after the envelope
	// came; after 2.5 s an error is acked in Handle's place and its result is
	// dropped. It may panic.
	Handle func(ctx context.Context, env Envelope) (ack any)

	// Tell, if set, is called where a text for the person could not travel with
	// the ack, as for a button. It must not block.
	Tell func(env Envelope, text string)

	// Dialer, if set, is used in place of a plain one with the environment's
	// proxy. A zero HandshakeTimeout becomes 10 s, a WriteBufferSize below 32 KiB
	// becomes 32 KiB: Slack drops an ack that comes in fragments.
	Dialer *websocket.Dialer

	// Stagger is how long after the hello of one connection the next is opened;
	// 0 means 0.5 s, below 0 that none waits for another. It does not hold up a
	// replacement.
	Stagger time.Duration

	// Until, if set, keeps the connections after ctx has ended and until it is
	// closed, 3 s at most: while the rest of the bot stops, people are still told
	// that it does.
	Until <-chan struct{}

	Events SocketEvents // all may be nil
	Log    *slog.Logger // nil logs nothing

	ran        atomic.Bool
	numbers    atomic.Int64
	set        *connSet
	setOnce    sync.Once
	dispatcher *dispatcher
	turns      *openTurns
}

// Run holds the connections until ctx ends and then returns nil, within 4 s:
// new envelopes are told to come back, running handlers are waited for, acks
// are written and connections closed. It returns a [*FatalError] when Slack
// refuses the app-level token for good; everything else is retried for ever.
func (s *Sockets) Run(ctx context.Context) error {
	if err := s.start(); err != nil {
		return err
	}

	// Handlers outlive ctx, so that what was admitted is answered.
	handling, abandon := context.WithCancelCause(context.WithoutCancel(ctx))
	defer abandon(errSocketsStopped)
	s.dispatcher.run(handling)

	slots, slotsCtx := errgroup.WithContext(ctx)
	for slot := range s.N {
		slots.Go(func() error { return s.hold(slotsCtx, slot) })
	}
	err := slots.Wait()

	until := s.Until
	if until == nil || err != nil {
		until = closed
	}
	s.dispatcher.drain(drainWithin, until)
	abandon(errSocketsStopped)
	s.set.closeAll()
	s.dispatcher.stop()
	if err != nil {
		s.Log.ErrorContext(ctx, "slack sockets stopped", "err", err)
		return err
	}
	s.Log.InfoContext(ctx, "slack sockets closed")
	return nil
}

// closed is a channel that is not waited for.
var closed = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// errSocketsStopped is why the ctx of a handler ends when Run does.
var errSocketsStopped = errors.New("the bot is stopping")

// start checks the fields and fills the zero ones.
func (s *Sockets) start() error {
	switch {
	case s.API == nil || s.Handle == nil:
		return errors.New("slackchat: Sockets needs API and Handle")
	case s.N < 0 || s.N > MaxSockets:
		return fmt.Errorf("slackchat: Sockets.N is %d, want 1 to %d", s.N, MaxSockets)
	case s.ran.Swap(true):
		return errors.New("slackchat: Sockets.Run was called twice")
	}
	if s.N == 0 {
		s.N = defaultSockets
	}
	if s.Expected == 0 {
		s.Expected = s.N
	}
	if s.Stagger == 0 {
		s.Stagger = defaultStagger
	}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	s.Events.fill()
	s.Dialer = socketDialer(s.Dialer)
	set := s.connections()
	set.log, set.events, set.expected, set.peers = s.Log, &s.Events, s.Expected, s.Peers
	s.turns = newOpenTurns(set, s.Stagger)
	s.dispatcher = newDispatcher(s, set, s.Log, &s.Events)
	return nil
}

// connections makes the set on first use: readiness may be asked before Run.
func (s *Sockets) connections() *connSet {
	s.setOnce.Do(func() { s.set = newConnSet() })
	return s.set
}

// Ready reports whether at least one connection brings envelopes.
func (s *Sockets) Ready() bool { return s.State().Live > 0 }

// State is a snapshot of the connections.
func (s *Sockets) State() SocketState { return s.connections().state() }

// SocketState says how the connections are.
type SocketState struct {
	Live      int       // connections that said hello and are not closed
	LastHello time.Time // of any connection; zero before the first
	LastFrame time.Time // latest sign of life on any connection: a ping, a pong or text
	Counted   int       // connections of the app as Slack last counted them
	AppID     string    // the app these connections belong to, by Slack's hello

	// Fault is why the last attempt to connect failed, or the last connection
	// was refused; empty after a hello. One of a closed set of words.
	Fault string
}
