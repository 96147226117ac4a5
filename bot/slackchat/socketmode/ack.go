package socketmode

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"
)

// maxAckBytes is the size from which Slack drops an ack without a word.
// https://github.com/slack-go/slack/issues/1196
const maxAckBytes = 20_480

var errAckTooLong = errors.New("ack is too long for Slack")

// Texts are what people are told when Handle has no answer for them; an empty one
// makes a bare ack.
type Texts struct {
	Title    string // of the modal that shows one of the others
	Stopping string // not handled: Run is ending
	Busy     string // not handled: too many at once
	TooSlow  string // Handle runs on, and may have recorded it or not
	Internal string // Handle panicked; the envelope_id follows
	TooLong  string // handled, and the answer is too long for Slack
}

// ack is an ack on its way to Slack.
type ack struct {
	id      string // envelope_id
	kind    string
	outcome AckOutcome
	payload []byte    // JSON; nil makes a bare ack
	at      time.Time // when its envelope came
}

// ackPayload is the JSON of an ack's payload; nil, or an envelope that accepts
// no payload, makes a bare ack.
func ackPayload(env Envelope, payload any) ([]byte, error) {
	if !env.AcceptsResponsePayload || payload == nil {
		return nil, nil
	}
	made, err := json.Marshal(payload)
	if err != nil {
		return nil, fmt.Errorf("marshal ack: %w", err)
	}
	if len(ackBody(env.ID, made)) >= maxAckBytes {
		return nil, errAckTooLong
	}
	return made, nil
}

// ackBody is the frame that acks an envelope, with or without a payload of JSON. It is
// joined by hand: json.Marshal would read the payload through twice more.
func ackBody(id string, payload []byte) []byte {
	quoted, _ := json.Marshal(id) // a string always encodes
	body := append([]byte(`{"envelope_id":`), quoted...)
	if payload != nil {
		body = append(append(body, `,"payload":`...), payload...)
	}
	return append(body, '}')
}

// TextAck is an ack's payload that shows text to the person who sent env: an
// ephemeral answer to a command, a modal with title in the place of a submitted one.
// It is nil where Slack shows nothing from an ack, as for a button.
func TextAck(env Envelope, title, text string) any {
	if !env.AcceptsResponsePayload {
		return nil
	}
	switch env.Type {
	case EnvelopeSlashCommands:
		return map[string]string{"response_type": slack.ResponseTypeEphemeral, "text": text}
	case EnvelopeInteractive:
		var callback struct {
			Type slack.InteractionType `json:"type"`
		}
		if json.Unmarshal(env.Payload, &callback) == nil && callback.Type == slack.InteractionTypeViewSubmission {
			return modalAck(title, text) // a bare ack would close the modal as if all were well
		}
	}
	return nil
}

func modalAck(title, text string) *slack.ViewSubmissionResponse {
	plain := func(s string) *slack.TextBlockObject {
		return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
	}
	return slack.NewUpdateViewSubmissionResponse(&slack.ModalViewRequest{
		Type: slack.VTModal, Title: plain(title), Close: plain("Close"),
		Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewSectionBlock(plain(text), nil, nil)}},
	})
}
