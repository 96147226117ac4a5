package slacktest

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// Listener accepts connections of the same process, so a whole server runs inside a
// synctest bubble: no port, and nothing that waits on the network.
// Give DialContext to an http.Transport and to a websocket.Dialer.
type Listener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

// NewListener makes a listener that nobody serves yet.
func NewListener() *Listener {
	return &Listener{conns: make(chan net.Conn), done: make(chan struct{})}
}

// Accept waits for the next DialContext.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close ends Accept and every later DialContext. Connections that are open stay open.
func (l *Listener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

// Addr is the address of every connection of the process.
func (*Listener) Addr() net.Addr { return pipeAddr{} }

// DialContext connects, whatever the network and address are. A pipe has no buffer: the
// peer must be reading.
func (l *Listener) DialContext(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Client is an HTTP client that reaches only this listener.
func (l *Listener) Client() *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: l.DialContext}}
}

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "slack.test:80" }

// Pipe serves s on a Listener until s is closed.
func (s *Slack) Pipe() *Listener {
	l := NewListener()
	s.Serve(l)
	return l
}

// Serve serves s on l, in the background, until s is closed.
func (s *Slack) Serve(l net.Listener) {
	srv := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		_ = l.Close()
		return
	}
	s.servers = append(s.servers, srv)
	s.mu.Unlock()
	s.spawn(func() { _ = srv.Serve(l) }) // always http.ErrServerClosed, by Close
}
