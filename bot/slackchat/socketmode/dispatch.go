package socketmode

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"time"
)

const (
	// maxRunning bounds the calls of Handle at once: more than a few wait for
	// the database, and 64 of them wait for something that is down.
	maxRunning = 64
	// maxQueued bounds the envelopes that wait for a call.
	maxQueued = 1024
	// maxQueueWait is how long an envelope may wait: later too little of Slack's
	// 3 s is left to record anything.
	maxQueueWait = time.Second
	// handleWithin is the deadline of Handle, from the arrival of the envelope.
	handleWithin = 2 * time.Second
	// ackWithin is when an error is acked in Handle's place, from the arrival;
	// Slack tells the person that the app did not respond after 3 s.
	ackWithin = 2500 * time.Millisecond
	// drainWithin is how long running handlers are waited for at the stop.
	drainWithin = 3 * time.Second
)

// errHandleSlow is the cause of the end of a handler's ctx.
var errHandleSlow = errors.New("no answer within the time that slack leaves for recording")

// dispatcher runs Handle for each thing that a person did once and acks each envelope
// that brings it.
type dispatcher struct {
	client   *Client
	ctx      context.Context //nolint:containedctx // the parent of every handler's; accept has none to take
	running  chan struct{}   // one for each call of Handle
	stopping chan struct{}   // closed by drain
	handlers sync.WaitGroup

	mu      sync.Mutex
	recent  recentDeliveries
	pending int // queued or running
	stopped bool
}

func (d *dispatcher) start(ctx context.Context, c *Client) {
	d.client, d.ctx = c, ctx
	d.running, d.stopping = make(chan struct{}, maxRunning), make(chan struct{})
}

// accept takes an envelope from a connection, in its reader. It never blocks,
// for a reader that waits answers no pings.
func (d *dispatcher) accept(from *conn, env Envelope) {
	kind := envelopeKind(env.Type)
	d.client.Events.Received(kind)
	here, key := arrival{from, env.ID, env.ReceivedAt}, deliveryKey(env)
	d.mu.Lock()
	if dl := d.recent.find(key, env.ReceivedAt); dl != nil {
		answered, payload := !dl.answered.IsZero(), dl.payload
		if !answered && len(dl.arrivals) < maxArrivals {
			dl.arrivals = append(dl.arrivals, here)
		}
		d.mu.Unlock()
		d.client.Events.Redelivered(kind)
		d.client.Log.Info("envelope came again", append(d.about(env), "answered", answered)...)
		if answered {
			d.client.pool.send(from, ack{id: env.ID, kind: kind, outcome: AckRepeated, payload: payload, at: env.ReceivedAt})
		}
		return
	}
	dl := d.recent.add(key, here)
	outcome, text := AckHandled, ""
	switch {
	case kind == "other":
		outcome = AckUnreadable
	case d.stopped:
		outcome, text = AckStopping, d.client.Texts.Stopping
	case d.pending >= maxRunning+maxQueued:
		outcome, text = AckBusy, d.client.Texts.Busy
	default:
		d.pending++
		d.handlers.Go(func() { d.process(dl, env) })
	}
	d.mu.Unlock()
	if outcome != AckHandled {
		d.refuse(dl, env, outcome, text)
	}
}

// process runs Handle for a delivery when it is its turn.
func (d *dispatcher) process(dl *delivery, env Envelope) {
	defer func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.pending--
	}()
	waited := time.NewTimer(maxQueueWait - time.Since(env.ReceivedAt))
	defer waited.Stop()
	select {
	case d.running <- struct{}{}:
		defer func() { <-d.running }()
	case <-d.stopping:
		d.refuse(dl, env, AckStopping, d.client.Texts.Stopping)
		return
	case <-waited.C:
		d.refuse(dl, env, AckBusy, d.client.Texts.Busy)
		return
	}
	late := time.AfterFunc(ackWithin-time.Since(env.ReceivedAt), func() {
		if d.answerWithText(dl, env, AckTooSlow, d.client.Texts.TooSlow) {
			d.client.Log.Error("handler did not answer in time", d.about(env)...)
		}
	})
	defer late.Stop()
	payload, outcome, text := d.invoke(env)
	var answered bool
	if text != "" {
		answered = d.answerWithText(dl, env, outcome, text)
	} else {
		answered = d.answer(dl, env, outcome, payload)
	}
	if !answered {
		d.client.Log.Warn("handler's result came after its ack and is dropped", append(d.about(env), "took", time.Since(env.ReceivedAt))...)
	}
}

