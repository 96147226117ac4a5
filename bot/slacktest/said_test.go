package slacktest

import (
	"bytes"
	"testing"
)

// Whatever was said before, a frame means what it means alone.
func FuzzSaid(f *testing.F) {
	const one, other = "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f", "ffffffff-0a1b-0a1b-0a1b-0a1b2c3d4e5f"
	frame := func(id string) string { return `{"envelope_id":"` + id + `","payload":{"text":"a"}}` }
	f.Add(frame(one), frame(other))
	f.Add(frame(one), frame(one))
	f.Add(frame(one), frame(`0a1b2c3d","payload":{"text":"b"},"a":`))
	f.Add(frame(one), frame(`0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3\u0061`))
	f.Add(frame(one), frame(other)+" ")
	f.Add(`{"payload":"`+one+`","envelope_id":"`+one+`"}`, `{"payload":"`+other+`","envelope_id":"`+one+`"}`)
	f.Add(`{"envelope_id":"`+one+`"}`, `{"envelope_id":"`+other+`"}`)
	f.Fuzz(func(t *testing.T, before, now string) {
		var s said
		s.decode([]byte(before))
		frame := []byte(now)
		id, payload := s.decode(frame)
		clear(frame) // it is the caller's
		wantID, wantPayload := decodeAck([]byte(now))
		if id != wantID || !bytes.Equal(payload, wantPayload) {
			t.Errorf("after %q, %q means %q %q, want %q %q", before, now, id, payload, wantID, wantPayload)
		}
	})
}
