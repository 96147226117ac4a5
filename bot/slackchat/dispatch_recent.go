package slackchat

import "time"

const (
	// rememberFor is how long an envelope_id is known after its answer. Slack
	// redelivers within seconds, events after up to 5 minutes.
	rememberFor = 10 * time.Minute
	// Remembered acks are bounded by number and, since one may have 20 KiB, by
	// size.
	rememberAtMost  = 4096
	rememberedBytes = 4 << 20
)

// recentEnvelopes are the deliveries in hand and the answered ones, so that a
// redelivery gets the same ack and no second call of Handle.
type recentEnvelopes struct {
	byID     map[string]*delivery
	answered []*delivery // oldest first
	bytes    int         // of their acks
}

// find returns the delivery of an envelope_id, nil if it is not known (any more).
func (r *recentEnvelopes) find(id string, now time.Time) *delivery {
	r.forget(now)
	return r.byID[id]
}

func (r *recentEnvelopes) add(dl *delivery) {
	if r.byID == nil {
		r.byID = make(map[string]*delivery)
	}
	r.byID[dl.env.ID] = dl
}

// keep remembers the answer of a delivery.
func (r *recentEnvelopes) keep(dl *delivery, now time.Time) {
	dl.answeredAt = now
	r.answered = append(r.answered, dl)
	r.bytes += len(dl.body)
	r.forget(now)
}

func (r *recentEnvelopes) forget(now time.Time) {
	old := 0
	for _, dl := range r.answered {
		fits := len(r.answered)-old <= rememberAtMost && r.bytes <= rememberedBytes
		if fits && now.Sub(dl.answeredAt) < rememberFor {
			break
		}
		delete(r.byID, dl.env.ID)
		r.bytes -= len(dl.body)
		r.answered[old] = nil
		old++
	}
	r.answered = r.answered[old:]
}
