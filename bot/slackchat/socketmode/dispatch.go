package socketmode

import (
	"context"
	"errors"
	"log/slog"
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
	// maxRepeats bounds the redeliveries of one envelope that wait for its answer.
	maxRepeats = 8
)

// errHandleSlow is the cause of the end of a handler's ctx.
var errHandleSlow = errors.New("no answer within the time that slack leaves for recording")

// dispatcher runs Handle for each envelope once and acks each delivery of it.
type dispatcher struct {
	handle func(context.Context, Envelope) any
	tell   func(Envelope, string)
	set    *connSet
	log    *slog.Logger
	events *SocketEvents

	workers sync.WaitGroup
	queue   chan *delivery

	mu       sync.Mutex
	recent   recentEnvelopes
	pending  int // queued, running, or with an ack that no connection has yet
	stopping bool
	drained  bool
	idle     chan struct{} // closed when drained is set
}

// delivery is one envelope on its way through Handle.
type delivery struct {
	env   Envelope
	state deliveryState
	first arrival
	again []arrival // redeliveries that wait for its answer
	timer *time.Timer
}

// arrival is where and when an envelope came.
type arrival struct {
	conn *socketConn
	at   time.Time
}

type deliveryState int

const (
	deliveryQueued deliveryState = iota
	deliveryRunning
	deliveryLate     // acked in place of a Handle that still runs
	deliveryAnswered // acked, and nothing runs
)

func newDispatcher(s *Sockets, set *connSet, log *slog.Logger, events *SocketEvents) *dispatcher {
	return &dispatcher{
		handle: s.Handle, tell: s.Tell, set: set, log: log, events: events,
		queue: make(chan *delivery, maxQueued), idle: make(chan struct{}),
	}
}

// run starts the workers; ctx is the parent of every handler's.
func (d *dispatcher) run(ctx context.Context) {
	for range maxRunning {
		d.workers.Go(func() {
			for dl := range d.queue {
				d.work(ctx, dl)
			}
		})
	}
}

// accept takes an envelope from a connection, in its reader. It never blocks,
// for a reader that waits answers no pings.
func (d *dispatcher) accept(from *socketConn, env Envelope) {
	kind := envelopeKind(env.Type)
	d.events.Received(kind)
	here := arrival{from, env.ReceivedAt}

	d.mu.Lock()
	d.pending++
	if dl, was, known := d.recent.find(env.ID, env.ReceivedAt); known {
		if dl != nil && len(dl.again) < maxRepeats {
			dl.again = append(dl.again, here)
		}
		d.mu.Unlock()
		d.repeat(env.ID, kind, here, dl == nil, was.payload)
		d.finished()
		return
	}
	dl := &delivery{env: env, first: here}
	d.recent.add(dl)
	refusal, text := d.admit(dl, kind)
	if refusal == "" {
		dl.timer = time.AfterFunc(ackWithin-time.Since(env.ReceivedAt), func() { d.late(dl) })
	}
	d.mu.Unlock()

	if refusal != "" {
		d.refuse(dl, refusal, text)
	}
}

// repeat answers a redelivery as the first delivery was answered, if it was: if
// not, it will get the same.
func (d *dispatcher) repeat(id, kind string, here arrival, answered bool, payload []byte) {
	d.events.Redelivered(kind)
	d.log.Info("envelope came again", "envelope_id", LoggedID(id), "type", kind,
		"connection", here.conn.number, "answered", answered)
	if answered {
		d.set.send(here.conn, ackFrame{id: id, kind: kind, outcome: AckRepeated, payload: payload, at: here.at})
	}
}

// admit queues a delivery or says why not. The lock is held.
func (d *dispatcher) admit(dl *delivery, kind string) (refusal AckOutcome, text string) {
	switch {
	case kind == "other":
		return AckUnreadable, ""
	case d.stopping:
		return AckStopping, textStopping
	}
	select {
	case d.queue <- dl:
		return "", ""
	default:
		return AckBusy, TextBusy
	}
}

// late acks in place of a Handle that has not answered, or never began.
func (d *dispatcher) late(dl *delivery) {
	d.mu.Lock()
	queued := dl.state == deliveryQueued
	env := dl.env
	d.mu.Unlock()
	if queued {
		d.refuse(dl, AckBusy, TextBusy)
		return
	}
	if d.answerWithText(dl, env, AckTooSlow, textTooSlow) {
		d.log.Error("handler did not answer in time", d.about(env)...)
	}
}

// refuse answers a delivery that Handle will not see.
func (d *dispatcher) refuse(dl *delivery, outcome AckOutcome, text string) {
	d.mu.Lock()
	env := dl.env
	d.mu.Unlock()
	if d.answerWithText(dl, env, outcome, text) {
		d.log.Warn("envelope not handled", append(d.about(env), "outcome", string(outcome))...)
	}
}

// answerWithText answers with a text for the person, in the ack or else by
// Tell. It reports false if there was an answer already.
func (d *dispatcher) answerWithText(dl *delivery, env Envelope, outcome AckOutcome, text string) bool {
	var ack any
	if text != "" {
		ack = ErrAck(env, text)
	}
	payload, err := ackPayload(env, ack)
	if err != nil { // unreachable unless the envelope_id itself is huge
		payload = nil
	}
	if !d.answer(dl, outcome, payload) {
		return false
	}
	if ack == nil && text != "" && d.tell != nil {
		d.tell(env, text)
	}
	return true
}

// answer acks every delivery of an envelope, once.
func (d *dispatcher) answer(dl *delivery, outcome AckOutcome, payload []byte) bool {
	d.mu.Lock()
	if dl.state >= deliveryLate {
		d.mu.Unlock()
		return false
	}
	if dl.state == deliveryRunning && outcome == AckTooSlow {
		dl.state = deliveryLate // Handle still runs
		d.pending++
	} else {
		dl.state = deliveryAnswered
	}
	if dl.timer != nil {
		dl.timer.Stop()
	}
	again := dl.again
	dl.again = nil
	d.recent.keep(dl.env.ID, payload, time.Now())
	d.mu.Unlock()

	ack := ackFrame{
		id: dl.env.ID, kind: envelopeKind(dl.env.Type), outcome: outcome, payload: payload, at: dl.first.at,
	}
	d.set.send(dl.first.conn, ack)
	ack.outcome = AckRepeated
	for _, at := range again {
		ack.at = at.at
		d.set.send(at.conn, ack)
	}
	d.finished() // only now: drain closes the connections as soon as nothing is pending
	return true
}

// returned notes that Handle came back after the ack was given in its place.
func (d *dispatcher) returned(dl *delivery) {
	d.mu.Lock()
	late := dl.state == deliveryLate
	dl.state = deliveryAnswered
	d.mu.Unlock()
	if late {
		d.finished()
	}
}

// finished notes that an answer is queued, or that a late Handle has returned.
func (d *dispatcher) finished() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pending--
	d.checkIdle()
}

// checkIdle tells drain once nothing is pending. The lock is held.
func (d *dispatcher) checkIdle() {
	if d.stopping && d.pending == 0 && !d.drained {
		d.drained = true
		close(d.idle)
	}
}

// about is what a log line says of an envelope: ids, never what is in it.
func (d *dispatcher) about(env Envelope) []any {
	return []any{"envelope_id", LoggedID(env.ID), "type", envelopeKind(env.Type), "connection", env.Connection}
}
