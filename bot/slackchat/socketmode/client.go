package socketmode

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"golang.org/x/sync/errgroup"
)

const (
	// defaultSlots is 2: with one connection a recycle can lose what Slack sends
	// while it breaks; with two, none was lost.
	defaultSlots = 2
	// MaxSlots leaves room for each slot to replace its connection.
	MaxSlots = 4
)

// Opener asks Slack for the address of a new connection. [*slack.Client] is one; do
// not give it OptionDebug, which makes Slack drop each connection after 360 s.
type Opener interface {
	StartSocketModeContext(ctx context.Context) (info *slack.SocketModeConnection, wssURL string, err error)
}

// Client holds Socket Mode connections to Slack and gives what they bring to Handle.
// Slack may send any envelope on any of them.
//
// Set the fields, then call Run once. The methods may be called at any time from any
// goroutine.
type Client struct {
	API Opener // required

	// Slots is how many connections are held at once, 1 to 4; 0 means 2.
	Slots int

	// Peers, if set, returns how many connections other known processes hold. It is
	// called when Slack counts more than Slots; false means not known. More than all
	// of these are warned of once.
	Peers func() (connections int, known bool)

	// Handle answers an envelope; its result is the ack's payload, and nil makes
	// a bare ack. Required. At most 64 calls run at once, and none for a command or
	// an interaction that came before within 10 minutes. ctx ends 2 s after the envelope
	// came; after 2.5 s an error is acked in Handle's place and its result is
	// dropped. It may panic.
	Handle func(ctx context.Context, env Envelope) (ack any)

	// Texts are what people are told when Handle has no answer for them.
	Texts Texts

	// Tell, if set, is called where a text for the person could not travel with
	// the ack, as for a button. It must not block.
	Tell func(env Envelope, text string)

	// Dialer, if set, is used in place of a plain one with the environment's
	// proxy. A zero HandshakeTimeout becomes 10 s, a WriteBufferSize below 32 KiB
	// becomes 32 KiB: Slack drops an ack that comes in fragments.
	Dialer *websocket.Dialer

	// Until, if set, keeps the connections after ctx has ended and until it is
	// closed, 3 s at most: while the rest of the program stops, people are still
	// told that it does.
	Until <-chan struct{}

	Events Events       // all may be nil
	Log    *slog.Logger // nil logs nothing

	ran        atomic.Bool
	pool       pool
	dispatcher dispatcher
}

// Run holds the connections until ctx ends and then returns nil, within 4 s:
// new envelopes are answered with Texts.Stopping, running handlers are waited for,
// acks are written and connections closed. It returns a [*FatalError] when Slack
// refuses the app-level token for good; everything else is retried for ever.
func (c *Client) Run(ctx context.Context) error {
	if err := c.start(); err != nil {
		return err
	}
	// Handlers outlive ctx, so that what was admitted is answered.
	handling, abandon := context.WithCancelCause(context.WithoutCancel(ctx))
	defer abandon(errStopped)
	c.dispatcher.start(handling, c)

	slots, slotsCtx := errgroup.WithContext(ctx)
	for slot := range c.Slots {
		slots.Go(func() error { return c.runSlot(slotsCtx, slot) })
	}
	err := slots.Wait()

	until := c.Until
	if err != nil {
		until = nil
	}
	c.dispatcher.drain(until)
	abandon(errStopped)
	c.pool.closeAll()
	if err != nil {
		c.Log.ErrorContext(ctx, "slack connections stopped", "err", err)
		return err
	}
	c.Log.InfoContext(ctx, "slack connections closed")
	return nil
}

// errStopped is the cause of the end of a handler's ctx when Run ends.
var errStopped = errors.New("the program is stopping")

// start checks the fields and fills the zero ones.
func (c *Client) start() error {
	switch {
	case c.API == nil || c.Handle == nil:
		return errors.New("socketmode: Client needs API and Handle")
	case c.Slots < 0 || c.Slots > MaxSlots:
		return fmt.Errorf("socketmode: Client.Slots is %d, want 1 to %d", c.Slots, MaxSlots)
	case c.ran.Swap(true):
		return errors.New("socketmode: Client.Run was called twice")
	}
	if c.Slots == 0 {
		c.Slots = defaultSlots
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Events.fill()
	c.Dialer = fitDialer(c.Dialer)
	c.pool.client, c.pool.opens = c, newOpens()
	return nil
}

// Ready reports whether at least one connection brings envelopes.
func (c *Client) Ready() bool { return c.State().Live > 0 }

// State is a snapshot of the connections.
func (c *Client) State() State { return c.pool.snapshot() }

// State says how the connections are.
type State struct {
	Live      int       // connections that said hello and are not closed
	LastHello time.Time // of any connection; zero before the first
	LastFrame time.Time // latest sign of life on any connection: a ping, a pong or text
	Counted   int       // connections of the app as Slack last counted them
	AppID     string    // the app these connections belong to, by Slack's hello

	// Fault is why the last attempt to connect failed, or the last connection
	// was refused; empty after a hello. One of the Fault words, such as [FaultNetwork].
	Fault string
}
