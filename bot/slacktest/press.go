package slacktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"time"
)

// Press presses the first button with an action_id in the message as it stands now, and
// confirms where Slack asks. It fails if there is no such button, or if the person does not
// see the message. It returns at once; see Delivery.
func (s *Slack) Press(user string, m Message, actionID string) (*Delivery, error) {
	return s.press(user, m, "", actionID, "")
}

// PressButton is Press where several buttons have the same action_id.
func (s *Slack) PressButton(user string, m Message, b Button) (*Delivery, error) {
	return s.press(user, m, b.BlockID, b.ActionID, "")
}

// Choose picks the option with a value in a menu, a radio or a checkbox of the message;
// where several can be chosen, one that was is no longer. The choice stays with the
// person: it is in the state.values of what they do next. An input hears of it only
// with dispatch_action: else the app is sent nothing and the delivery is nil.
func (s *Slack) Choose(user string, m Message, actionID, option string) (*Delivery, error) {
	return s.press(user, m, "", actionID, option)
}

// chosenKey is a message as one person sees it.
type chosenKey struct {
	messageKey
	user string
}

// remember keeps what a person entered in a message. The caller holds mu.
func (s *Slack) remember(user string, m *Message, set map[string]Object) {
	s.chosen[chosenKey{messageKey{m.Channel, m.TS}, user}] = set
}

// PressStale presses a button in the message as it was when m was read, although it may
// have changed since: what a person does whose screen is behind.
func (s *Slack) PressStale(user string, m Message, actionID string) (*Delivery, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	payload, h, err := s.pressPayload(user, &m, "", actionID, "")
	if err != nil {
		return nil, err
	}
	if now := s.messages[messageKey{m.Channel, m.TS}]; now != nil {
		h.origin = now
	}
	return s.interact(payload, h), nil
}

// PressPayload is what Press would send: change it and hand it to Interact.
func (s *Slack) PressPayload(user string, m Message, actionID string) (Object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.messages[messageKey{m.Channel, m.TS}]
	if now == nil {
		return nil, fmt.Errorf("slacktest: no message %s in %s", m.TS, m.Channel)
	}
	payload, _, err := s.pressPayload(user, now, "", actionID, "")
	if err != nil {
		return nil, err
	}
	o, _ := object(encode(payload)) // a copy: the blocks of the message are shared
	return o, nil
}

// Interact sends a payload as it is in an envelope of type interactive.
func (s *Slack) Interact(payload Object) *Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.interact(payload, nil)
}

func (s *Slack) press(user string, m Message, blockID, actionID, option string) (*Delivery, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.messages[messageKey{m.Channel, m.TS}]
	switch {
	case now == nil, now.Deleted:
		return nil, fmt.Errorf("slacktest: no message %s in %s", m.TS, m.Channel)
	case now.To != "" && now.To != user:
		return nil, fmt.Errorf("slacktest: %s does not see the ephemeral message %s", user, m.TS)
	}
	payload, h, err := s.pressPayload(user, now, blockID, actionID, option)
	if _, in := find(now.Blocks, blockID, actionID); err != nil || in.silent() {
		return nil, err
	}
	return s.interact(payload, h), nil
}

// pressPayload is the block_actions payload of an action in a message, and its
// response_url. The caller holds mu.
func (s *Slack) pressPayload(user string, m *Message, blockID, actionID, option string) (Object, *hook, error) {
	p, c := s.people[user], s.channels[m.Channel]
	if p == nil || c == nil {
		return nil, nil, fmt.Errorf("slacktest: no person %q or no channel %q", user, m.Channel)
	}
	element, in := find(m.Blocks, blockID, actionID)
	if element == nil {
		return nil, nil, fmt.Errorf("slacktest: no %q in message %s of %s", actionID, m.TS, m.Channel)
	}
	set := s.shownTo(user, m)
	action, set, err := actionOf(element, in, option, set)
	if err != nil {
		return nil, nil, err
	}
	if option != "" {
		s.remember(user, m, set)
	}
	h := s.newHook(actionHook, c, user, m)
	payload := s.interaction("block_actions", p)
	payload["container"] = Object{
		"type": "message", "message_ts": m.TS, "channel_id": c.ID, "is_ephemeral": m.Ephemeral(),
	}
	payload["channel"] = Object{"id": c.ID, "name": c.payloadName()}
	payload["response_url"] = h.url
	payload["actions"] = []any{normal(action)}
	payload["state"] = Object{"values": normal(stateOf(m.Blocks, set))}
	if m.Ephemeral() {
		return payload, h, nil // assumed: an ephemeral message is not sent along
	}
	payload["message"] = s.messageJSON(m)
	if m.ThreadTS != "" {
		payload["container"].(Object)["thread_ts"] = m.ThreadTS
	}
	return payload, h, nil
}

// actionOf is what a payload says about the element that was used, and what the person
// has entered with it.
func actionOf(element Object, in *placed, option string, set map[string]Object) (Object, map[string]Object, error) {
	action := Object{
		"type": str(element, "type"), "action_id": str(element, "action_id"), "block_id": str(in.Object, "block_id"),
		"action_ts": stamp(time.Now()),
	}
	if valueMember(element) == "" {
		copyMembers(action, element, "text", "value", "style", "url", "confirm")
		return action, set, nil
	}
	copyMembers(action, element, "placeholder", "confirm", "initial_option", "initial_options")
	now, entered := set[in.key(element)]
	if !entered {
		now = initialState(element)
	}
	if option != "" {
		var err error
		if now, err = pick(element, now, option); err != nil {
			return nil, nil, err
		}
		if set = maps.Clone(set); set == nil {
			set = map[string]Object{}
		}
		set[in.key(element)] = now
	}
	maps.Copy(action, now)
	return action, set, nil
}

func copyMembers(to, from Object, members ...string) {
	for _, member := range members {
		if v, ok := from[member]; ok {
			to[member] = v
		}
	}
}

// interaction is what every interaction payload has. The caller holds mu.
func (s *Slack) interaction(kind string, p *Person) Object {
	payload := Object{
		"type":                  kind,
		"token":                 "verification-token",
		"api_app_id":            appID,
		"team":                  Object{"id": s.world.TeamID, "domain": s.world.TeamDomain},
		"user":                  Object{"id": p.ID, "username": p.Name, "name": p.Name, "team_id": p.TeamID},
		"enterprise":            nil,
		"is_enterprise_install": false,
		"trigger_id":            s.newTrigger(p.ID),
	}
	if s.world.EnterpriseID != "" {
		payload["enterprise"] = Object{"id": s.world.EnterpriseID, "name": s.world.EnterpriseName}
	}
	return payload
}

// interact delivers an interaction payload. The caller holds mu.
func (s *Slack) interact(payload Object, h *hook) *Delivery {
	user, _ := payload["user"].(Object)
	channel, _ := payload["channel"].(Object)
	d := &Delivery{
		Type: "interactive", Kind: str(payload, "type"), User: str(user, "id"), Channel: str(channel, "id"),
		TriggerID: str(payload, "trigger_id"), ResponseURL: str(payload, "response_url"),
		Payload: encode(payload),
	}
	if h != nil {
		d.ResponseURL = h.url
	}
	d.onAck = func(json.RawMessage) {}
	d.onFail = func(code string) {
		s.notice(d.User, d.Channel, code, "The app did not respond: "+code)
	}
	return s.deliver(d)
}
