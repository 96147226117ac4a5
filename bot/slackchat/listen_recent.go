package slackchat

import (
	"sync"
	"time"
)

// maxDeliveryID is how long a trigger_id may be that tells deliveries apart;
// Slack's have some 40 characters.
const maxDeliveryID = 255

const (
	// rememberFor is how long a press is known by its trigger_id.
	rememberFor    = 10 * time.Minute
	rememberAtMost = 4096
)

func deliveryID(trigger string) string {
	if len(trigger) > maxDeliveryID {
		return ""
	}
	return trigger
}

// recentPresses tells a press that is delivered again, with another
// envelope_id, from a new one: a refused press is not refused twice. That an
// accepted one counts once is for the database to see to.
type recentPresses struct {
	mu    sync.Mutex
	known map[string]time.Time
}

// again reports whether a delivery came within the last 10 minutes.
func (r *recentPresses) seen(id string, now time.Time) bool {
	if id == "" {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if at, ok := r.known[id]; ok && now.Sub(at) < rememberFor {
		return true
	}
	if len(r.known) >= rememberAtMost {
		for other, at := range r.known {
			if now.Sub(at) >= rememberFor {
				delete(r.known, other)
			}
		}
	}
	if r.known == nil || len(r.known) >= rememberAtMost {
		r.known = map[string]time.Time{}
	}
	r.known[id] = now
	return false
}
