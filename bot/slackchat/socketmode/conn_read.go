package socketmode

import (
	"errors"
	"net"
	"time"

	"github.com/gorilla/websocket"
)

// The reasons of Slack's disconnect frame. The first two announce a recycle.
const (
	disconnectWarning  = "warning"
	disconnectRefresh  = "refresh_requested"
	disconnectDisabled = "link_disabled"
	disconnectTooMany  = "too_many_websockets"
)

// disconnectReason is a reason for metrics: one of a closed set.
func disconnectReason(reason string) string {
	switch reason {
	case disconnectWarning, disconnectRefresh, disconnectDisabled, disconnectTooMany:
		return reason
	default:
		return "other"
	}
}

// read reads until the connection ends, and says why, and whether Slack waits
// for an answer to its close frame.
func (c *socketConn) read() (reason string, answerClose bool) {
	c.ws.SetReadLimit(maxFrameBytes)
	c.ws.SetPingHandler(func(data string) error {
		c.mu.Lock()
		c.pong = &data
		c.nudge()
		c.mu.Unlock()
		return c.heard()
	})
	c.ws.SetPongHandler(func(string) error { return c.heard() })
	c.ws.SetCloseHandler(func(int, string) error { return nil }) // the writer answers

	err := c.ws.SetReadDeadline(time.Now().Add(helloWithin))
	for err == nil {
		var kind int
		var data []byte
		if kind, data, err = c.ws.ReadMessage(); err != nil {
			break
		}
		if err = c.heard(); err != nil {
			break
		}
		if kind != websocket.TextMessage {
			c.log.Warn("slack sent a frame that is no text", "bytes", len(data))
			continue
		}
		c.text(data)
	}
	return c.endOf(err)
}

// heard notes a sign of life.
func (c *socketConn) heard() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	c.lastFrame = now
	if c.phase == connOpened || now.Sub(c.extends) < silentFor/100 {
		return nil // only a hello extends the wait for it
	}
	c.extends = now
	return c.ws.SetReadDeadline(now.Add(silentFor))
}

// endOf is the reason that a read error stands for.
func (c *socketConn) endOf(err error) (reason string, answerClose bool) {
	if _, ok := errors.AsType[*websocket.CloseError](err); ok {
		return endClosed, true
	}
	if errors.Is(err, websocket.ErrReadLimit) {
		return endTooBig, false
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		if c.is(connOpened) {
			return endNoHello, false
		}
		return endSilent, false
	}
	return endBroken, false
}

// text acts on a text frame.
func (c *socketConn) text(data []byte) {
	at := time.Now()
	f, err := decodeFrame(data)
	if err != nil {
		c.log.Warn("slack sent a frame that cannot be decoded", "bytes", len(data))
		return
	}
	switch {
	case f.EnvelopeID != "":
		c.receive(c, Envelope{
			ID: f.EnvelopeID, Type: f.Type, Payload: f.Payload,
			AcceptsResponsePayload: f.AcceptsResponsePayload,
			RetryAttempt:           f.RetryAttempt, RetryReason: f.RetryReason,
			ReceivedAt: at, Connection: c.number,
		})
	case f.Type == frameHello:
		c.hello(f)
	case f.Type == frameDisconnect:
		c.disconnect(f.Reason)
	default:
		c.log.Warn("slack sent a frame of an unknown type", "type", LoggedID(f.Type))
	}
}

func (c *socketConn) hello(f socketFrame) {
	c.mu.Lock()
	first := c.phase == connOpened
	if first {
		c.phase = connInUse
	}
	c.mu.Unlock()
	if !first || c.heard() != nil { // a socket that takes no deadline fails the next read
		return
	}
	c.events.Connected()
	c.log.Info("slack connection in use", "counted", f.NumConnections)
	c.set.hello(c, f)
}

// disconnect starts the recycle that Slack asks for: the slot opens another
// connection, and this one is read on. A refusal is closed at once instead, for
// another connection would only be refused as well.
func (c *socketConn) disconnect(raw string) {
	reason := disconnectReason(raw)
	switch reason {
	case disconnectDisabled:
		c.log.Error("Socket Mode is turned off for the app (link_disabled): turn it on in the app's settings")
	case disconnectTooMany:
		c.log.Error("slack refuses more connections of the app (too_many_websockets): stop other bots that use this app-level token")
	default:
		c.log.Info("slack will close the connection", "reason", reason)
	}

	if reason == disconnectDisabled || reason == disconnectTooMany {
		c.set.failed(reason)
		c.close(reason)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.phase >= connRetiring {
		return
	}
	c.retiredAt = time.Now()
	c.end(connRetiring, reason)
	c.kill(retireWithin, func() { c.close(reason) })
	close(c.retired)
}
