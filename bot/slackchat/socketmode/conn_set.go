package socketmode

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"
)

const (
	// ackUseful is how long after its envelope an ack still means something to
	// Slack: then it has told the person that the app did not respond.
	ackUseful = 3 * time.Second
	// maxHeldAcks bounds the acks that wait for a connection; each has less than
	// 20 KiB, and none waits longer than ackUseful.
	maxHeldAcks = 1024
	// MaxConnections bounds the connections, those that Slack will close
	// included: Slack allows 10 to an app.
	MaxConnections = 8
)

// ackFrame is an ack on its way to Slack.
type ackFrame struct {
	id      string // envelope_id
	kind    string
	outcome AckOutcome
	payload []byte    // JSON; nil makes a bare ack
	at      time.Time // when its envelope came
}

// connSet is the open connections and the acks that wait for one.
type connSet struct {
	log      *slog.Logger
	events   *SocketEvents
	expected int
	peers    func() (connections int, known bool) // nil where there are none

	mu      sync.Mutex
	conns   []*socketConn // oldest first
	opening int           // connections that are being opened
	// renewing is 1 while a connection is there twice: the old one, in use, and
	// the one that is to take its place.
	renewing int
	changed  chan struct{} // closed and replaced when conns change
	held     []ackFrame
	expiry   *time.Timer
	stopped  bool // acks are held no longer: no connection will come
	warned   bool // of too many connections

	lastHello time.Time
	life      time.Duration // of a connection, as the last hello told; 0: it did not
	lastFrame time.Time
	counted   int
	appID     string
	fault     string
}

func newConnSet() *connSet {
	return &connSet{changed: make(chan struct{})}
}

// reserve waits for room for another connection, and makes it where none comes.
// It reports false when ctx ended first. join or unreserve must follow.
func (s *connSet) reserve(ctx context.Context) bool {
	for {
		s.mu.Lock()
		room := len(s.conns)+s.opening < MaxConnections
		if room {
			s.opening++
		}
		again := roomWithin
		if !room {
			again = s.makeRoom(time.Now())
		}
		changed := s.changed
		s.mu.Unlock()
		if room {
			return true
		}
		look := time.NewTimer(again)
		select {
		case <-changed:
		case <-look.C:
		case <-ctx.Done():
			look.Stop()
			return false
		}
		look.Stop()
	}
}

// roomWithin is how long room is waited for while envelopes come on connections
// that Slack will close soon: to close one of those can lose what is on its way.
const roomWithin = 4 * time.Second

// makeRoom closes the oldest connection that Slack will close anyway, if nothing
// comes on it any more or nothing will come on any other. It returns when to
// look again. The lock is held.
func (s *connSet) makeRoom(now time.Time) (again time.Duration) {
	oldest, waits := -1, time.Duration(0)
	for i, c := range s.conns {
		phase, since, quiet := c.retirement()
		switch {
		case phase == connClosing:
			return roomWithin // one at a time: the others may still bring envelopes
		case phase == connInUse:
			waits = max(waits, roomWithin)
		case phase == connRetiring && quiet:
			c.close(endStopping) // Slack's reason stays
			return roomWithin
		case phase == connRetiring:
			if oldest < 0 {
				oldest = i
			}
			waits = max(waits, roomWithin-now.Sub(since))
		}
	}
	if waits > 0 || oldest < 0 {
		return max(waits, time.Millisecond)
	}
	s.conns[oldest].close(endStopping)
	return roomWithin
}

// unreserve gives the room back: the connection could not be opened.
func (s *connSet) unreserve() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opening--
	s.notify()
}

// join adds the connection for which reserve made room.
func (s *connSet) join(c *socketConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opening--
	s.conns = append(s.conns, c)
	s.notify()
}

// leave removes a connection and moves the acks that it did not write.
func (s *connSet) leave(c *socketConn, unwritten []ackFrame) {
	s.mu.Lock()
	s.conns = slices.DeleteFunc(s.conns, func(other *socketConn) bool { return other == c })
	if c.lastFrame.After(s.lastFrame) {
		s.lastFrame = c.lastFrame
	}
	s.notify()
	s.mu.Unlock()

	for _, ack := range unwritten {
		s.events.AckResent()
		s.send(nil, ack)
	}
}

