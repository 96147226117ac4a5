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
		d.answer(dl, env, d.textAnswer(env, outcome, text))
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
		d.answer(dl, env, d.textAnswer(env, AckStopping, d.client.Texts.Stopping))
		return
	case <-waited.C:
		d.answer(dl, env, d.textAnswer(env, AckBusy, d.client.Texts.Busy))
		return
	}
	late := time.AfterFunc(ackWithin-time.Since(env.ReceivedAt), func() {
		d.answer(dl, env, d.textAnswer(env, AckTooSlow, d.client.Texts.TooSlow))
	})
	defer late.Stop()
	d.answer(dl, env, d.invoke(env))
}

// answer is what an envelope is acked with.
type answer struct {
	outcome AckOutcome
	payload []byte
	tell    string // a text that the ack cannot carry
}

// textAnswer is an answer with a text for the person, or with none.
func (d *dispatcher) textAnswer(env Envelope, outcome AckOutcome, text string) answer {
	shown := TextAck(env, d.client.Texts.Title, text)
	if shown == nil || text == "" {
		return answer{outcome: outcome, tell: text}
	}
	payload, _ := ackPayload(env, shown) // bare where the envelope_id itself is huge
	return answer{outcome: outcome, payload: payload}
}

// invoke calls Handle.
func (d *dispatcher) invoke(env Envelope) (a answer) {
	defer func() {
		if v := recover(); v != nil {
			d.client.Events.Panicked()
			d.client.Log.Error("handler panicked", append(d.about(env), "panic", v, "stack", string(debug.Stack()))...)
			a = d.textAnswer(env, AckFailed, d.client.Texts.Internal+LoggedID(env.ID))
		}
	}()
	ctx, cancel := context.WithDeadlineCause(d.ctx, env.ReceivedAt.Add(handleWithin), errHandleSlow)
	defer cancel()
	payload, err := ackPayload(env, d.client.Handle(ctx, env))
	switch {
	case errors.Is(err, errAckTooLong):
		d.client.Log.Error("handler's answer is too long for an ack", d.about(env)...)
		return d.textAnswer(env, AckFailed, d.client.Texts.TooLong)
	case err != nil: // the text may quote the answer
		d.client.Log.Error("handler's answer cannot be marshaled", d.about(env)...)
		return d.textAnswer(env, AckFailed, d.client.Texts.Internal+LoggedID(env.ID))
	}
	return answer{outcome: AckHandled, payload: payload}
}

// answer acks every envelope of a delivery, with the first answer to it.
func (d *dispatcher) answer(dl *delivery, env Envelope, a answer) {
	d.mu.Lock()
	if !dl.answered.IsZero() {
		d.mu.Unlock()
		d.client.Log.Warn("handler's result came after its ack and is dropped", append(d.about(env), "outcome", string(a.outcome), "took", time.Since(env.ReceivedAt))...)
		return
	}
	arrivals := dl.arrivals
	d.recent.answered(dl, a.payload, time.Now())
	d.mu.Unlock()
	if a.outcome != AckHandled {
		d.client.Log.Warn("envelope not handled", append(d.about(env), "outcome", string(a.outcome))...)
	}
	outcome := a.outcome
	for _, at := range arrivals {
		d.client.pool.send(at.conn, ack{id: at.id, kind: envelopeKind(env.Type), outcome: outcome, payload: a.payload, at: at.at})
		outcome = AckRepeated
	}
	if a.tell != "" && d.client.Tell != nil {
		d.client.Tell(env, a.tell)
	}
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
	ctx, cancel := context.WithTimeout(d.ctx, drainWithin)
	defer cancel()
	if until != nil {
		select {
		case <-until:
		case <-ctx.Done():
		}
	}
	select {
	case <-idle:
	case <-ctx.Done():
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
