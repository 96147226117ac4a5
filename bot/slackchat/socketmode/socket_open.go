package socketmode

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// openWithin bounds apps.connections.open, whose client may have no timeout.
	openWithin = 10 * time.Second
	// handshakeWithin bounds connecting, TLS and the upgrade together.
	handshakeWithin = 10 * time.Second
	// socketWriteBuffer holds any ack in one frame: Slack drops fragmented ones.
	socketWriteBuffer = 32 << 10
)

// socketDialer is a copy of d that is fit for Slack.
func socketDialer(d *websocket.Dialer) *websocket.Dialer {
	if d == nil {
		d = &websocket.Dialer{Proxy: http.ProxyFromEnvironment}
	}
	fit := *d
	if fit.HandshakeTimeout == 0 {
		fit.HandshakeTimeout = handshakeWithin
	}
	fit.WriteBufferSize = max(fit.WriteBufferSize, socketWriteBuffer)
	return &fit
}

var (
	errOpenSlow = errors.New("apps.connections.open took too long")
	errBadURL   = errors.New("apps.connections.open gave no usable address")
)

// dialError is a failed connection attempt, told without the address: its
// ticket lets anybody in.
type dialError struct {
	status int // of the answer to the upgrade, 0 if there was none
	detail string
}

func (e *dialError) Error() string {
	if e.status != 0 {
		return fmt.Sprintf("connect to slack: HTTP %d", e.status)
	}
	return "connect to slack: " + e.detail
}

// open opens a connection. Its errors hold no secret.
func (s *Sockets) open(ctx context.Context) (*websocket.Conn, error) {
	asking, cancel := context.WithTimeoutCause(ctx, openWithin, errOpenSlow)
	defer cancel()
	_, address, err := s.API.StartSocketModeContext(asking)
	if err != nil {
		if cause := context.Cause(asking); errors.Is(cause, errOpenSlow) && errors.Is(err, context.DeadlineExceeded) {
			return nil, errOpenSlow
		}
		return nil, err
	}
	// The dialer's own error for this would quote the address.
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "wss" && u.Scheme != "ws" {
		return nil, errBadURL
	}
	ws, resp, err := s.Dialer.DialContext(ctx, address, nil)
	if err != nil {
		failure := &dialError{detail: redactAddress(err.Error(), u)}
		if resp != nil {
			failure.status = resp.StatusCode
			_ = resp.Body.Close() // gorilla has read what there is
		}
		return nil, failure
	}
	return ws, nil
}
