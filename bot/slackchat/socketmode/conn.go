package socketmode

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// pingEvery is how often a connection is asked for a sign of life: two
	// answers may be lost before silentFor is over.
	pingEvery = 10 * time.Second
	// silentFor is how long a connection may bring nothing, not even a pong,
	// before it counts as dead. A half-open one fails no write for minutes.
	silentFor = 25 * time.Second
	// helloWithin is how long Slack may take to say hello.
	helloWithin = 10 * time.Second
	// writeWithin bounds one write, so that a peer that does not read ends its
	// connection and not the acks that wait behind.
	writeWithin = 5 * time.Second
	// retireWithin is how long a connection that Slack will close is still read;
	// Slack closes it after about 10 s.
	retireWithin = 30 * time.Second
	// closeWithin is how long acks and the closing handshake may take at the end.
	closeWithin = 700 * time.Millisecond

	maxFrameBytes = 1 << 20 // a view_submission has at most some 250 kB
	maxQueuedAcks = 2048    // above all that can wait for Handle at once
)

// Why a connection ended, where Slack did not give the reason.
const (
	endStopping = "stopping"
	endClosed   = "closed"   // Slack sent a close frame
	endBroken   = "broken"   // reset, or cut off
	endSilent   = "silent"   // nothing came for silentFor
	endNoHello  = "no_hello" // no hello came within helloWithin
	endWrite    = "write"    // a write failed
	endTooBig   = "too_big"  // a frame above maxFrameBytes
	endRenewed  = "renewed"  // another took its place, so that not all are of one age
)

// socketConn is one connection: a reader, and a writer.
type socketConn struct {
	number  int // from 1
	ws      *websocket.Conn
	set     *connSet
	receive func(*socketConn, Envelope) // must not block
	log     *slog.Logger                // says the number
	events  *SocketEvents
	opened  time.Time

	retired chan struct{} // closed when Slack asks for a replacement
	done    chan struct{} // closed when nothing is left of it
	wake    chan struct{} // tells the writer of something new below

	extends time.Time // when the deadline of reads was set last; of the reader alone

	mu        sync.Mutex
	phase     connPhase
	acks      []ackFrame // not written yet
	pong      *string    // to answer; only the latest ping needs to be
	reason    string     // first reason to end
	retiredAt time.Time  // since when another takes its place
	lastFrame time.Time
	killer    *time.Timer // ends what should end by itself

	lastEnvelope atomic.Int64 // when one came; nanoseconds since 1970
}

type connPhase int

const (
	connOpened   connPhase = iota // no hello yet
	connInUse                     // said hello
	connRetiring                  // Slack or we will close it soon
	connClosing                   // we close it: what is queued is still written
	connDead                      // nothing more can be written
)

func newSocketConn(number int, ws *websocket.Conn, set *connSet, receive func(*socketConn, Envelope)) *socketConn {
	return &socketConn{
		number: number, ws: ws, set: set, receive: receive,
		log: set.log.With("connection", number), events: set.events,
		opened: time.Now(), lastFrame: time.Now(),
		retired: make(chan struct{}), done: make(chan struct{}),
		wake: make(chan struct{}, 1),
	}
}

// serve reads and writes until the connection is gone. What it could not write
// goes to the others.
func (c *socketConn) serve() {
	defer close(c.done)
	written := make(chan struct{})
	go func() {
		defer close(written)
		c.write()
	}()

	reason, answerClose := c.read()
	unwritten := c.die(reason)
	if answerClose {
		// The writer may be stuck in a write, so it gets no more than this.
		late := time.AfterFunc(closeWithin, c.cut)
		<-written
		late.Stop()
	}
	c.cut()
	<-written

	c.mu.Lock()
	reason = c.reason
	if c.killer != nil {
		c.killer.Stop()
	}
	c.mu.Unlock()
	lived := time.Since(c.opened)
	c.events.Disconnected(reason, lived)
	c.log.Info("slack connection ended", "reason", reason, "lived", lived.Round(time.Millisecond))
	c.set.leave(c, unwritten)
}

// enqueue gives the writer an ack; false means that this connection cannot.
func (c *socketConn) enqueue(ack ackFrame) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.phase >= connClosing || len(c.acks) >= maxQueuedAcks {
		return false
	}
	c.acks = append(c.acks, ack)
	c.nudge()
	return true
}

func (c *socketConn) nudge() {
	select {
	case c.wake <- struct{}{}:
	default: // the writer has yet to look, and will see this too
	}
}

// close ends the connection once its acks are written and a close frame is
// sent. done is closed soon after, whatever Slack does.
func (c *socketConn) close(reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.phase >= connClosing {
		return
	}
	c.end(connClosing, reason)
	c.kill(closeWithin, c.cut)
	c.nudge()
}

// die takes the acks that nobody will write any more.
func (c *socketConn) die(reason string) []ackFrame {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.end(connDead, reason)
	unwritten := c.acks
	c.acks = nil
	c.nudge()
	return unwritten
}

// end moves to a later phase; the first reason stays. The lock is held.
func (c *socketConn) end(phase connPhase, reason string) {
	c.phase = phase
	if c.reason == "" {
		c.reason = reason
	}
}

// kill runs f after d in place of whatever was to be run. The lock is held.
func (c *socketConn) kill(d time.Duration, f func()) {
	if c.killer != nil {
		c.killer.Stop()
	}
	c.killer = time.AfterFunc(d, f)
}

// cut closes the socket under reads and writes. Over TLS a write that hangs is
// ended by it as well, for its own goodbye is then left out.
func (c *socketConn) cut() { _ = c.ws.Close() }

func (c *socketConn) is(phase connPhase) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.phase == phase
}

// retirement says where it stands, since when another takes its place, and
// whether Slack sends no more envelopes on it.
func (c *socketConn) retirement() (phase connPhase, since time.Time, quiet bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.phase, c.retiredAt, c.reason != disconnectWarning && c.reason != endRenewed
}

// leaving reports whether it will soon be gone.
func (c *socketConn) leaving() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.phase >= connRetiring
}

// alive reports whether envelopes may come, and when the last frame came.
func (c *socketConn) alive() (yes bool, lastFrame time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.phase == connInUse || c.phase == connRetiring, c.lastFrame
}

// refused reports whether Slack ended it for a reason that a new connection
// would meet as well.
func (c *socketConn) refused() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reason == disconnectDisabled || c.reason == disconnectTooMany
}
