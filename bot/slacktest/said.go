package slacktest

import (
	"bytes"
	"encoding/json"
	"strings"
)

// uuidLength is the length of an envelope_id.
const uuidLength = 36

// said is the last ack of a connection. An app says some things again and again, to
// another envelope each time: what differs in nothing else is read once, and kept once.
type said struct {
	before, after []byte // the envelope_id; nil: nothing was said
	payload       json.RawMessage
}

// decode is decodeAck of a frame that is its caller's again afterwards.
func (s *said) decode(frame []byte) (id string, payload json.RawMessage) {
	if id := s.again(frame); id != "" {
		return id, s.payload
	}
	id, payload = decodeAck(bytes.Clone(frame))
	if len(id) == uuidLength && bytes.Count(frame, []byte(id)) == 1 {
		before, after, _ := bytes.Cut(frame, []byte(id))
		*s = said{bytes.Clone(before), bytes.Clone(after), payload}
	}
	return id, payload
}

// again is the envelope_id of a frame that says what the last one said, else empty.
func (s *said) again(frame []byte) string {
	if s.before == nil || len(frame) != len(s.before)+uuidLength+len(s.after) ||
		!bytes.HasPrefix(frame, s.before) || !bytes.HasSuffix(frame, s.after) {
		return ""
	}
	id := string(frame[len(s.before) : len(s.before)+uuidLength])
	if strings.Trim(id, "0123456789abcdef-") != "" {
		return "" // quotes and escapes would make it another frame
	}
	return id
}
