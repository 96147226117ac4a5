package slackchat

import (
	"runtime"
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
			c.writing.Lock()
			err = c.control(websocket.PingMessage, nil)
			c.writing.Unlock()
		case <-c.wake:
			// A crowd answered by one commit wakes at once: those ready to answer go
			// first, and their acks leave together.
			runtime.Gosched()
			c.writing.Lock()
			last, err = c.flush()
			c.writing.Unlock()
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

// flush writes what is queued; last means that nothing will follow. The lock of
// who writes is held.
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
			if err := c.send(acks); err != nil {
				return false, err // they are still queued
			}
			c.wrote(acks)
		case phase == connClosing:
			c.goodbye()
			return true, nil
		default:
			return false, nil
		}
	}
}

// send writes acks, each in a frame of its own, in one go.
func (c *socketConn) send(acks []ackFrame) error {
	return c.wire.together(writeWithin, func() error {
		for _, ack := range acks {
			c.frame = appendAck(c.frame[:0], ack.id, ack.payload)
			if err := c.ws.WriteMessage(websocket.TextMessage, c.frame); err != nil {
				return err
			}
		}
		return nil
	})
}

// wrote takes acks off the queue, unless die took all of it meanwhile: then they
// go to Slack twice, rather than never.
func (c *socketConn) wrote(acks []ackFrame) {
	for _, ack := range acks {
		took := time.Since(ack.at)
		c.events.Acked(ack.kind, ack.outcome, took)
		if c.set.debug {
			c.log.Debug("envelope acked", "envelope_id", loggedID(ack.id), "type", ack.kind, "outcome", string(ack.outcome), "took", took)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case len(c.acks) > len(acks):
		c.acks = c.acks[len(acks):]
	case len(c.acks) > 0:
		clear(c.acks)
		c.acks = c.acks[:0]
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
