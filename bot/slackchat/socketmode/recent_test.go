package socketmode

import (
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// What is remembered stays within its bounds, what is in hand is never
// forgotten, and a fresh answer is known.
func TestRecentDeliveriesAreBounded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var recent recentDeliveries
		payload := make([]byte, maxAckBytes)
		now := time.Unix(0, 0)
		inHand := map[string]*delivery{}
		last := ""
		n := 0
		t.Repeat(map[string]func(*rapid.T){
			"arrive": func(t *rapid.T) {
				for range rapid.IntRange(1, 1000).Draw(t, "arrivals") {
					dl := recent.add(strconv.Itoa(n), arrival{})
					n++
					inHand[dl.key] = dl
				}
			},
			"answer": func(t *rapid.T) {
				size := rapid.IntRange(10, maxAckBytes).Draw(t, "bytes")
				for id, dl := range inHand {
					delete(inHand, id)
					recent.answered(dl, payload[:size], now)
					last = id
				}
			},
			"wait": func(t *rapid.T) {
				last = ""
				now = now.Add(time.Duration(rapid.IntRange(0, 1200).Draw(t, "seconds")) * time.Second)
			},
			"": func(t *rapid.T) {
				if last != "" {
					if dl := recent.find(last, now); dl == nil || dl.payload == nil || dl.answered.IsZero() {
						t.Fatalf("the answer of %s is forgotten already", last)
					}
				}
				for id, dl := range inHand {
					if recent.find(id, now) != dl || !dl.answered.IsZero() {
						t.Fatalf("%s is in hand and forgotten", id)
					}
				}
				recent.forget(now)
				bytes := 0
				for _, dl := range recent.order {
					bytes += len(dl.payload)
					if age := now.Sub(dl.answered); age >= rememberFor {
						t.Fatalf("%s is remembered for %v", dl.key, age)
					}
				}
				if len(recent.order) > rememberAtMost || bytes > rememberedBytes || bytes != recent.bytes {
					t.Fatalf("%d answers of %d bytes, counted as %d", len(recent.order), bytes, recent.bytes)
				}
				if len(recent.known) != len(recent.order)+len(inHand) {
					t.Fatalf("%d known, want %d and %d", len(recent.known), len(recent.order), len(inHand))
				}
			},
		})
	})
}
