package slackchat

import (
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// What is remembered stays within its bounds, what is in hand is never
// forgotten, and a fresh answer is known.
func TestRecentEnvelopesAreBounded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var recent recentEnvelopes
		now := time.Unix(0, 0)
		inHand := map[string]*delivery{}
		last := ""
		n := 0
		t.Repeat(map[string]func(*rapid.T){
			"arrive": func(t *rapid.T) {
				for range rapid.IntRange(1, 1000).Draw(t, "arrivals") {
					dl := &delivery{env: Envelope{ID: strconv.Itoa(n)}}
					n++
					recent.add(dl)
					inHand[dl.env.ID] = dl
				}
			},
			"answer": func(t *rapid.T) {
				size := rapid.IntRange(10, maxAckBytes).Draw(t, "bytes")
				for id, dl := range inHand {
					dl.body = make([]byte, size)
					delete(inHand, id)
					recent.keep(dl, now)
					last = id
				}
			},
			"wait": func(t *rapid.T) {
				last = ""
				now = now.Add(time.Duration(rapid.IntRange(0, 1200).Draw(t, "seconds")) * time.Second)
			},
			"": func(t *rapid.T) {
				if last != "" && recent.find(last, now) == nil {
					t.Fatalf("the answer of %s is forgotten already", last)
				}
				for id, dl := range inHand {
					if recent.find(id, now) != dl {
						t.Fatalf("%s is in hand and forgotten", id)
					}
				}
				recent.forget(now)
				bytes := 0
				for _, dl := range recent.answered {
					bytes += len(dl.body)
					if now.Sub(dl.answeredAt) >= rememberFor {
						t.Fatalf("%s is remembered for %v", dl.env.ID, now.Sub(dl.answeredAt))
					}
				}
				if len(recent.answered) > rememberAtMost || bytes > rememberedBytes || bytes != recent.bytes {
					t.Fatalf("%d answers of %d bytes, counted as %d", len(recent.answered), bytes, recent.bytes)
				}
				if known := len(recent.answered) + len(inHand); known != len(recent.byID) {
					t.Fatalf("%d known by id, want %d", len(recent.byID), known)
				}
			},
		})
	})
}
