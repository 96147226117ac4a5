package socketmode

import (
	"bytes"
	"time"
)

const (
	// rememberFor is how long an envelope_id is known after its answer. Slack
	// redelivers within seconds, events after up to 5 minutes.
	rememberFor = 10 * time.Minute
	// Remembered acks are bounded by number and, since one may have 20 KiB, by
	// size.
	rememberAtMost  = 4096
	rememberedBytes = 2 << 20
)

// recentEnvelopes are the deliveries in hand and the answered ones, so that a
// redelivery gets the same ack and no second call of Handle.
type recentEnvelopes struct {
	inHand   map[string]*delivery
	answered map[string]ackedEnvelope
	order    []string // of answered, oldest first
	bytes    int      // of their acks

	said [4][]byte // acks that differ, some of the last: a crowd is told the same again and again
	turn int       // the oldest of said
}

// ackedEnvelope is what is remembered of an envelope.
type ackedEnvelope struct {
	payload []byte // of its ack
	shared  bool   // with others, so that it takes no room of its own
	at      time.Time
}

// find returns the delivery of an envelope_id, or what it was answered; neither
// if it is not known (any more).
func (r *recentEnvelopes) find(id string, now time.Time) (dl *delivery, was ackedEnvelope, known bool) {
	r.forget(now)
	if dl = r.inHand[id]; dl != nil {
		return dl, ackedEnvelope{}, true
	}
	was, known = r.answered[id]
	return nil, was, known
}

func (r *recentEnvelopes) add(dl *delivery) {
	if r.inHand == nil {
		r.inHand = map[string]*delivery{}
	}
	r.inHand[dl.env.ID] = dl
}

// keep remembers the answer to an envelope, which is in hand no longer.
func (r *recentEnvelopes) keep(id string, payload []byte, now time.Time) {
	if r.answered == nil {
		r.answered = map[string]ackedEnvelope{}
	}
	delete(r.inHand, id)
	if _, twice := r.answered[id]; twice {
		return // two connections brought it at the same moment
	}
	payload, shared := r.same(payload)
	r.answered[id] = ackedEnvelope{payload, shared, now}
	r.order = append(r.order, id)
	if !shared {
		r.bytes += len(payload)
	}
	r.forget(now)
}

// same finds an equal payload that is kept already.
func (r *recentEnvelopes) same(payload []byte) (kept []byte, found bool) {
	for _, said := range r.said {
		if said != nil && bytes.Equal(said, payload) {
			return said, true
		}
	}
	r.said[r.turn] = payload
	r.turn = (r.turn + 1) % len(r.said)
	return payload, false
}

func (r *recentEnvelopes) forget(now time.Time) {
	old := 0
	for _, id := range r.order {
		was := r.answered[id]
		fits := len(r.order)-old <= rememberAtMost && r.bytes <= rememberedBytes
		if fits && now.Sub(was.at) < rememberFor {
			break
		}
		delete(r.answered, id)
		if !was.shared {
			r.bytes -= len(was.payload)
		}
		r.order[old] = ""
		old++
	}
	r.order = r.order[old:]
}
