package socketmode

import (
	"time"

	"github.com/gorilla/websocket"
)

// write writes acks, pings, pongs and the close frame, and returns when the
// connection is closed or dead. Nobody else writes on the socket.
func (c *conn) write() {
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
		if err != nil {
			c.log.Warn("slack connection takes no writes", "err", err)
			c.mu.Lock()
			c.end(phaseDead, endWrite)
			c.mu.Unlock()
			c.cut() // the reader ends and hands the acks over
			return
		}
		if last {
			return
		}
	}
}

// flush writes what is queued; last means that nothing will follow.
func (c *conn) flush() (last bool, err error) {
	for {
		c.mu.Lock()
		pong, acks, phase := c.pong, c.acks, c.phase
		c.pong = nil
		c.mu.Unlock()

		switch {
		case phase == phaseDead:
			c.goodbye()
			return true, nil
		case pong != nil:
			err = c.control(websocket.PongMessage, []byte(*pong))
		case len(acks) > 0:
			err = c.send(acks[0])
		case phase == phaseClosing:
			c.goodbye()
			return true, nil
		default:
			return false, nil
		}
		if err != nil {
			return false, err // an ack is still queued
		}
	}
}

// send writes the first queued ack. Where die has taken all acks meanwhile, this
// one goes to Slack twice, rather than never.
func (c *conn) send(a ack) error {
	if err := c.ws.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil {
		return err
	}
	if err := c.ws.WriteMessage(websocket.TextMessage, ackBody(a.id, a.payload)); err != nil {
		return err
	}
	took := time.Since(a.at)
	c.pool.events.Acked(a.kind, a.outcome, took)
	c.log.Debug("envelope acked", "envelope_id", LoggedID(a.id), "type", a.kind, "outcome", string(a.outcome), "took", took)
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.acks) > 0 {
		c.acks[0] = ack{} // its payload is not kept
		c.acks = c.acks[1:]
	}
	return nil
}

// goodbye sends a close frame, or answers Slack's. The connection ends with or
// without it.
func (c *conn) goodbye() {
	_ = c.ws.WriteControl(websocket.CloseMessage,
		websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(closeWithin))
}

func (c *conn) control(messageType int, data []byte) error {
	return c.ws.WriteControl(messageType, data, time.Now().Add(writeWithin))
}
