package socketmode

import (
	"time"

	"github.com/gorilla/websocket"
)

// write writes acks, pings, pongs and the close frame, and returns when the
// connection is closed or dead.
func (c *socketConn) write() {
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for {
		var err error
		var last bool
		select {
		case <-ping.C:
			err = c.control(websocket.PingMessage, nil)
		case <-c.wake:
			last, err = c.flush()
		}
		if last {
			return
		}
		if err != nil {
			c.broken(err)
			return
		}
	}
}

// broken ends a connection that takes no writes.
func (c *socketConn) broken(err error) {
	c.log.Warn("slack connection takes no writes", "err", err)
	c.mu.Lock()
	c.end(connDead, endWrite)
	c.nudge()
	c.mu.Unlock()
	c.cut() // the reader ends and hands the acks over
}

// flush writes what is queued; last means that nothing will follow.
func (c *socketConn) flush() (last bool, err error) {
	for {
		c.mu.Lock()
		pong, acks, phase := c.pong, c.acks, c.phase
		c.pong = nil
		c.mu.Unlock()

		switch {
		case phase == connDead:
			c.goodbye()
			return true, nil
		case pong != nil:
			if err := c.control(websocket.PongMessage, []byte(*pong)); err != nil {
				return false, err
			}
		case len(acks) > 0:
			if err := c.send(acks[0]); err != nil {
				return false, err // it is still queued
			}
			c.wrote(acks[0])
		case phase == connClosing:
			c.goodbye()
			return true, nil
		default:
			return false, nil
		}
	}
}

func (c *socketConn) send(ack ackFrame) error {
	if err := c.ws.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil {
		return err
	}
	return c.ws.WriteMessage(websocket.TextMessage, ackBody(ack.id, ack.payload))
}

// wrote takes the first ack off the queue, unless die took all of it meanwhile:
// then it goes to Slack twice, rather than never.
func (c *socketConn) wrote(ack ackFrame) {
	took := time.Since(ack.at)
	c.events.Acked(ack.kind, ack.outcome, took)
	c.log.Debug("envelope acked", "envelope_id", LoggedID(ack.id), "type", ack.kind, "outcome", string(ack.outcome), "took", took)
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.acks) > 0 {
		c.acks[0] = ackFrame{}
		c.acks = c.acks[1:]
	}
}

// goodbye sends a close frame, or answers Slack's.
func (c *socketConn) goodbye() {
	// The reply is a courtesy: the connection ends with or without it.
	_ = c.ws.WriteControl(websocket.CloseMessage,
		websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(closeWithin))
}

func (c *socketConn) control(messageType int, data []byte) error {
	return c.ws.WriteControl(messageType, data, time.Now().Add(writeWithin))
}
