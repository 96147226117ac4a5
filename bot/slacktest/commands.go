package slacktest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Command types a slash command: "/restore status". It returns at once; see Delivery.
// A person of another organization, or a command that the app does not have, gets
// ErrUnknownCommand and the app hears nothing.
func (s *Slack) Command(user, channel, text string) *Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.command(user, channel, text)
	if d.err != nil {
		return d
	}
	return s.deliver(d)
}

// command makes the envelope of a command, or one that the app never gets. The
// caller holds mu.
func (s *Slack) command(user, channel, text string) *Delivery {
	command, rest, _ := strings.Cut(text, " ")
	p, c := s.people[user], s.channels[channel]
	switch {
	case p == nil || c == nil || s.closed:
		return s.refused(user, channel, fmt.Errorf("slacktest: no person %q or no channel %q, or closed", user, channel))
	case p.TeamID != s.world.TeamID, !slices.Contains(s.world.Commands, command):
		// Slash commands are not shared with other organizations (docs: Slack Connect).
		s.notice(user, channel, "unknown_command", command+" is not a valid command.")
		return s.refused(user, channel, ErrUnknownCommand)
	}
	d := &Delivery{
		Type: "slash_commands", User: user, Channel: channel, accepts: true,
		TriggerID: s.newTrigger(user),
	}
	h := s.newHook(commandHook, c, user, nil)
	h.typed = text
	d.ResponseURL = h.url
	d.Payload = encode(commandPayload{
		Token:               "verification-token",
		TeamID:              s.world.TeamID,
		TeamDomain:          s.world.TeamDomain,
		EnterpriseID:        s.world.EnterpriseID,
		EnterpriseName:      s.world.EnterpriseName,
		ChannelID:           c.ID,
		ChannelName:         c.payloadName(),
		UserID:              p.ID,
		UserName:            p.Name,
		Command:             command,
		Text:                strings.TrimSpace(rest),
		APIAppID:            s.world.AppID,
		IsEnterpriseInstall: "false",
		ResponseURL:         h.url,
		TriggerID:           d.TriggerID,
	})
	d.onFail = func(code string) { s.commandFailed(d, command, code) }
	d.onAck = func(payload json.RawMessage) {
		if len(payload) == 0 {
			return
		}
		if code := s.respond(h, payload); code != "" {
			s.commandFailed(d, command, "invalid_command_response") // assumed
		}
	}
	return d
}

// commandPayload is what an app is told of a command.
type commandPayload struct {
	Token               string `json:"token"`
	TeamID              string `json:"team_id"`
	TeamDomain          string `json:"team_domain"`
	EnterpriseID        string `json:"enterprise_id,omitempty"`
	EnterpriseName      string `json:"enterprise_name,omitempty"`
	ChannelID           string `json:"channel_id"`
	ChannelName         string `json:"channel_name"`
	UserID              string `json:"user_id"`
	UserName            string `json:"user_name"`
	Command             string `json:"command"`
	Text                string `json:"text"`
	APIAppID            string `json:"api_app_id"`
	IsEnterpriseInstall string `json:"is_enterprise_install"`
	ResponseURL         string `json:"response_url"`
	TriggerID           string `json:"trigger_id"`
}

// payloadName is the channel_name of a payload: only a public channel's name is told.
func (c Channel) payloadName() string {
	switch {
	case c.Direct():
		return "directmessage"
	case c.Private:
		return "privategroup"
	default:
		return c.Name
	}
}

func (s *Slack) commandFailed(d *Delivery, command, code string) {
	s.notice(d.User, d.Channel, code, fmt.Sprintf("%s failed with the error %q", command, code))
}

// refused is a delivery that the app never gets. The caller holds mu.
func (s *Slack) refused(user, channel string, err error) *Delivery {
	d := &Delivery{User: user, Channel: channel, s: s, err: err}
	d.acked, d.settled = make(chan struct{}), make(chan struct{})
	close(d.settled)
	return d
}
