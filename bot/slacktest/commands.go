package slacktest

import (
	"encoding/json"
	"fmt"
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
	name, rest, _ := strings.Cut(text, " ")
	p, c := s.people[user], s.channels[channel]
	switch {
	case p == nil || c == nil || s.closed:
		return s.refused(user, channel, fmt.Errorf("slacktest: no person %q or no channel %q, or closed", user, channel))
	case p.TeamID != s.world.TeamID, name != command:
		// Slash commands are not shared with other organizations (docs: Slack Connect).
		s.notice(user, channel, "unknown_command", name+" is not a valid command.")
		return s.refused(user, channel, ErrUnknownCommand)
	}
	d := &Delivery{
		Type: "slash_commands", User: user, Channel: channel, accepts: true,
		TriggerID: s.newTrigger(user),
	}
	h := s.newHook(commandHook, c, user, nil)
	h.typed = text
	d.ResponseURL = h.url
	payload := Object{
		"token": "verification-token", "team_id": s.world.TeamID, "team_domain": s.world.TeamDomain,
		"channel_id": c.ID, "channel_name": c.payloadName(), "user_id": p.ID, "user_name": p.Name,
		"command": name, "text": strings.TrimSpace(rest), "api_app_id": appID, "is_enterprise_install": "false",
		"response_url": h.url, "trigger_id": d.TriggerID,
	}
	if s.world.EnterpriseID != "" {
		payload["enterprise_id"], payload["enterprise_name"] = s.world.EnterpriseID, s.world.EnterpriseName
	}
	d.Payload = encode(payload)
	d.onFail = func(code string) { s.commandFailed(d, code) }
	d.onAck = func(payload json.RawMessage) {
		if len(payload) == 0 {
			return
		}
		if code := s.respond(h, payload); code != "" {
			s.commandFailed(d, "invalid_command_response") // assumed
		}
	}
	return d
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

func (s *Slack) commandFailed(d *Delivery, code string) {
	s.notice(d.User, d.Channel, code, fmt.Sprintf("%s failed with the error %q", command, code))
}

// refused is a delivery that the app never gets. The caller holds mu.
func (s *Slack) refused(user, channel string, err error) *Delivery {
	d := &Delivery{User: user, Channel: channel, s: s, err: err}
	d.acked, d.settled = make(chan struct{}), make(chan struct{})
	close(d.settled)
	return d
}
