package app

import (
	"net/http"
	"time"
)

const (
	// portalIdle is how long a connection to a portal is kept for its next call: a
	// running restore is asked every few seconds.
	portalIdle = 30 * time.Second
	// portalBuffer is what a connection reads and writes at a time. A progress is
	// 400 bytes, and what is longer goes past the buffer.
	portalBuffer = 1 << 10
)

// portalTransport carries the calls to all portals. Go's default keeps a hundred
// connections, so that of 500 portals most would be dialed anew for each poll; this
// one keeps one to each, and little of it.
func portalTransport() http.RoundTripper {
	t, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	t = t.Clone()
	t.MaxIdleConns, t.MaxIdleConnsPerHost, t.IdleConnTimeout = 0, 1, portalIdle
	t.ReadBufferSize, t.WriteBufferSize = portalBuffer, portalBuffer
	// A portal is asked one thing at a time: HTTP/2 would only cost memory.
	t.Protocols = new(http.Protocols)
	t.Protocols.SetHTTP1(true)
	t.ForceAttemptHTTP2 = false
	return t
}
