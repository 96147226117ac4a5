package socketmode

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// openWithin bounds apps.connections.open, whose client may have no timeout.
	openWithin = 10 * time.Second
	// handshakeWithin bounds connecting, TLS and the upgrade together.
	handshakeWithin = 10 * time.Second
	// writeBuffer holds any ack in one frame: Slack drops fragmented ones.
	writeBuffer = 32 << 10
)

// fitDialer is a copy of d that is fit for Slack.
func fitDialer(d *websocket.Dialer) *websocket.Dialer {
	if d == nil {
		d = &websocket.Dialer{Proxy: http.ProxyFromEnvironment}
	}
	fit := *d
	if fit.HandshakeTimeout == 0 {
		fit.HandshakeTimeout = handshakeWithin
	}
	fit.WriteBufferSize = max(fit.WriteBufferSize, writeBuffer)
	return &fit
}

var (
	errOpenSlow = errors.New("apps.connections.open took too long")
	errBadURL   = errors.New("apps.connections.open gave no usable address")
	errUpgrade  = errors.New("slack refused the connection")
)

// dial opens a connection. Its errors hold no secret.
func (c *Client) dial(ctx context.Context) (*websocket.Conn, error) {
	asking, cancel := context.WithTimeoutCause(ctx, openWithin, errOpenSlow)
	defer cancel()
	_, address, err := c.API.StartSocketModeContext(asking)
	if err != nil {
		if errors.Is(context.Cause(asking), errOpenSlow) && errors.Is(err, context.DeadlineExceeded) {
			return nil, errOpenSlow
		}
		return nil, err
	}
	// The dialer's own error for this would quote the address.
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "wss" && u.Scheme != "ws" {
		return nil, errBadURL
	}
	ws, resp, err := c.Dialer.DialContext(ctx, address, nil)
	if err != nil {
		if resp != nil {
			_ = resp.Body.Close() // gorilla has read what there is
			return nil, fmt.Errorf("%w: HTTP %d", errUpgrade, resp.StatusCode)
		}
		// The address has a ticket that lets anybody in.
		return nil, errors.New("connect to slack: " + redactAddress(err.Error(), u))
	}
	return ws, nil
}

// redactAddress takes the ticket of a connection's address out of text.
func redactAddress(text string, u *url.URL) string {
	secrets := []string{u.String(), u.RequestURI(), u.RawQuery}
	for _, values := range u.Query() {
		secrets = append(secrets, values...)
	}
	for _, secret := range secrets {
		if len(secret) > 1 { // "/" is in every path
			text = strings.ReplaceAll(text, secret, "[redacted]")
		}
	}
	return text
}
