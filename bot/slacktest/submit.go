package slacktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"unicode/utf8"
)

// Values are what a person enters in a modal: by action_id, or by block_id, a string, or
// a []string where several can be chosen. A menu takes the value of its option.
type Values map[string]any

// Submit enters values in a modal and submits it. Slack's own client refuses a required
// input that is empty and a text of the wrong length; so does Submit, with an error.
// It returns at once; see Delivery.
func (s *Slack) Submit(v View, values Values) (*Delivery, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	open, err := s.openModal(v)
	if err != nil {
		return nil, err
	}
	if open.SubmitText == "" && len(values) > 0 {
		return nil, fmt.Errorf("slacktest: modal %q has no submit button", open.Title)
	}
	if err := open.enter(values); err != nil {
		return nil, err
	}
	if err := open.complete(); err != nil {
		return nil, err
	}
	open.Errors, open.Problem = nil, ""
	payload := s.interaction("view_submission", s.people[open.User])
	payload["view"] = s.viewJSON(open)
	payload["response_urls"] = []Object{}
	d := s.viewDelivery(payload, open)
	d.accepts = true
	d.onAck = func(ack json.RawMessage) { s.submitted(open, ack) }
	return s.deliver(d), nil
}

// PressIn presses a button in a modal.
func (s *Slack) PressIn(v View, actionID string) (*Delivery, error) { return s.act(v, actionID, "") }

// ChooseIn picks the option with a value in a modal, as Choose does in a message.
func (s *Slack) ChooseIn(v View, actionID, option string) (*Delivery, error) {
	return s.act(v, actionID, option)
}

func (s *Slack) act(v View, actionID, option string) (*Delivery, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	open, err := s.openModal(v)
	if err != nil {
		return nil, err
	}
	element, block := find(open.Blocks, "", actionID)
	if element == nil {
		return nil, fmt.Errorf("slacktest: no %q in modal %q", actionID, open.Title)
	}
	action, set, err := actionOf(element, block, option, open.set)
	if err != nil {
		return nil, err
	}
	open.set = set
	if silent(open.Blocks, "", actionID) {
		return nil, nil //nolint:nilnil // documented: the app does not hear of it
	}
	payload := s.interaction("block_actions", s.people[open.User])
	payload["container"] = Object{"type": "view", "view_id": open.ID}
	payload["view"] = s.viewJSON(open)
	payload["actions"] = []any{normal(action)}
	return s.deliver(s.viewDelivery(payload, open)), nil
}

// Suggest types a query in a menu with external options. The ack carries the options.
func (s *Slack) Suggest(v View, actionID, query string) (*Delivery, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	open, err := s.openModal(v)
	if err != nil {
		return nil, err
	}
	element, block := find(open.Blocks, "", actionID)
	if element == nil {
		return nil, fmt.Errorf("slacktest: no %q in modal %q", actionID, open.Title)
	}
	payload := s.interaction("block_suggestion", s.people[open.User])
	delete(payload, "trigger_id")
	payload["container"] = Object{"type": "view", "view_id": open.ID}
	payload["view"] = s.viewJSON(open)
	payload["action_id"], payload["block_id"], payload["value"] = actionID, block, query
	d := s.viewDelivery(payload, open)
	d.accepts = true
	return s.deliver(d), nil
}

// CloseModal closes a modal with its close button or the cross. The app hears of it, in
// a view_closed, only if the view has notify_on_close; otherwise the delivery is nil.
func (s *Slack) CloseModal(v View) (*Delivery, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	open, err := s.openModal(v)
	if err != nil {
		return nil, err
	}
	cleared := open.ClearOnClose
	if cleared {
		s.closeAll(open.User)
	} else {
		s.closeView(open)
	}
	if !open.NotifyOnClose {
		return nil, nil //nolint:nilnil // documented: the app does not hear of it
	}
	payload := s.interaction("view_closed", s.people[open.User])
	delete(payload, "trigger_id")
	payload["view"] = s.viewJSON(open)
	payload["is_cleared"] = cleared
	return s.deliver(s.viewDelivery(payload, open)), nil
}

func (s *Slack) openModal(v View) (*View, error) {
	open := s.views[v.ID]
	if open == nil || !open.Open {
		return nil, fmt.Errorf("slacktest: modal %q is not open", v.Title)
	}
	return open, nil
}

