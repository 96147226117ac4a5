package slackchat

import (
	"sync"
	"time"
)

// maxDeliveryID bounds a trigger_id; Slack's have some 40 characters.
const maxDeliveryID = 255

const (
	// rememberFor is how long the trigger_id of a press is remembered.
	rememberFor    = 10 * time.Minute
	rememberAtMost = 4096
)

func deliveryID(trigger string) string {
	if len(trigger) > maxDeliveryID {
		return ""
	}
	return trigger
}

// recentPresses recognises a press that Slack delivers again with another envelope_id, so
// that it is not refused twice. The database counts an accepted press once.
type recentPresses struct {
	mu    sync.Mutex
	known map[string]time.Time
}

// seen records a delivery and reports whether it came within the last 10 minutes.
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