// notify wakes who waits on changes. The lock is held.
func (s *connSet) notify() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// send queues an ack on the connection that brought its envelope or, when that
// is gone, on another one, or else holds it until there is one.
func (s *connSet) send(origin *socketConn, ack ackFrame) {
	if origin != nil && origin.enqueue(ack) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(ack.at) > ackUseful {
		s.lose(ack)
		return
	}
	// A fresh connection rather than one that Slack is about to close.
	for _, phase := range []connPhase{connInUse, connRetiring} {
		for _, c := range slices.Backward(s.conns) {
			if c != origin && c.is(phase) && c.enqueue(ack) {
				return
			}
		}
	}
	if s.stopped || len(s.held) >= maxHeldAcks {
		s.lose(ack)
		return
	}
	s.held = append(s.held, ack)
	if s.expiry == nil {
		s.expiry = time.AfterFunc(ackUseful-time.Since(ack.at), s.expire)
	}
}

// expire drops the held acks that Slack waits for no longer.
func (s *connSet) expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expiry = nil
	s.held = slices.DeleteFunc(s.held, func(ack ackFrame) bool {
		old := time.Since(ack.at) >= ackUseful
		if old {
			s.lose(ack)
		}
		return old
	})
	if len(s.held) > 0 {
		oldest := slices.MinFunc(s.held, func(a, b ackFrame) int { return a.at.Compare(b.at) })
		s.expiry = time.AfterFunc(ackUseful-time.Since(oldest.at), s.expire)
	}
}

// lose gives an ack up. The lock is held.
func (s *connSet) lose(ack ackFrame) {
	s.events.AckLost()
	s.log.Warn("ack lost: no connection took it in time",
		"envelope_id", LoggedID(ack.id), "type", ack.kind, "age", time.Since(ack.at))
}

// askPeers warns of more connections than those of the peers account for: each of
// them may be replacing one, which counts twice meanwhile.
func (s *connSet) askPeers(counted, ours int) {
	peers, known := s.peers()
	if known && peers > 0 {
		peers++
	}
	if known && counted > ours+peers {
		s.warnOfMore(counted, ours+peers)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.warned = false // another may come
}

func (s *connSet) warnOfMore(counted, expected int) {
	s.log.Warn("slack counts more connections than expected: does another bot run with this app-level token?",
		"connections", counted, "expected", expected)
}

// hello notes that a connection is in use, and gives it the acks that waited.
func (s *connSet) hello(c *socketConn, frame socketFrame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastHello = time.Now()
	s.life = time.Duration(frame.DebugInfo.Life) * time.Second
	s.fault = ""
	s.counted = frame.NumConnections
	if frame.ConnectionInfo.AppID != "" {
		s.appID = frame.ConnectionInfo.AppID
	}
	// Ours that are being replaced are counted by Slack as well.
	if ours := s.expected + s.renewing + s.count((*socketConn).leaving); frame.NumConnections > ours && !s.warned {
		s.warned = true
		if s.peers == nil {
			s.warnOfMore(frame.NumConnections, s.expected)
		} else {
			go s.askPeers(frame.NumConnections, ours) // it takes a call, and the lock is held
		}
	}
	held := s.held
	s.held = nil
	if s.expiry != nil {
		s.expiry.Stop()
		s.expiry = nil
	}
	for _, ack := range held {
		if c.enqueue(ack) {
			s.events.AckResent()
		} else {
			s.lose(ack)
		}
	}
	s.notify()
}

// failed notes why there is no connection.
func (s *connSet) failed(fault string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = fault
}

// living is when the newest connection that will stay was opened, zero if there
// is none, when any last said hello, and a channel that is closed when that may
// have changed.
func (s *connSet) living() (opened, hello time.Time, changed <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		if !c.leaving() {
			opened = c.opened
		}
	}
	return opened, s.lastHello, s.changed
}

// count is how many connections are so. The lock is held.
func (s *connSet) count(so func(*socketConn) bool) (n int) {
	for _, c := range s.conns {
		if so(c) {
			n++
		}
	}
	return n
}

// closeAll closes every connection once its acks are written, and returns when
// all of them are gone.
func (s *connSet) closeAll() {
	s.mu.Lock()
	s.stopped = true
	open := slices.Clone(s.conns)
	if s.expiry != nil {
		s.expiry.Stop()
		s.expiry = nil
	}
	for _, ack := range s.held {
		s.lose(ack)
	}
	s.held = nil
	s.mu.Unlock()

	for _, c := range open {
		c.close(endStopping)
	}
	for _, c := range open {
		<-c.done
	}
}

func (s *connSet) state() SocketState {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := SocketState{
		LastHello: s.lastHello, LastFrame: s.lastFrame,
		Counted: s.counted, AppID: s.appID, Fault: s.fault,
	}
	for _, c := range s.conns {
		alive, frame := c.alive()
		if alive {
			state.Live++
		}
		if frame.After(state.LastFrame) {
			state.LastFrame = frame
		}
	}
	return state
}
