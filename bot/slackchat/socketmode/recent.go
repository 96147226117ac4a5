package socketmode

import (
	"encoding/json"
	"time"
)

const (
	// rememberFor is how long a delivery is known after its answer. Slack
	// redelivers within seconds, events after up to 5 minutes.
	rememberFor = 10 * time.Minute
	// Remembered acks are bounded by number and, since one may have 20 KiB, by
	// size.
	rememberAtMost  = 4096
	rememberedBytes = 2 << 20
	// maxArrivals bounds the envelopes of one delivery that wait for its answer.
	maxArrivals = 8
	// maxTriggerID bounds a trigger_id; Slack's have some 40 characters.
	maxTriggerID = 255
)

// deliveryKey names what is delivered: a command or an interaction by its trigger_id,
// since Slack may deliver it again with another envelope_id, and anything else by its
// envelope_id.
func deliveryKey(env Envelope) string {
	var did struct {
		TriggerID string `json:"trigger_id"`
	}
	if env.Type == EnvelopeSlashCommands || env.Type == EnvelopeInteractive {
		if err := json.Unmarshal(env.Payload, &did); err == nil && did.TriggerID != "" && len(did.TriggerID) <= maxTriggerID {
			return "trigger " + did.TriggerID
		}
	}
	return "envelope " + env.ID
}

// recentDeliveries are the deliveries in hand and the answered ones, so that a
// redelivery gets the same ack and no second call of Handle.
type recentDeliveries struct {
	known map[string]*delivery
	order []*delivery // answered, oldest first
	bytes int         // of their acks
}

// delivery is a command, an interaction or an event, however many envelopes bring it.
type delivery struct {
	key      string
	arrivals []arrival // that wait for its ack
	answered time.Time // zero until then
	payload  []byte    // of its ack
}

// arrival is where and when an envelope came.
type arrival struct {
	conn *conn
	id   string // envelope_id
	at   time.Time
}

// find returns a delivery that is known, or nil.
func (r *recentDeliveries) find(key string, now time.Time) *delivery {
	r.forget(now)
	return r.known[key]
}

// add remembers a delivery, without bounds until it is answered.
func (r *recentDeliveries) add(key string, at arrival) *delivery {
	if r.known == nil {
		r.known = map[string]*delivery{}
	}
	dl := &delivery{key: key, arrivals: []arrival{at}}
	r.known[key] = dl
	return dl
}

// answered remembers the answer to a delivery.
func (r *recentDeliveries) answered(dl *delivery, payload []byte, now time.Time) {
	dl.answered, dl.payload, dl.arrivals = now, payload, nil
	r.order = append(r.order, dl)
	r.bytes += len(payload)
	r.forget(now)
}

func (r *recentDeliveries) forget(now time.Time) {
	for len(r.order) > 0 {
		oldest := r.order[0]
		if len(r.order) <= rememberAtMost && r.bytes <= rememberedBytes && now.Sub(oldest.answered) < rememberFor {
			return
		}
		delete(r.known, oldest.key)
		r.bytes -= len(oldest.payload)
		r.order[0] = nil
		r.order = r.order[1:]
	}
}