// invoke calls Handle; text, if any, is to be answered in place of payload.
func (d *dispatcher) invoke(env Envelope) (payload []byte, outcome AckOutcome, text string) {
	defer func() {
		if v := recover(); v != nil {
			d.client.Events.Panicked()
			d.client.Log.Error("handler panicked", append(d.about(env), "panic", v, "stack", string(debug.Stack()))...)
			payload, outcome, text = nil, AckFailed, d.client.Texts.Internal+LoggedID(env.ID)
		}
	}()
	ctx, cancel := context.WithDeadlineCause(d.ctx, env.ReceivedAt.Add(handleWithin), errHandleSlow)
	defer cancel()
	payload, err := ackPayload(env, d.client.Handle(ctx, env))
	switch {
	case errors.Is(err, errAckTooLong):
		d.client.Log.Error("handler's answer is too long for an ack", d.about(env)...)
		return nil, AckFailed, d.client.Texts.TooLong
	case err != nil: // the text may quote the answer
		d.client.Log.Error("handler's answer cannot be marshaled", d.about(env)...)
		return nil, AckFailed, d.client.Texts.Internal + LoggedID(env.ID)
	}
	return payload, AckHandled, ""
}

// refuse answers a delivery that Handle will not see.
func (d *dispatcher) refuse(dl *delivery, env Envelope, outcome AckOutcome, text string) {
	if d.answerWithText(dl, env, outcome, text) {
		d.client.Log.Warn("envelope not handled", append(d.about(env), "outcome", string(outcome))...)
	}
}

// answerWithText answers with a text for the person, in the ack or else by
// Tell. It reports false if there was an answer already.
func (d *dispatcher) answerWithText(dl *delivery, env Envelope, outcome AckOutcome, text string) bool {
	var shown any
	if text != "" {
		shown = TextAck(env, d.client.Texts.Title, text)
	}
	payload, err := ackPayload(env, shown)
	if err != nil { // unreachable unless the envelope_id itself is huge
		payload = nil
	}
	if !d.answer(dl, env, outcome, payload) {
		return false
	}
	if shown == nil && text != "" && d.client.Tell != nil {
		d.client.Tell(env, text)
	}
	return true
}

// answer acks every delivery of an envelope, once.
func (d *dispatcher) answer(dl *delivery, env Envelope, outcome AckOutcome, payload []byte) bool {
	d.mu.Lock()
	if !dl.answered.IsZero() {
		d.mu.Unlock()
		return false
	}
	arrivals := dl.arrivals
	d.recent.answered(dl, payload, time.Now())
	d.mu.Unlock()
	for _, at := range arrivals {
		d.client.pool.send(at.conn, ack{id: at.id, kind: envelopeKind(env.Type), outcome: outcome, payload: payload, at: at.at})
		outcome = AckRepeated
	}
	return true
}

// drain stops admitting and waits for until and for what runs. What waits and what
// still comes is answered with Texts.Stopping.
func (d *dispatcher) drain(until <-chan struct{}) {
	d.mu.Lock()
	d.stopped = true
	d.mu.Unlock()
	close(d.stopping)
	idle := make(chan struct{})
	go func() {
		d.handlers.Wait()
		close(idle)
	}()
	timeout := time.After(drainWithin)
	if until != nil {
		select {
		case <-until:
		case <-timeout:
			timeout = time.After(0)
		}
	}
	select {
	case <-idle:
	case <-timeout:
		d.mu.Lock()
		pending := d.pending
		d.mu.Unlock()
		if pending > 0 {
			d.client.Log.Error("handlers still run and are left behind", "running", pending)
		}
	}
}

// about is what a log line says of an envelope: ids, never what is in it.
func (d *dispatcher) about(env Envelope) []any {
	return []any{"envelope_id", LoggedID(env.ID), "type", envelopeKind(env.Type), "connection", env.Connection}
}
