package socketmode

import (
	"time"

	"github.com/gorilla/websocket"
)

// write writes acks, pings, pongs and the close frame, until the connection is to
// close. Nobody else writes on the socket. It returns the acks that were not written.
func (c *conn) write() (unwritten []ack) {
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for {
		var err error
		select {
		case a := <-c.acks:
			if err = c.send(a); err != nil {
				unwritten = append(unwritten, a)
			}
		case <-ping.C:
			err = c.control(websocket.PingMessage, "")
		case data := <-c.pongs:
			err = c.control(websocket.PongMessage, data)
		case <-c.closing:
			return c.finish()
		}
		if err != nil {
			c.log.Warn("slack connection takes no writes", "err", err)
			c.end(phaseDead, endWrite)
			c.cut() // the reader ends
			return append(unwritten, c.queued()...)
		}
	}
}

// finish writes the queued acks, unless the connection is dead, and a close frame,
// or the answer to Slack's. The connection ends with or without them.
func (c *conn) finish() (unwritten []ack) {
	queued := c.queued()
	for len(queued) > 0 && !c.is(phaseDead) && c.send(queued[0]) == nil {
		queued = queued[1:]
	}
	_ = c.ws.WriteControl(websocket.CloseMessage,
		websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(closeWithin))
	return queued
}

// queued takes the queued acks. No ack comes after them: the connection is closing.
func (c *conn) queued() (acks []ack) {
	for {
		select {
		case a := <-c.acks:
			acks = append(acks, a)
		default:
			return acks
		}
	}
}

func (c *conn) send(a ack) error {
	if err := c.ws.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil {
		return err
	}
	if err := c.ws.WriteMessage(websocket.TextMessage, ackBody(a.id, a.payload)); err != nil {
		return err
	}
	took := time.Since(a.at)
	c.pool.client.Events.Acked(a.kind, a.outcome, took)
	c.log.Debug("envelope acked", "envelope_id", LoggedID(a.id), "type", a.kind, "outcome", string(a.outcome), "took", took)
	return nil
}

func (c *conn) control(messageType int, data string) error {
	return c.ws.WriteControl(messageType, []byte(data), time.Now().Add(writeWithin))
}
