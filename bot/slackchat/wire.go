package slackchat

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// wire is the network under a WebSocket. What is written while it is corked
// leaves in one piece, and spent runs when all that came has been read: that is
// how many acks share one write, and none waits for more to come.
type wire struct {
	net.Conn

	spent func() // set before the first read by its only reader; nil is nothing

	mu     sync.Mutex
	corked bool
	held   []byte
}

// Read implements [net.Conn].
func (w *wire) Read(p []byte) (int, error) {
	if w.spent != nil {
		w.spent()
	}
	return w.Conn.Read(p)
}

// Write implements [net.Conn]. While the wire is corked it cannot fail.
func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	if w.corked {
		if w.held == nil {
			w.held = (*pieces.Get().(*[]byte))[:0]
		}
		w.held = append(w.held, p...)
		w.mu.Unlock()
		return len(p), nil
	}
	w.mu.Unlock()
	return w.Conn.Write(p)
}

// SetWriteDeadline implements [net.Conn]. While the wire is corked nothing is
// written that could be late.
func (w *wire) SetWriteDeadline(t time.Time) error {
	w.mu.Lock()
	corked := w.corked
	w.mu.Unlock()
	if corked {
		return nil
	}
	return w.Conn.SetWriteDeadline(t)
}

// pieces are buffers for what is held: a wire that rests needs none.
var pieces = sync.Pool{New: func() any { return new([]byte) }}

// spare gives a buffer back, unless it has grown out of the usual.
func spare(held []byte) {
	if cap(held) > 0 && cap(held) <= 4*socketWriteBuffer {
		pieces.Put(&held)
	}
}

// together does what f writes in one write. Only one goroutine may at a time.
func (w *wire) together(within time.Duration, f func() error) error {
	w.mu.Lock()
	w.corked = true
	w.mu.Unlock()
	err := f()
	w.mu.Lock()
	held := w.held
	w.corked, w.held = false, nil
	w.mu.Unlock()
	defer spare(held)
	if err != nil || len(held) == 0 {
		return err
	}
	if err := w.Conn.SetWriteDeadline(time.Now().Add(within)); err != nil {
		return err
	}
	_, err = w.Conn.Write(held)
	return err
}

// wired returns a copy of d whose next connection runs over a wire, which is
// there once that connection is.
func wired(d *websocket.Dialer) (*websocket.Dialer, func() *wire) {
	type dial = func(ctx context.Context, network, address string) (net.Conn, error)
	var last *wire
	wrap := func(dial dial) dial {
		return func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dial(ctx, network, address)
			if err != nil {
				return nil, err
			}
			last = &wire{Conn: conn}
			return last, nil
		}
	}
	fit := *d
	switch {
	case d.NetDialContext != nil:
		fit.NetDialContext = wrap(d.NetDialContext)
	case d.NetDial != nil:
		fit.NetDialContext = wrap(func(_ context.Context, network, address string) (net.Conn, error) { return d.NetDial(network, address) })
	default:
		fit.NetDialContext = wrap((&net.Dialer{}).DialContext)
	}
	if d.NetDialTLSContext != nil {
		fit.NetDialTLSContext = wrap(d.NetDialTLSContext)
	}
	return &fit, func() *wire { return last }
}
