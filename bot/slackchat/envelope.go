package slackchat

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"
)

// The envelope types that reach [Sockets.Handle].
const (
	EnvelopeSlashCommands = "slash_commands"
	EnvelopeInteractive   = "interactive"
	EnvelopeEventsAPI     = "events_api"
)

// Envelope is what Slack wraps around one command, click or event. Everything
// in it is untrusted.
type Envelope struct {
	ID      string // envelope_id; one delivery may come more than once
	Type    string
	Payload json.RawMessage // never log it

	// AcceptsResponsePayload says whether the ack may carry an answer; without
	// it the result of Handle is dropped and the ack is bare.
	AcceptsResponsePayload bool

	RetryAttempt int    // 0 for the first delivery, and for some redeliveries
	RetryReason  string // "timeout", or empty

	ReceivedAt time.Time // when the frame was read; Slack waits 3 s from just before
	Connection int       // number of the connection that brought it, from 1

	command *slack.SlashCommand // once it is decoded
}

// SlashCommand decodes the payload of a slash_commands envelope. The error
// says where the payload is wrong and holds nothing of what it says.
func (e Envelope) SlashCommand() (slack.SlashCommand, error) {
	if e.command != nil {
		return *e.command, nil
	}
	var cmd slack.SlashCommand
	if err := e.decode(EnvelopeSlashCommands, &cmd); err != nil {
		return slack.SlashCommand{}, err
	}
	return cmd, nil
}

// Interaction decodes the payload of an interactive envelope. The error says
// where the payload is wrong and holds nothing of what it says.
func (e Envelope) Interaction() (slack.InteractionCallback, error) {
	var callback slack.InteractionCallback
	if err := e.decode(EnvelopeInteractive, &callback); err != nil {
		return slack.InteractionCallback{}, err
	}
	return callback, nil
}

// decode reads the payload into v if the envelope is of type want.
func (e Envelope) decode(want string, v any) error {
	if e.Type != want {
		return fmt.Errorf("envelope is not of type %s", want)
	}
	if !bytes.HasPrefix(bytes.TrimLeft(e.Payload, " \t\r\n"), []byte("{")) {
		return fmt.Errorf("payload of %s is not an object", want)
	}
	if err := json.Unmarshal(e.Payload, v); err != nil {
		// The error's own text may quote the payload; its place does not.
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return fmt.Errorf("payload of %s has a wrong type at byte %d", want, wrong.Offset)
		}
		return fmt.Errorf("payload of %s cannot be decoded", want)
	}
	return nil
}

// readable reports whether Handle can make sense of the payload. A command is
// kept, so that it is decoded once.
func (e *Envelope) readable() error {
	switch e.Type {
	case EnvelopeSlashCommands:
		cmd, err := e.SlashCommand()
		if err == nil {
			e.command = &cmd
		}
		return err
	case EnvelopeInteractive:
		_, err := e.Interaction()
		return err
	default:
		return nil
	}
}

// envelopeKind is the type of an envelope for metrics: one of a closed set.
func envelopeKind(envelopeType string) string {
	switch envelopeType {
	case EnvelopeSlashCommands, EnvelopeInteractive, EnvelopeEventsAPI:
		return envelopeType
	default:
		return "other"
	}
}

// The frames that are about the connection itself.
const (
	frameHello      = "hello"
	frameDisconnect = "disconnect"
)

// socketFrame is one text frame from Slack: hello, disconnect or an envelope.
type socketFrame struct {
	Type                   string          `json:"type"`
	Reason                 string          `json:"reason"`          // of a disconnect
	NumConnections         int             `json:"num_connections"` // of a hello
	ConnectionInfo         socketAppInfo   `json:"connection_info"` // of a hello
	EnvelopeID             string          `json:"envelope_id"`
	Payload                json.RawMessage `json:"payload"`
	AcceptsResponsePayload bool            `json:"accepts_response_payload"`
	RetryAttempt           int             `json:"retry_attempt"`
	RetryReason            string          `json:"retry_reason"`
}

type socketAppInfo struct {
	AppID string `json:"app_id"`
}

var errUnreadableFrame = errors.New("frame cannot be decoded")

// decodeSocketFrame reads a frame. A field of an unexpected type is left empty
// rather than losing the envelope_id, without which nothing can be acked.
func decodeSocketFrame(data []byte) (socketFrame, error) {
	var frame socketFrame
	err := json.Unmarshal(data, &frame)
	if _, wrongType := errors.AsType[*json.UnmarshalTypeError](err); err != nil && !wrongType {
		return socketFrame{}, errUnreadableFrame // json's text may quote the frame
	}
	if frame.Type == "" && frame.EnvelopeID == "" {
		return socketFrame{}, errUnreadableFrame
	}
	return frame, nil
}

// maxLoggedID bounds what a log line repeats of an id that Slack sent.
const maxLoggedID = 64 // bytes; an envelope_id has 36

func loggedID(id string) string {
	if len(id) > maxLoggedID {
		return id[:maxLoggedID]
	}
	return id
}
