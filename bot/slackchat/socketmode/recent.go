package socketmode

import "time"

const (
	// rememberFor is how long an envelope_id is known after its answer. Slack
	// redelivers within seconds, events after up to 5 minutes.
	rememberFor = 10 * time.Minute
	// Remembered acks are bounded by number and, since one may have 20 KiB, by
	// size.
	rememberAtMost  = 4096
	rememberedBytes = 2 << 20
	// maxArrivals bounds the deliveries of one envelope that wait for its answer.
	maxArrivals = 8
)

// recentEnvelopes are the deliveries in hand and the answered ones, by envelope_id,
// so that a redelivery gets the same ack and no second call of Handle.
type recentEnvelopes struct {
	known map[string]*delivery
	order []*delivery // answered, oldest first
	bytes int         // of their acks
}

// delivery is what is known of one envelope.
type delivery struct {
	id       string
	arrivals []arrival // that wait for its ack
	answered time.Time // zero until then
	payload  []byte    // of its ack
}

// arrival is where and when an envelope came.
type arrival struct {
	conn *conn
	at   time.Time
}

// find returns what is known of an envelope_id, nil for nothing (any more).
func (r *recentEnvelopes) find(id string, now time.Time) *delivery {
	r.forget(now)
	return r.known[id]
}

// add remembers an envelope, without bounds until it is answered.
func (r *recentEnvelopes) add(id string, at arrival) *delivery {
	if r.known == nil {
		r.known = map[string]*delivery{}
	}
	dl := &delivery{id: id, arrivals: []arrival{at}}
	r.known[id] = dl
	return dl
}

// answered remembers the answer to an envelope.
func (r *recentEnvelopes) answered(dl *delivery, payload []byte, now time.Time) {
	dl.answered, dl.payload, dl.arrivals = now, payload, nil
	r.order = append(r.order, dl)
	r.bytes += len(payload)
	r.forget(now)
}

func (r *recentEnvelopes) forget(now time.Time) {
	for len(r.order) > 0 {
		oldest := r.order[0]
		if len(r.order) <= rememberAtMost && r.bytes <= rememberedBytes && now.Sub(oldest.answered) < rememberFor {
			return
		}
		delete(r.known, oldest.id)
		r.bytes -= len(oldest.payload)
		r.order[0] = nil
		r.order = r.order[1:]
	}
}
