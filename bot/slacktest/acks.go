package slacktest

import (
	"encoding/json"
	"time"
)

// maxAck is the size from which Slack silently drops what an app sends on the socket
// (not documented; measured by SDK authors).
const maxAck = 20 * 1024 // bytes

// receive reads a frame that the app sent: always an ack.
func (l *link) receive(frame []byte) {
	s := l.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.halfOpen {
		return // half-open: it goes nowhere
	}
	if len(frame) >= maxAck {
		l.ignore("too_large")
		return
	}
	var ack struct {
		EnvelopeID string          `json:"envelope_id"`
		Payload    json.RawMessage `json:"payload"`
	}
	if err := json.Unmarshal(frame, &ack); err != nil || ack.EnvelopeID == "" {
		l.ignore("invalid_frame")
		return
	}
	d := s.deliveries[ack.EnvelopeID]
	switch {
	case d == nil:
		l.ignore("unknown_envelope_id")
	case s.world.Sockets.StrictAcks && d.link != l:
		l.ignore("other_connection")
	default:
		d.take(l, ack.Payload)
	}
}

func (l *link) ignore(why string) {
	l.s.emit(Event{Kind: AckIgnored, Connection: l.id, Detail: why})
}

// take records an ack and, if it is the first and in time, does what its payload says.
// The caller holds mu.
func (d *Delivery) take(l *link, payload json.RawMessage) {
	s := d.s
	now := time.Now()
	ack := Ack{
		Connection: l.id, At: now, Latency: now.Sub(d.At), Payload: payload,
		Late: d.err != nil, Again: len(d.acks) > 0,
	}
	d.acks = append(d.acks, ack)
	if d.link != nil {
		delete(d.link.open, d.EnvelopeID)
	}
	switch {
	case ack.Again:
	case ack.Late:
		close(d.acked)
	default:
		close(d.acked)
		close(d.settled)
	}
	s.emit(Event{
		Kind: EnvelopeAcked, User: d.User, Delivery: d, Connection: l.id, Detail: d.Type,
	})
	if ack.Again || ack.Late || d.onAck == nil || d.answered {
		return // one of several deliveries counts for the person
	}
	d.answered = true
	if !d.accepts || string(payload) == "null" {
		payload = nil
	}
	d.onAck(payload)
}
