package socketmode

import (
	"context"
	"errors"
	"runtime/debug"
	"time"
)

// work runs Handle for a delivery that is still worth it.
func (d *dispatcher) work(ctx context.Context, dl *delivery) {
	d.mu.Lock()
	if dl.state != deliveryQueued {
		d.mu.Unlock()
		return
	}
	stopping := d.stopping
	if stopping || time.Since(dl.env.ReceivedAt) > maxQueueWait {
		d.mu.Unlock()
		if stopping {
			d.refuse(dl, AckStopping, textStopping)
		} else {
			d.refuse(dl, AckBusy, TextBusy)
		}
		return
	}
	dl.state = deliveryRunning
	env := dl.env
	d.mu.Unlock()

	payload, outcome, text := d.invoke(ctx, env)
	var inTime bool
	if text != "" {
		inTime = d.answerWithText(dl, env, outcome, text)
	} else {
		inTime = d.answer(dl, outcome, payload)
	}
	if inTime {
		return
	}
	d.returned(dl)
	d.log.WarnContext(ctx, "handler's result came after its ack and is dropped",
		append(d.about(env), "took", time.Since(env.ReceivedAt))...)
}

// invoke calls Handle; text, if any, is to be answered in place of payload.
func (d *dispatcher) invoke(ctx context.Context, env Envelope) (payload []byte, outcome AckOutcome, text string) {
	defer func() {
		if v := recover(); v != nil {
			d.events.Panicked()
			d.log.ErrorContext(ctx, "handler panicked",
				append(d.about(env), "panic", v, "stack", string(debug.Stack()))...)
			payload, outcome, text = nil, AckFailed, textInternal+LoggedID(env.ID)
		}
	}()
	if err := env.readable(); err != nil {
		d.log.ErrorContext(ctx, "envelope cannot be decoded", append(d.about(env), "err", err)...)
		return nil, AckUnreadable, TextUnreadable + LoggedID(env.ID)
	}
	ctx, cancel := context.WithDeadlineCause(ctx, env.ReceivedAt.Add(handleWithin), errHandleSlow)
	defer cancel()
	payload, err := ackPayload(env, d.handle(ctx, env))
	switch {
	case errors.Is(err, errAckTooLong):
		d.log.ErrorContext(ctx, "handler's answer is too long for an ack", d.about(env)...)
		return nil, AckFailed, textTooLong
	case err != nil: // the text may quote the answer
		d.log.ErrorContext(ctx, "handler's answer cannot be marshaled", d.about(env)...)
		return nil, AckFailed, textInternal + LoggedID(env.ID)
	}
	return payload, AckHandled, ""
}

// drain stops admitting, answers what waits and what still comes, and waits for
// what runs and for until.
func (d *dispatcher) drain(within time.Duration, until <-chan struct{}) {
	d.mu.Lock()
	d.stopping = true
	d.checkIdle()
	d.mu.Unlock()
	for queued := true; queued; {
		select {
		case dl := <-d.queue:
			d.refuse(dl, AckStopping, textStopping)
		default:
			queued = false
		}
	}
	timeout := time.NewTimer(within)
	defer timeout.Stop()
	select {
	case <-until:
	case <-timeout.C:
		timeout.Reset(0)
	}
	select {
	case <-d.idle:
	case <-timeout.C:
		d.mu.Lock()
		running := d.pending
		d.mu.Unlock()
		if running == 0 {
			return
		}
		d.log.Error("handlers still run and are left behind", "running", running)
	}
}

// stop ends the workers, except those whose Handle does not return.
func (d *dispatcher) stop() {
	close(d.queue) // nothing is queued once stopping is set
	done := make(chan struct{})
	go func() {
		d.workers.Wait()
		close(done)
	}()
	timeout := time.NewTimer(stopWithin)
	defer timeout.Stop()
	select {
	case <-done:
	case <-timeout.C: // said in drain
	}
}

// stopWithin is how long returning workers are waited for at the very end.
const stopWithin = 200 * time.Millisecond
