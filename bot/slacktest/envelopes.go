package slacktest

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// ackDeadline is how long an app has for an ack; then the person sees that it failed
// (docs: Slash commands, Handling user interaction).
const ackDeadline = 3 * time.Second

// What can become of an envelope that is not acked in time.
var (
	ErrDispatchFailed   = errors.New("slacktest: dispatch_failed: no connection is open")
	ErrOperationTimeout = errors.New("slacktest: operation_timeout: no ack within 3 seconds")
	ErrUnknownCommand   = errors.New("slacktest: not a valid command for this person")
	ErrClosed           = errors.New("slacktest: closed")
)

// A Delivery is one envelope and what became of it. Its exported fields never change.
type Delivery struct {
	EnvelopeID  string
	Type        string // slash_commands or interactive
	Kind        string // of interactive: block_actions, view_submission ...
	User        string
	Channel     string
	TriggerID   string
	ResponseURL string
	Payload     json.RawMessage
	At          time.Time

	s        *Slack
	accepts  bool          // an ack may carry a payload
	acked    chan struct{} // closed at the first ack, late or not
	settled  chan struct{} // closed at the ack or when the person was told that it failed
	onAck    func(json.RawMessage)
	answered bool // an ack counted for the person
	onFail   func(code string)

	// Guarded by s.mu:
	attempts []int // the connections it was sent on
	acks     []Ack
	err      error
	link     *link // the last one it went to
}

// An Ack is one answer to an envelope.
type Ack struct {
	Connection int
	At         time.Time
	Latency    time.Duration // since the first attempt
	Payload    json.RawMessage
	Late       bool // after the person was told that it failed: its payload has no effect
	Again      bool // not the first
}

// Acked is closed at the first ack, even a late one.
func (d *Delivery) Acked() <-chan struct{} { return d.acked }

// Settled is closed at the ack or when the person was told that the app did not answer.
func (d *Delivery) Settled() <-chan struct{} { return d.settled }

// Wait blocks until the envelope is settled. The error is ErrDispatchFailed,
// ErrOperationTimeout, ErrUnknownCommand, ErrClosed or the cause of ctx.
func (d *Delivery) Wait(ctx context.Context) (Ack, error) {
	select {
	case <-d.settled:
	case <-ctx.Done():
		return Ack{}, context.Cause(ctx)
	case <-d.s.done:
		select {
		case <-d.settled:
		default:
			return Ack{}, ErrClosed
		}
	}
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	if d.err != nil {
		return Ack{}, d.err
	}
	return d.acks[0], nil
}

// Err is why the envelope failed; nil while it is open and when it was acked in time.
func (d *Delivery) Err() error {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	return d.err
}

// Acks returns every ack, duplicates and late ones included.
func (d *Delivery) Acks() []Ack {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	return slices.Clip(d.acks)
}

// Attempts returns the connection of each time that the envelope was sent.
func (d *Delivery) Attempts() []int {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	return slices.Clip(d.attempts)
}

// Redeliver sends the envelope again, acked or not, with the same envelope_id and the next
// retry_attempt. It reports false when no connection is open.
func (d *Delivery) Redeliver() bool {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	return d.send("timeout")
}

// Again sends what an envelope brought in a new one, with another envelope_id:
// the same trigger_id, the same response_url. Its ack counts for the person only
// if the first one was not acked in time.
func (s *Slack) Again(d *Delivery) *Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	twin := &Delivery{
		Type: d.Type, Kind: d.Kind, User: d.User, Channel: d.Channel,
		TriggerID: d.TriggerID, ResponseURL: d.ResponseURL, Payload: d.Payload, accepts: d.accepts,
	}
	twin.onAck = func(payload json.RawMessage) {
		if !d.answered && len(d.acks) == 0 && d.err == nil && d.onAck != nil {
			d.answered = true
			d.onAck(payload)
		}
	}
	return s.deliver(twin)
}

// deliver sends a new envelope. The caller holds mu.
func (s *Slack) deliver(d *Delivery) *Delivery {
	d.s, d.EnvelopeID, d.At = s, uuid(), time.Now()
	d.acked, d.settled = make(chan struct{}), make(chan struct{})
	s.deliveries[d.EnvelopeID] = d
	s.order = append(s.order, d)
	if !d.send("") {
		d.giveUp("dispatch_failed", ErrDispatchFailed)
		return d
	}
	s.after(ackDeadline, func() {
		if len(d.acks) == 0 && d.err == nil {
			d.giveUp("operation_timeout", ErrOperationTimeout)
		}
	})
	return d
}

// send puts the envelope on the next connection. The caller holds mu.
func (d *Delivery) send(retryReason string) bool {
	l := d.s.nextReceiver()
	if l == nil {
		return false
	}
	frame := Object{"envelope_id": d.EnvelopeID, "payload": d.Payload, "type": d.Type, "accepts_response_payload": d.accepts}
	if retry := len(d.attempts); retry > 0 {
		frame["retry_attempt"], frame["retry_reason"] = retry, retryReason
	}
	d.link = l
	d.attempts = append(d.attempts, l.id)
	l.open[d.EnvelopeID] = d
	d.s.emit(Event{
		Kind: EnvelopeDelivered, User: d.User, Delivery: d, Connection: l.id, Detail: d.Type,
	})
	l.push(frameText, encode(frame))
	return true
}

// giveUp tells the person that the app did not answer. The caller holds mu.
func (d *Delivery) giveUp(code string, err error) {
	d.err = err
	close(d.settled)
	d.s.notify()
	if d.onFail != nil {
		d.onFail(code)
	}
}

// encode is json.Marshal of a value that is known to be JSON.
func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("slacktest: %v", err)) // unreachable unless a payload holds no JSON value
	}
	return b
}

// uuid is a random envelope_id.
func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
