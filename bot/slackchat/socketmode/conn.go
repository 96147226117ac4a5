package socketmode

import (
	"cmp"
	"log/slog"
	"sync"
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
	// retireWithin is how long a replaced connection is left to Slack, which closes
	// it after about 10 s. Then it is closed once it has been quiet for quietFor:
	// all acks are written by then.
	retireWithin = 30 * time.Second
	quietFor     = ackUseful
	// closeWithin is how long acks and the closing handshake may take at the end.
	closeWithin = 700 * time.Millisecond

	maxFrameBytes  = 1 << 20 // a view_submission has at most some 250 kB
	maxQueuedAcks  = 2048    // above all that can wait for Handle at once
	maxQueuedPongs = 4
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
	endRenewed  = "renewed"  // it made way, so that not all are of one age
	endReplaced = "replaced" // its successor is retired as well
)

// conn is one connection: a reader and a writer.
type conn struct {
	number int // from 1
	ws     *websocket.Conn
	pool   *pool
	accept func(*conn, Envelope) // must not block
	log    *slog.Logger          // says the number
	opened time.Time

	acks    chan ack      // to write
	pongs   chan string   // to write
	greeted chan struct{} // closed by Slack's hello
	retired chan struct{} // closed when another connection is to take its place
	closing chan struct{} // closed when no more acks are queued
	done    chan struct{} // closed when nothing is left of it

	mu           sync.Mutex
	phase        phase
	reason       string // first reason to end
	lastEnvelope time.Time
}

type phase int

const (
	phaseOpened   phase = iota // no hello yet
	phaseInUse                 // said hello
	phaseRetiring              // Slack or we will close it soon
	phaseClosing               // we close it: what is queued is still written
	phaseDead                  // nothing more can be written
)

// serve reads and writes until the connection is gone. The pool sends the acks that
// it could not write on another connection.
func (c *conn) serve() {
	defer close(c.done)
	var unwritten []ack
	var writing sync.WaitGroup
	writing.Go(func() { unwritten = c.write() })

	reason := c.read()
	c.end(phaseDead, reason)
	if reason == endClosed { // the writer answers; it may be stuck in a write
		late := time.AfterFunc(closeWithin, c.cut)
		writing.Wait()
		late.Stop()
	}
	c.cut()
	writing.Wait()

	lived := time.Since(c.opened)
	c.pool.client.Events.Disconnected(c.reason, lived)
	c.log.Info("slack connection ended", "reason", c.reason, "lived", lived.Round(time.Millisecond))
	c.pool.remove(c, unwritten)
}

// enqueue gives the writer an ack; false means that this connection cannot take it.
func (c *conn) enqueue(a ack) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.phase >= phaseClosing {
		return false
	}
	select {
	case c.acks <- a:
		return true
	default:
		return false
	}
}

// retire asks the slot for another connection. This one is read on.
func (c *conn) retire(reason string) {
	if c.end(phaseRetiring, reason) {
		close(c.retired)
	}
}

// replaced notes that the connection's successor is in use.
func (c *conn) replaced() { time.AfterFunc(retireWithin, c.closeQuiet) }

// closeQuiet closes the connection once no envelope has come for quietFor.
func (c *conn) closeQuiet() {
	c.mu.Lock()
	wait := quietFor - time.Since(c.lastEnvelope)
	retiring, reason := c.phase == phaseRetiring, c.reason
	c.mu.Unlock()
	if wait > 0 && retiring {
		time.AfterFunc(wait, c.closeQuiet)
		return
	}
	c.close(reason)
}

// close ends the connection once its acks are written and a close frame is
// sent. done is closed soon after, whatever Slack does.
func (c *conn) close(reason string) {
	if c.end(phaseClosing, reason) {
		time.AfterFunc(closeWithin, c.cut)
	}
}

// end moves on to a later phase, and reports whether it is later; the first reason
// stays.
func (c *conn) end(later phase, reason string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.phase >= later {
		return false
	}
	if c.phase < phaseClosing && later >= phaseClosing {
		close(c.closing)
	}
	c.phase, c.reason = later, cmp.Or(c.reason, reason)
	return true
}

// cut closes the socket under reads and writes. Over TLS a write that hangs is
// ended by it as well.
func (c *conn) cut() { _ = c.ws.Close() }

func (c *conn) is(phase phase) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.phase == phase
}

// leaving reports whether it will soon be gone.
func (c *conn) leaving() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.phase >= phaseRetiring
}

// gone reports whether nothing is left of it.
func (c *conn) gone() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// alive reports whether envelopes may come.
func (c *conn) alive() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.phase == phaseInUse || c.phase == phaseRetiring
}

// lived is how long the connection was good for: 0 if Slack ended it for a reason
// that a new one would meet as well.
func (c *conn) lived() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reason == disconnectDisabled || c.reason == disconnectTooMany {
		return 0
	}
	return time.Since(c.opened)
}
