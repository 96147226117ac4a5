package durable_test

import (
	"bytes"
	"net"
	"strings"
	"sync"
	"testing"
)

// proxy stands between a store and its PostgreSQL.
type proxy struct {
	t      *testing.T
	listen net.Listener
	to     string

	mu    sync.Mutex
	conns map[net.Conn]bool
	// held stops all traffic while it is not nil, and ends when it is closed.
	held chan struct{}
	// swallow cuts the connection of the next commit after the server has
	// answered it and before the client hears of it.
	swallow bool
}

// through returns url as seen through a proxy.
func through(t *testing.T, url string) (*proxy, string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(url, "@")
	to, _, _ := strings.Cut(rest, "/")
	p := &proxy{t: t, listen: l, to: to, conns: map[net.Conn]bool{}}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { p.serve(client) })
		}
	})
	t.Cleanup(func() {
		p.Heal()
		_ = l.Close()
		p.Cut()
		all.Wait()
	})
	return p, strings.Replace(url, to, l.Addr().String(), 1)
}

func (p *proxy) serve(client net.Conn) {
	server, err := net.Dial("tcp", p.to)
	if err != nil {
		_ = client.Close()
		return
	}
	p.mu.Lock()
	p.conns[client], p.conns[server] = true, true
	p.mu.Unlock()
	var both sync.WaitGroup
	var committing bool
	var mu sync.Mutex
	both.Go(func() {
		p.pipe(server, client, func(b []byte) bool {
			if bytes.Contains(bytes.ToLower(b), []byte("commit\x00")) && p.take() {
				mu.Lock()
				committing = true
				mu.Unlock()
			}
			return true
		})
	})
	both.Go(func() {
		p.pipe(client, server, func([]byte) bool {
			mu.Lock()
			defer mu.Unlock()
			return !committing
		})
	})
	both.Wait()
	p.mu.Lock()
	delete(p.conns, client)
	delete(p.conns, server)
	p.mu.Unlock()
}

// pipe copies until one side ends or pass says no.
func (p *proxy) pipe(to, from net.Conn, pass func([]byte) bool) {
	defer to.Close()
	defer from.Close()
	b := make([]byte, 64<<10)
	for {
		n, err := from.Read(b)
		p.mu.Lock()
		held := p.held
		p.mu.Unlock()
		if held != nil {
			<-held
		}
		if n > 0 && !pass(b[:n]) {
			return
		}
		if _, werr := to.Write(b[:n]); werr != nil || err != nil {
			return
		}
	}
}

func (p *proxy) take() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	was := p.swallow
	p.swallow = false
	return was
}

// LoseNextCommit loses the answer to the next commit.
func (p *proxy) LoseNextCommit() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.swallow = true
}

// Hold stops all traffic, as a network that drops packets does, until Heal.
func (p *proxy) Hold() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held = make(chan struct{})
}

// Heal lets traffic through again.
func (p *proxy) Heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held != nil {
		close(p.held)
	}
	p.held = nil
}

// Cut ends every connection.
func (p *proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.Close()
	}
}