func (s *Slack) viewDelivery(payload Object, v *View) *Delivery {
	return &Delivery{
		Type: "interactive", Kind: str(payload, "type"), User: v.User,
		TriggerID: str(payload, "trigger_id"), Payload: encode(payload),
		onFail: func(code string) { s.trouble(v, code) },
	}
}

// trouble is what Slack shows in a modal whose app did not answer, or badly.
func (s *Slack) trouble(v *View, code string) {
	v.Problem = "We had some trouble connecting. Try again? (" + code + ")"
	s.notice(v.User, "", code, v.Problem)
	s.emitView(ViewUpdated, v)
}

// submitted does what the ack of a view_submission says. The caller holds mu.
func (s *Slack) submitted(v *View, ack json.RawMessage) {
	if !v.Open {
		return
	}
	o, _ := object(ack)
	switch action := str(o, "response_action"); action {
	case "":
		s.closeView(v)
	case "clear":
		s.closeAll(v.User)
	case "errors":
		s.showErrors(v, o)
	case "update", "push":
		fresh, bad := s.parseView(string(encode(o["view"])))
		switch {
		case bad != nil:
			s.trouble(v, bad.code())
		case action == "update":
			s.changeView(v, fresh)
		case len(s.stacks[v.User]) >= maxStack:
			s.trouble(v, "push_limit_reached")
		default:
			fresh.User = v.User
			s.pushView(fresh)
		}
	default:
		s.trouble(v, "invalid_response_action")
	}
}

// showErrors shows errors below the inputs they name. A name that is not the block_id of
// an input is an error of the app (docs: Modals, Displaying errors).
func (s *Slack) showErrors(v *View, ack Object) {
	errors, _ := ack["errors"].(Object)
	shown := map[string]string{}
	for _, b := range v.Blocks {
		if id := str(b, "block_id"); str(b, "type") == "input" && errors[id] != nil {
			shown[id] = str(errors, id)
		}
	}
	if len(errors) == 0 || len(shown) != len(errors) {
		s.trouble(v, "invalid_errors")
		return
	}
	v.Errors = shown
	s.emitView(ViewUpdated, v)
}

// enter puts values into the elements they name.
func (v *View) enter(values Values) error {
	set, err := enterIn(v.Blocks, v.set, values)
	if err != nil {
		return fmt.Errorf("modal %q: %w", v.Title, err)
	}
	v.set = set
	return nil
}

// enterIn is what is entered in blocks, with further values.
func enterIn(blocks []Object, set map[string]Object, values Values) (map[string]Object, error) {
	if set = maps.Clone(set); set == nil {
		set = map[string]Object{}
	}
	for name, entered := range values {
		e, block := named(blocks, name)
		if e == nil {
			return nil, fmt.Errorf("slacktest: there is no action_id or block_id %q", name)
		}
		list, ok := entered.([]string)
		if one, is := entered.(string); is {
			list, ok = []string{one}, true
		}
		if !ok {
			return nil, fmt.Errorf("slacktest: %q: enter a string or a []string, not %T", name, entered)
		}
		state, err := stateWith(e, list...)
		if err != nil {
			return nil, err
		}
		set[stateKey(block, e)] = state
	}
	return set, nil
}

// named finds an element by its action_id or by the block_id of its block.
func named(blocks []Object, name string) (Object, string) {
	if e, block := find(blocks, "", name); e != nil {
		return e, block
	}
	for _, b := range withNested(blocks) {
		if e, ok := b["element"].(Object); ok && str(b, "block_id") == name {
			return e, name
		}
	}
	return nil, ""
}

// complete refuses what Slack's client refuses to submit.
func (v *View) complete() error {
	values := stateOf(v.Blocks, v.set)
	for _, b := range v.Blocks {
		e, ok := b["element"].(Object)
		if !ok || str(b, "type") != "input" {
			continue
		}
		block, _ := values[str(b, "block_id")].(Object)
		state, _ := block[str(e, "action_id")].(Object)
		entered := state[valueMember[str(e, "type")]]
		list, isList := entered.([]any)
		content, _ := entered.(string)
		length := utf8.RuneCountInString(content)
		optional, _ := b["optional"].(bool)
		switch {
		case entered == nil, isList && len(list) == 0, !isList && entered == "":
			if !optional {
				return fmt.Errorf("slacktest: %q: please complete this required field", text(b, "label"))
			}
		case number(e["min_length"]) > length, e["max_length"] != nil && number(e["max_length"]) < length:
			return fmt.Errorf("slacktest: %q: %d characters are too few or too many", text(b, "label"), length)
		}
	}
	return nil
}
