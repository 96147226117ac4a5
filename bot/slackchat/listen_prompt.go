package slackchat

import (
	"encoding/json"
	"sync"

	"docspace-restorebot/bot"
)

// helpAcks are the payloads of helps by topic, made once each: they never change,
// and of all answers they are the largest.
var helpAcks sync.Map

// Prompt is made for [Sockets]: it answers a help at once.
func (l *Listener) Prompt(env Envelope) (ack json.RawMessage, ok bool) {
	if !env.AcceptsResponsePayload {
		return nil, false
	}
	cmd, err := env.SlashCommand()
	if err != nil {
		return nil, false
	}
	answer, ok := l.handler.Prompt(l.commandOf(env, cmd))
	if !ok {
		return nil, false
	}
	help, ok := answer.(bot.Help)
	if !ok {
		return nil, false
	}
	if made, known := helpAcks.Load(help.Topic); known {
		return made.(json.RawMessage), true
	}
	made, err := json.Marshal(ackOf(help))
	if err != nil {
		return nil, false
	}
	helpAcks.Store(help.Topic, json.RawMessage(made))
	return made, true
}
