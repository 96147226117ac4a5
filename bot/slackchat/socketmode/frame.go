package socketmode

import (
	"encoding/json"
	"errors"
)

// The frames that are about the connection itself.
const (
	frameHello      = "hello"
	frameDisconnect = "disconnect"
)

// frame is one text frame from Slack: hello, disconnect or an envelope.
type frame struct {
	Type                   string          `json:"type"`
	Reason                 string          `json:"reason"`          // of a disconnect
	NumConnections         int             `json:"num_connections"` // of a hello
	ConnectionInfo         appInfo         `json:"connection_info"` // of a hello
	DebugInfo              debugInfo       `json:"debug_info"`      // of a hello
	EnvelopeID             string          `json:"envelope_id"`
	Payload                json.RawMessage `json:"payload"`
	AcceptsResponsePayload bool            `json:"accepts_response_payload"`
	RetryAttempt           int             `json:"retry_attempt"`
	RetryReason            string          `json:"retry_reason"`
}

type appInfo struct {
	AppID string `json:"app_id"`
}

type debugInfo struct {
	// Life is about how long Slack lets the connection live, in seconds.
	Life int `json:"approximate_connection_time"`
}

var errUnreadableFrame = errors.New("frame cannot be decoded")

// decodeFrame reads a frame. A field of an unexpected type is left empty rather
// than losing the envelope_id, without which nothing can be acked.
func decodeFrame(data []byte) (f frame, err error) {
	err = json.Unmarshal(data, &f)
	if _, wrongType := errors.AsType[*json.UnmarshalTypeError](err); wrongType {
		err = nil
	}
	if err != nil || f.Type == "" && f.EnvelopeID == "" {
		return frame{}, errUnreadableFrame // json's own text may quote the frame
	}
	return f, nil
}
