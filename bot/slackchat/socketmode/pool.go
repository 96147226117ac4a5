package socketmode

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"
)

const (
	// ackUseful is how long after its envelope an ack still means something to
	// Slack: then it has told the person that the app did not respond.
	ackUseful = 3 * time.Second
	// A connection counts as living as long as Slack's hello says, some hours,
	// within these bounds: to be half an hour apart is enough.
	minLife, maxLife = 6 * time.Minute, time.Hour
	// renewBelow is the number of the app's connections from which none is renewed:
	// the last of maxConnections are left to others.
	renewBelow = 9
)

// pool is the open connections and the acks that wait for one.
type pool struct {
	client *Client
	opens  *rate.Limiter

	mu        sync.Mutex
	conns     []*conn // oldest first
	numbers   int
	held      []ack     // until a connection says hello
	holdUntil time.Time // a 429 is for the app, so for every slot
	stopped   bool      // acks are held no longer: no connection will come
	warned    bool      // of too many connections
	state     State
	life      time.Duration // of a connection, as the last hello told; 0: it did not
}

// add serves an opened connection until it is gone.
func (p *pool) add(ws *websocket.Conn, accept func(*conn, Envelope)) *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.numbers++
	c := &conn{
		number: p.numbers, ws: ws, pool: p, accept: accept, log: p.client.Log.With("connection", p.numbers), opened: time.Now(),
		acks: make(chan ack, maxQueuedAcks), pongs: make(chan string, maxQueuedPongs),
		greeted: make(chan struct{}), retired: make(chan struct{}), closing: make(chan struct{}), done: make(chan struct{}),
	}
	p.conns = append(p.conns, c)
	go c.serve()
	return c
}

// remove takes a connection that is gone away, and sends its acks elsewhere.
func (p *pool) remove(c *conn, unwritten []ack) {
	p.mu.Lock()
	p.conns = slices.DeleteFunc(p.conns, func(other *conn) bool { return other == c })
	p.mu.Unlock()
	for _, a := range unwritten {
		p.client.Events.AckResent()
		p.send(nil, a)
	}
}

// send queues an ack on the connection that brought its envelope or, when that
// is gone, on another one, or else holds it until there is one.
func (p *pool) send(origin *conn, a ack) {
	if origin != nil && origin.enqueue(a) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(a.at) > ackUseful {
		p.lose(a)
		return
	}
	// A fresh connection rather than one that Slack is about to close.
	for _, phase := range []phase{phaseInUse, phaseRetiring} {
		for _, c := range slices.Backward(p.conns) {
			if c != origin && c.is(phase) && c.enqueue(a) {
				return
			}
		}
	}
	if p.stopped {
		p.lose(a)
		return
	}
	p.held = append(p.held, a)
}

// lose gives an ack up. The lock is held.
func (p *pool) lose(a ack) {
	p.client.Events.AckLost()
	p.client.Log.Warn("ack lost: no connection took it in time", "envelope_id", LoggedID(a.id), "type", a.kind, "age", time.Since(a.at))
}

// hello notes that a connection is in use, and gives it the acks that waited.
func (p *pool) hello(c *conn, f frame) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.LastHello, p.state.Fault, p.state.Counted = time.Now(), "", f.NumConnections
	p.life = time.Duration(f.DebugInfo.Life) * time.Second
	if f.ConnectionInfo.AppID != "" {
		p.state.AppID = f.ConnectionInfo.AppID
	}
	ours := p.client.Slots
	for _, other := range p.conns {
		if other.leaving() { // Slack counts it as well
			ours++
		}
	}
	if f.NumConnections > ours && !p.warned {
		p.warned = true
		go p.countPeers(f.NumConnections, ours) // a call, and the lock is held
	}
	for _, a := range p.held {
		if time.Since(a.at) < ackUseful && c.enqueue(a) {
			p.client.Events.AckResent()
		} else {
			p.lose(a)
		}
	}
	p.held = nil
}

// countPeers warns of more connections than ours and those of the peers. Each peer
// may be replacing one, which counts twice meanwhile.
func (p *pool) countPeers(counted, ours int) {
	if p.client.Peers != nil {
		peers, known := p.client.Peers()
		if known && peers > 0 {
			peers++
		}
		if ours += peers; !known || counted <= ours {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.warned = false // another may come
			return
		}
	}
	p.client.Log.Warn("slack counts more connections than expected: does another program run with this app-level token?",
		"connections", counted, "expected", ours)
}

// renewal returns when c makes way for another connection because its age is too
// near to that of an older one; zero means never. Slack ends each connection at
// about the same age, so those that were opened together are moved apart: the nth
// of them at its part of a connection's life. Slack's times are not exact, so half
// of a part is apart enough.
func (p *pool) renewal(c *conn) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	life := p.life
	if life <= 0 {
		life = maxLife
	}
	part := min(max(life, minLife), maxLife) / time.Duration(p.client.Slots)
	near := 0
	for _, other := range p.conns {
		if other.number < c.number && !other.leaving() && c.opened.Sub(other.opened) < part/2 {
			near++
		}
	}
	if near == 0 || p.state.Counted >= renewBelow {
		return time.Time{}
	}
	return c.opened.Add(time.Duration(near) * part)
}

// holdAll holds every slot back for as long as a 429 asks.
func (p *pool) holdAll(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	d = min(max(d, minReopen), maxRetryAfter)
	if until := time.Now().Add(d + jitter(minReopen/2)); until.After(p.holdUntil) {
		p.holdUntil = until
	}
}

// mayOpen waits until a slot may open a connection: not before t, not while a 429
// holds every slot, and within the rate of all slots. It returns false when ctx ended.
func (p *pool) mayOpen(ctx context.Context, t time.Time) bool {
	for ctx.Err() == nil {
		p.mu.Lock()
		if p.holdUntil.After(t) {
			t = p.holdUntil
		}
		p.mu.Unlock()
		wait := time.Until(t)
		if wait <= 0 {
			return p.opens.Wait(ctx) == nil
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
	return false
}

// heard notes a sign of life of a connection.
func (p *pool) heard(at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.LastFrame = at
}

// noteFault notes why there is no further connection.
func (p *pool) noteFault(fault string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.Fault = fault
	if fault == disconnectTooMany {
		p.state.Counted = maxConnections
	}
}

// closeAll closes every connection once its acks are written, and returns when
// all of them are gone.
func (p *pool) closeAll() {
	p.mu.Lock()
	p.stopped = true
	for _, a := range p.held {
		p.lose(a)
	}
	p.held = nil
	open := slices.Clone(p.conns)
	p.mu.Unlock()
	for _, c := range open {
		c.close(endStopping)
	}
	for _, c := range open {
		<-c.done
	}
}

func (p *pool) snapshot() State {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.state
	for _, c := range p.conns {
		if c.alive() {
			s.Live++
		}
	}
	return s
}
