package socketmode

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
					delete(inHand, id)
					recent.keep(dl.env.ID, make([]byte, size), now)
					last = id
				}
			},
			"wait": func(t *rapid.T) {
				last = ""
				now = now.Add(time.Duration(rapid.IntRange(0, 1200).Draw(t, "seconds")) * time.Second)
			},
			"": func(t *rapid.T) {
				if last != "" {
					if dl, was, known := recent.find(last, now); !known || dl != nil || was.payload == nil {
						t.Fatalf("the answer of %s is forgotten already", last)
					}
				}
				for id, dl := range inHand {
					if found, _, _ := recent.find(id, now); found != dl {
						t.Fatalf("%s is in hand and forgotten", id)
					}
				}
				recent.forget(now)
				bytes := 0
				for id, was := range recent.answered {
					if !was.shared {
						bytes += len(was.payload)
					}
					if now.Sub(was.at) >= rememberFor {
						t.Fatalf("%s is remembered for %v", id, now.Sub(was.at))
					}
				}
				if len(recent.answered) > rememberAtMost || bytes > rememberedBytes || bytes != recent.bytes {
					t.Fatalf("%d answers of %d bytes, counted as %d", len(recent.answered), bytes, recent.bytes)
				}
				if len(recent.order) != len(recent.answered) || len(recent.inHand) != len(inHand) {
					t.Fatalf("%d and %d known, want %d and %d", len(recent.order), len(recent.inHand), len(recent.answered), len(inHand))
				}
			},
		})
	})
}

// What a crowd is told takes room once, for as long as anybody of it is known.
func TestEqualAnswersAreKeptOnce(t *testing.T) {
	t.Parallel()
	var recent recentEnvelopes
	now := time.Unix(0, 0)
	for n := range 1000 {
		recent.keep(strconv.Itoa(n), []byte("no "+strconv.Itoa(n%3)), now)
	}
	if recent.bytes != 3*len("no 0") {
		t.Errorf("three answers take %d bytes", recent.bytes)
	}
	for n := range 1000 {
		if _, was, known := recent.find(strconv.Itoa(n), now); !known || string(was.payload) != "no "+strconv.Itoa(n%3) {
			t.Fatalf("%d was answered %q, %t", n, was.payload, known)
		}
	}
	recent.forget(now.Add(rememberFor))
	if recent.bytes != 0 || len(recent.answered) != 0 {
		t.Errorf("%d bytes of %d answers are left", recent.bytes, len(recent.answered))
	}
}
