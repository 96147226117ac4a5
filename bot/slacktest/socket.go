package slacktest

import (
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// pingInterval is how often Slack sends a PING (assumed; SDKs give up after 30 s without).
	pingInterval = 10 * time.Second
	// maxConnections is how many connections an app may hold (docs: Using Socket Mode).
	maxConnections = 10
	// ticketLife is how long the URL of apps.connections.open can be used (assumed).
	ticketLife = 30 * time.Second
	// approximateLife is announced in hello where connections live for ever.
	approximateLife = 18_060 * time.Second
	// writeWait bounds one write to a peer that does not read.
	writeWait = 10 * time.Second
	// closeWait is how long the peer may take to answer a close frame.
	closeWait = time.Second
)

// ticket is a one-use permission to connect.
type ticket struct{ until time.Time }

// openConnection does apps.connections.open.
func (s *Slack) openConnection(*request) reply {
	id := uuid()
	s.tickets[id] = ticket{time.Now().Add(ticketLife)}
	// http becomes ws, https becomes wss.
	return done(Object{"url": "ws" + s.base[len("http"):] + linkPath + "?ticket=" + id + "&app_id=" + appID})
}

// link is one Socket Mode connection.
type link struct {
	s  *Slack
	id int
	ws *websocket.Conn

	// Guarded by s.mu:
	since       time.Time
	noEnvelopes bool // refresh_requested, or about to be closed
	halfOpen    bool // nothing gets through in either direction
	warned      string
	open        map[string]*Delivery // sent here and not acked

	queue sync.Mutex // guards out
	out   []frame
	wake  chan struct{}
	gone  chan struct{}
	once  sync.Once
}

type frameKind int

const (
	frameText frameKind = iota
	framePing
	framePong
	frameClose
)

type frame struct {
	kind frameKind
	data []byte
}

// serveLink turns a request with a ticket into a connection and reads it to its end.
func (s *Slack) serveLink(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("ticket")
	s.mu.Lock()
	t, ok := s.tickets[id]
	delete(s.tickets, id)
	s.mu.Unlock()
	if !ok || time.Now().After(t.until) {
		http.Error(w, "invalid ticket", http.StatusForbidden) // assumed
		return
	}
	upgrader := websocket.Upgrader{ReadBufferSize: 1 << 16, CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	l := &link{
		s: s, ws: ws, open: map[string]*Delivery{}, since: time.Now(),
		wake: make(chan struct{}, 1), gone: make(chan struct{}),
	}
	ws.SetReadLimit(maxBody)
	ws.SetPingHandler(func(data string) error {
		l.push(framePong, []byte(data))
		return nil
	})
	if !s.spawn(l.write) {
		_ = ws.Close()
		return
	}
	s.admit(l)
	l.read()
}

// admit greets a connection, or turns it away when there are too many.
func (s *Slack) admit(l *link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		l.cut()
		return
	}
	s.nextLink++
	l.id = s.nextLink
	s.links = append(s.links, l)
	s.emit(Event{Kind: ConnectionOpened, Connection: l.id})
	if len(s.links) > maxConnections {
		s.sendDisconnect(l, "too_many_websockets", 0)
		return
	}
	announced := approximateLife
	if life := s.world.Sockets.ConnectionLife; life > 0 {
		announced = life
		s.after(life, func() { s.sendDisconnect(l, "warning", Grace) })
	}
	l.push(frameText, encode(Object{
		"type":            "hello",
		"num_connections": len(s.links),
		"debug_info": Object{
			"host":                        "applink-" + strconv.Itoa(l.id),
			"build_number":                10,
			"approximate_connection_time": int(announced.Seconds()),
		},
		"connection_info": Object{"app_id": appID},
	}))
	if s.storm != "" {
		s.sendDisconnect(l, s.storm, 0)
		return
	}
	waiting := s.undelivered
	s.undelivered = nil
	for _, d := range waiting {
		if len(d.acks) == 0 && d.err == nil {
			d.send("timeout")
		}
	}
}

// nextReceiver picks the connection for the next envelope, in turn. The caller holds mu.
func (s *Slack) nextReceiver() *link {
	for range s.links {
		s.turn++
		if l := s.links[s.turn%len(s.links)]; !l.noEnvelopes {
			return l
		}
	}
	return nil
}

// push queues a frame; it never blocks.
func (l *link) push(kind frameKind, data []byte) {
	l.queue.Lock()
	l.out = append(l.out, frame{kind, data})
	l.queue.Unlock()
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// read takes acks until the connection ends.
func (l *link) read() {
	for {
		_, frame, err := l.ws.ReadMessage()
		if err != nil {
			l.drop("closed by the app")
			return
		}
		l.receive(frame)
	}
}

// write sends queued frames and PINGs until the connection ends.
func (l *link) write() {
	pings := time.NewTicker(pingInterval)
	defer pings.Stop()
	for {
		select {
		case <-l.gone:
			return
		case <-pings.C:
			l.push(framePing, nil)
		case <-l.wake:
		}
		l.queue.Lock()
		out := l.out
		l.out = nil
		l.queue.Unlock()
		if err := l.sendAll(out); err != nil {
			l.drop("write failed")
			return
		}
	}
}

func (l *link) sendAll(out []frame) error {
	l.s.mu.Lock()
	halfOpen := l.halfOpen
	l.s.mu.Unlock()
	if halfOpen {
		return nil
	}
	for _, f := range out {
		if err := l.send(f); err != nil {
			return err
		}
	}
	return nil
}

func (l *link) send(f frame) error {
	deadline := time.Now().Add(writeWait)
	switch f.kind {
	case framePing:
		return l.ws.WriteControl(websocket.PingMessage, f.data, deadline)
	case framePong:
		return l.ws.WriteControl(websocket.PongMessage, f.data, deadline)
	case frameClose:
		return l.ws.WriteControl(websocket.CloseMessage, f.data, deadline)
	default:
		if err := l.ws.SetWriteDeadline(deadline); err != nil {
			return err
		}
		return l.ws.WriteMessage(websocket.TextMessage, f.data)
	}
}

// drop ends the connection and forgets it. It may be called more than once.
func (l *link) drop(why string) {
	l.once.Do(func() {
		close(l.gone)
		s := l.s
		s.mu.Lock()
		if i := slices.Index(s.links, l); i >= 0 {
			s.links = slices.Delete(s.links, i, i+1)
			if l.warned != "" {
				why = l.warned
			}
			s.emit(Event{Kind: ConnectionClosed, Connection: l.id, Detail: why})
		}
		l.noEnvelopes = true
		l.loseOpen()
		s.mu.Unlock()
		_ = l.ws.Close()
	})
}

// loseOpen counts what was sent here and not acked as lost. The caller holds mu.
func (l *link) loseOpen() {
	s := l.s
	for id, d := range l.open {
		delete(l.open, id)
		if d.link != l || len(d.acks) > 0 {
			continue
		}
		s.emit(Event{Kind: EnvelopeLost, User: d.User, Delivery: d, Connection: l.id, Detail: d.Type})
		if s.world.Sockets.Redeliver && d.err == nil && !s.closed && !d.send("timeout") {
			s.undelivered = append(s.undelivered, d)
		}
	}
}

// cut closes the connection without a close frame: a RST where there is TCP.
func (l *link) cut() {
	if tcp, ok := l.ws.NetConn().(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = l.ws.NetConn().Close()
}
