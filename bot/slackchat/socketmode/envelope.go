package socketmode

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"
)

// The envelope types that reach [Client.Handle].
const (
	EnvelopeSlashCommands = "slash_commands"
	EnvelopeInteractive   = "interactive"
	EnvelopeEventsAPI     = "events_api"
)

// Envelope is what Slack wraps around one command, click or event. Everything
// in it is untrusted.
type Envelope struct {
	ID      string          `json:"envelope_id"` // one delivery may come more than once
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload"` // never log it

	// AcceptsResponsePayload says whether the ack may carry an answer; without
	// it the result of Handle is dropped and the ack is bare.
	AcceptsResponsePayload bool `json:"accepts_response_payload"`

	RetryAttempt int    `json:"retry_attempt"` // 0 for the first delivery, and for some redeliveries
	RetryReason  string `json:"retry_reason"`  // "timeout", or empty

	ReceivedAt time.Time `json:"-"` // when the frame was read; Slack waits 3 s from just before
	Connection int       `json:"-"` // number of the connection that brought it, from 1
}

// SlashCommand decodes the payload of a slash_commands envelope. The error
// says where the payload is wrong and holds nothing of what it says.
func (e Envelope) SlashCommand() (slack.SlashCommand, error) {
	return decodePayload[slack.SlashCommand](e, EnvelopeSlashCommands)
}

// Interaction decodes the payload of an interactive envelope. The error says
// where the payload is wrong and holds nothing of what it says.
func (e Envelope) Interaction() (slack.InteractionCallback, error) {
	return decodePayload[slack.InteractionCallback](e, EnvelopeInteractive)
}

// decodePayload decodes the payload of an envelope of a kind.
func decodePayload[T any](e Envelope, kind string) (decoded T, err error) {
	var none T
	switch {
	case e.Type != kind:
		return none, fmt.Errorf("envelope is not of type %s", kind)
	case !bytes.HasPrefix(bytes.TrimLeft(e.Payload, " \t\r\n"), []byte("{")):
		return none, fmt.Errorf("payload of %s is not an object", kind)
	}
	if err := json.Unmarshal(e.Payload, &decoded); err != nil {
		// The error's own text may quote the payload; its place does not.
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return none, fmt.Errorf("payload of %s has a wrong type at byte %d", kind, wrong.Offset)
		}
		return none, fmt.Errorf("payload of %s cannot be decoded", kind)
	}
	return decoded, nil
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

// maxLoggedID bounds what a log line repeats of an id that Slack sent.
const maxLoggedID = 64 // bytes; an envelope_id has 36

// LoggedID is as much of an id from Slack as a log line repeats.
func LoggedID(id string) string {
	if len(id) > maxLoggedID {
		return id[:maxLoggedID]
	}
	return id
}
