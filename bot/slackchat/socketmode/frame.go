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

// frame is one text frame from Slack: an envelope, a hello or a disconnect.
type frame struct {
	Envelope

	Reason         string `json:"reason"` // of a disconnect
	NumConnections int    `json:"num_connections"`
	ConnectionInfo struct {
		AppID string `json:"app_id"`
	} `json:"connection_info"`
	DebugInfo struct {
		// Life is about how long Slack lets the connection live, in seconds.
		Life int `json:"approximate_connection_time"`
	} `json:"debug_info"`
}

var errUnreadableFrame = errors.New("frame cannot be decoded")

// decodeFrame reads a frame. A field of an unexpected type is left empty rather
// than losing the envelope_id, without which nothing can be acked.
func decodeFrame(data []byte) (f frame, err error) {
	err = json.Unmarshal(data, &f)
	if _, wrongType := errors.AsType[*json.UnmarshalTypeError](err); wrongType {
		err = nil
	}
	if err != nil || f.Type == "" && f.ID == "" {
		return frame{}, errUnreadableFrame // json's own text may quote the frame
	}
	return f, nil
}
