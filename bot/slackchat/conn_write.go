package slackchat

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
		select {
		case <-ping.C:
			err = c.control(websocket.PingMessage, nil)
		case <-c.wake:
			var last bool
			if last, err = c.flush(); last {
				return
			}
		}
		if err != nil {
			c.log.Warn("slack connection takes no writes", "error", err)
			c.mu.Lock()
			c.end(connDead, endWrite)
			c.mu.Unlock()
			c.cut() // the reader ends and hands the acks over
			return
		}
	}
}

// flush writes what is queued; last means that nothing will follow.
func (c *socketConn) flush() (last bool, err error) {
	for {
		c.mu.Lock()
		pong := c.pong
		c.pong = nil
		var ack ackFrame
		queued := len(c.acks) > 0
		if queued {
			ack = c.acks[0]
		}
		phase := c.phase
		c.mu.Unlock()

		switch {
		case phase == connDead:
			c.goodbye()
			return true, nil
		case pong != nil:
			if err := c.control(websocket.PongMessage, []byte(*pong)); err != nil {
				return false, err
			}
		case queued:
			if err := c.text(ack.body); err != nil {
				return false, err // the ack is still queued
			}
			c.wrote(ack)
		case phase == connClosing:
			c.goodbye()
			return true, nil
		default:
			return false, nil
		}
	}
}

// wrote takes an ack off the queue, unless die took all of it meanwhile: then
// it goes to Slack twice, rather than never.
func (c *socketConn) wrote(ack ackFrame) {
	c.mu.Lock()
	if len(c.acks) > 0 {
		c.acks = c.acks[1:]
	}
	c.mu.Unlock()
	took := time.Since(ack.at)
	c.events.Acked(ack.kind, ack.outcome, took)
	c.log.Debug("envelope acked", "envelope_id", loggedID(ack.id), "type", ack.kind, "outcome", string(ack.outcome), "took", took)
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

func (c *socketConn) text(body []byte) error {
	if err := c.ws.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil {
		return err
	}
	return c.ws.WriteMessage(websocket.TextMessage, body)
}
