package socketmode

import "time"

// Events are told what happens to connections and acks, for metrics. Each may be
// nil, must not block, and is called from several goroutines. All strings come from
// closed sets.
type Events struct {
	Connected    func()                                   // a hello came
	Disconnected func(reason string, lived time.Duration) // a connection is gone, hello or not
	OpenFailed   func(reason string)

	Received    func(kind string) // an envelope; kind is its type, or "other"
	Redelivered func(kind string) // an envelope_id that came before

	// Acked is called when an ack was written, took after its envelope came.
	Acked     func(kind string, outcome AckOutcome, took time.Duration)
	AckResent func() // moved to another connection, its own being gone
	AckLost   func() // not written within Slack's 3 s
	Panicked  func() // a handler panicked
}

// AckOutcome says what an ack stands for.
type AckOutcome string

// What an ack may stand for.
const (
	AckHandled    AckOutcome = "handled"
	AckRepeated   AckOutcome = "repeated"   // the same answer to a redelivery
	AckBusy       AckOutcome = "busy"       // not handled: too many at once
	AckStopping   AckOutcome = "stopping"   // not handled: Run is ending
	AckTooSlow    AckOutcome = "too_slow"   // handled, but no answer within 2.5 s
	AckFailed     AckOutcome = "failed"     // a panic, or an answer Slack would not take
	AckUnreadable AckOutcome = "unreadable" // an unknown type
)

// fill puts a function that does nothing where there is none.
func (e *Events) fill() {
	for _, f := range []*func(){&e.Connected, &e.AckResent, &e.AckLost, &e.Panicked} {
		if *f == nil {
			*f = func() {}
		}
	}
	for _, f := range []*func(string){&e.OpenFailed, &e.Received, &e.Redelivered} {
		if *f == nil {
			*f = func(string) {}
		}
	}
	if e.Disconnected == nil {
		e.Disconnected = func(string, time.Duration) {}
	}
	if e.Acked == nil {
		e.Acked = func(string, AckOutcome, time.Duration) {}
	}
}
