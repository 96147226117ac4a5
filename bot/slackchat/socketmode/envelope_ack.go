package socketmode

import (
	"encoding/json"
	"errors"
	"fmt"
)

// maxAckBytes is the size from which Slack drops an ack without a word.
// https://github.com/slack-go/slack/issues/1196
const maxAckBytes = 20_480

// What people are told when Handle has no answer for them. Each says whether
// anything was done and what to do now.
const (
	textStopping   = "The bot is stopping; nothing was done. Try again in a moment."
	TextBusy       = "The bot is busy; nothing was done. Try again in a moment."
	textTooSlow    = "This took too long, and it is not certain that it was recorded. See `/restore status` before you try again."
	textInternal   = "Internal error; nothing was started. See `/restore status`, then try again. For whoever runs the bot: envelope "
	TextUnreadable = "The bot could not read this from Slack; nothing was done. For whoever runs the bot: envelope "
	textTooLong    = "The answer is too long for Slack to show here. See `/restore status` for what was done."
)

var errAckTooLong = errors.New("ack is too long for Slack")

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

// ackBody is the frame that acks an envelope, with or without a payload of JSON.
func ackBody(id string, payload []byte) []byte {
	quoted, _ := json.Marshal(id) // a string always encodes
	body := append([]byte(`{"envelope_id":`), quoted...)
	if payload != nil {
		body = append(append(body, `,"payload":`...), payload...)
	}
	return append(body, '}')
}

// ErrAck is an ack's payload that shows text to the person who sent env: an
// ephemeral answer to a command, a replaced modal for a submitted one. It is
// nil where Slack shows nothing from an ack, as for a button.
func ErrAck(env Envelope, text string) any {
	if !env.AcceptsResponsePayload {
		return nil
	}
	switch env.Type {
	case EnvelopeSlashCommands:
		return ephemeralAck{"ephemeral", text}
	case EnvelopeInteractive:
		var callback struct {
			Type string `json:"type"`
		}
		if json.Unmarshal(env.Payload, &callback) == nil && callback.Type == "view_submission" {
			return newModalAck(text) // a bare ack would close the modal as if all were well
		}
	}
	return nil
}

type ephemeralAck struct {
	ResponseType string `json:"response_type"`
	Text         string `json:"text"`
}

type modalAck struct {
	ResponseAction string       `json:"response_action"`
	View           modalAckView `json:"view"`
}

type modalAckView struct {
	Type   string          `json:"type"`
	Title  plainText       `json:"title"`
	Close  plainText       `json:"close"`
	Blocks []modalAckBlock `json:"blocks"`
}

type modalAckBlock struct {
	Type string    `json:"type"`
	Text plainText `json:"text"`
}

type plainText struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

func newModalAck(text string) modalAck {
	plain := func(s string) plainText { return plainText{"plain_text", s} }
	return modalAck{
		ResponseAction: "update",
		View: modalAckView{
			Type:   "modal",
			Title:  plain("Restore"),
			Close:  plain("Close"),
			Blocks: []modalAckBlock{{Type: "section", Text: plain(text)}},
		},
	}
}
