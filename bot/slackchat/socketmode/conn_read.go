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

// read reads until the connection ends, and says why.
func (c *conn) read() (reason string) {
	c.ws.SetReadLimit(maxFrameBytes)
	c.ws.SetPingHandler(func(data string) error {
		select {
		case c.pongs <- data:
		default: // the writer is stuck
		}
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
		if kind == websocket.TextMessage {
			c.text(data)
		} else {
			c.log.Warn("slack sent a frame that is no text", "bytes", len(data))
		}
		err = c.heard()
	}
	return c.reasonOf(err)
}

// heard notes a sign of life. Only a hello extends the wait for it.
func (c *conn) heard() error {
	now := time.Now()
	c.pool.heard(now)
	if c.is(phaseOpened) {
		return nil
	}
	return c.ws.SetReadDeadline(now.Add(silentFor))
}

// reasonOf is the reason that a read error stands for.
func (c *conn) reasonOf(err error) string {
	_, closed := errors.AsType[*websocket.CloseError](err)
	failed, ok := errors.AsType[net.Error](err)
	switch timeout := ok && failed.Timeout(); {
	case closed:
		return endClosed
	case errors.Is(err, websocket.ErrReadLimit):
		return endTooBig
	case timeout && c.is(phaseOpened):
		return endNoHello
	case timeout:
		return endSilent
	}
	return endBroken
}

// text acts on a text frame.
func (c *conn) text(data []byte) {
	f, err := decodeFrame(data)
	switch {
	case err != nil:
		c.log.Warn("slack sent a frame that cannot be decoded", "bytes", len(data))
	case f.ID != "":
		f.ReceivedAt, f.Connection = time.Now(), c.number
		c.mu.Lock()
		c.lastEnvelope = f.ReceivedAt
		c.mu.Unlock()
		c.accept(c, f.Envelope)
	case f.Type == frameHello:
		c.hello(f)
	case f.Type == frameDisconnect:
		c.disconnect(disconnectReason(f.Reason))
	default:
		c.log.Warn("slack sent a frame of an unknown type", "type", LoggedID(f.Type))
	}
}

func (c *conn) hello(f frame) {
	c.mu.Lock()
	first := c.phase == phaseOpened
	if first {
		c.phase = phaseInUse
	}
	c.mu.Unlock()
	if !first {
		return
	}
	c.log.Info("slack connection in use", "counted", f.NumConnections)
	c.pool.hello(c, f)
	c.pool.client.Events.Connected() // after the state: whoever hears of it may ask at once
	close(c.greeted)
}

// disconnect retires the connection. After a refusal it is closed at once, for
// Slack sends nothing more on it.
func (c *conn) disconnect(reason string) {
	switch reason {
	case disconnectDisabled:
		c.log.Error("Socket Mode is turned off for the app (link_disabled): turn it on in the app's settings")
	case disconnectTooMany:
		c.log.Error("slack refuses more connections of the app (too_many_websockets): stop other programs that use this app-level token")
	default:
		c.log.Info("slack will close the connection", "reason", reason)
		c.retire(reason)
		return
	}
	c.pool.noteFault(reason)
	c.close(reason)
}
