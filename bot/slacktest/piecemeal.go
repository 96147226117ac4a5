package slacktest

import (
	"bufio"
	"net"
	"net/http"
	"sync"
	"time"
)

// piecemeal is a connection whose writes can be kept back to leave in one piece: what a
// burst brings to an app then costs this process little.
type piecemeal struct {
	net.Conn

	mu      sync.Mutex
	keeping bool
	kept    []byte
}

// Write implements [net.Conn].
func (p *piecemeal) Write(b []byte) (int, error) {
	p.mu.Lock()
	if p.keeping {
		defer p.mu.Unlock()
		p.kept = append(p.kept, b...)
		return len(b), nil
	}
	p.mu.Unlock()
	return p.Conn.Write(b)
}

// together writes what f writes in one piece. Only one goroutine may at a time.
func (p *piecemeal) together(f func() error) error {
	p.keep(true)
	err := f()
	kept := p.keep(false)
	if err != nil || len(kept) == 0 {
		return err
	}
	if err := p.SetWriteDeadline(time.Now().Add(writeWait)); err != nil {
		return err
	}
	_, err = p.Conn.Write(kept)
	return err
}

func (p *piecemeal) keep(on bool) (kept []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keeping, kept = on, p.kept
	p.kept = p.kept[:0]
	return kept
}

// hijacker remembers the connection that is taken out of an HTTP server.
type hijacker struct {
	http.ResponseWriter

	conn *piecemeal
}

// Hijack implements [http.Hijacker].
func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	h.conn = &piecemeal{Conn: conn}
	return h.conn, rw, nil
}
