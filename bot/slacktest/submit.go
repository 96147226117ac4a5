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
	payload := s.viewPayload("view_submission", open)
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
	open, element, in, err := s.inModal(v, actionID)
	if err != nil {
		return nil, err
	}
	action, set, err := actionOf(element, in, option, open.set)
	if err != nil {
		return nil, err
	}
	open.set = set
	if in.silent() {
		return nil, nil //nolint:nilnil // documented: the app does not hear of it
	}
	payload := s.viewPayload("block_actions", open)
	payload["container"] = Object{"type": "view", "view_id": open.ID}
	payload["actions"] = []any{normal(action)}
	return s.deliver(s.viewDelivery(payload, open)), nil
}

// Suggest types a query in a menu with external options. The ack carries the options.
func (s *Slack) Suggest(v View, actionID, query string) (*Delivery, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	open, _, in, err := s.inModal(v, actionID)
	if err != nil {
		return nil, err
	}
	payload := s.viewPayload("block_suggestion", open)
	delete(payload, "trigger_id")
	payload["container"] = Object{"type": "view", "view_id": open.ID}
	payload["action_id"], payload["block_id"], payload["value"] = actionID, str(in.Object, "block_id"), query
	d := s.viewDelivery(payload, open)
	d.accepts = true
	return s.deliver(d), nil
}

// CloseModal closes a modal with its close button or the cross. The app does not hear of it.
func (s *Slack) CloseModal(v View) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	open, err := s.openModal(v)
	if err != nil {
		return err
	}
	s.closeView(open)
	return nil
}

// inModal finds an element of an open modal.
func (s *Slack) inModal(v View, actionID string) (open *View, element Object, in *placed, err error) {
	if open, err = s.openModal(v); err != nil {
		return nil, nil, nil, err
	}
	if element, in = find(open.Blocks, "", actionID); element == nil {
		return nil, nil, nil, fmt.Errorf("slacktest: no %q in modal %q", actionID, open.Title)
	}
	return open, element, in, nil
}

func (s *Slack) openModal(v View) (*View, error) {
	open := s.views[v.ID]
	if open == nil || !open.Open {
		return nil, fmt.Errorf("slacktest: modal %q is not open", v.Title)
	}
	return open, nil
}

// viewPayload is what every payload of a modal has.
func (s *Slack) viewPayload(kind string, v *View) Object {
	payload := s.interaction(kind, s.people[v.User])
	payload["view"] = s.viewJSON(v)
	return payload
}

func (s *Slack) viewDelivery(payload Object, v *View) *Delivery {
	return &Delivery{
		Type: "interactive", Kind: str(payload, "type"), User: v.User,
		TriggerID: str(payload, "trigger_id"), Payload: encode(payload),
		onFail: func(code string) { s.showProblem(v, code) },
	}
}

// showProblem tells a person, in the modal, that the app did not answer, or badly.
func (s *Slack) showProblem(v *View, code string) {
	v.Problem = "We had some trouble connecting. Try again? (" + code + ")"
	s.notice(v.User, "", code, v.Problem)
	s.notify()
}

// submitted does what the ack of a view_submission says. The caller holds mu.
func (s *Slack) submitted(v *View, ack json.RawMessage) {
	if !v.Open {
		return
	}
	o, _ := object(ack)
	switch action := str(o, "response_action"); action {
	case "", "clear": // there is one modal to close
		s.closeView(v)
	case "errors":
		s.showErrors(v, o)
	case "update":
		fresh, bad := s.parseView(string(encode(o["view"])))
		if bad != nil {
			s.showProblem(v, bad.code())
			return
		}
		s.changeView(v, fresh)
	default:
		s.showProblem(v, "invalid_response_action")
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
		s.showProblem(v, "invalid_errors")
		return
	}
	v.Errors = shown
	s.notify()
}

// enter puts values into the elements they name.
func (v *View) enter(values Values) error {
	set := maps.Clone(v.set)
	if set == nil {
		set = map[string]Object{}
	}
	for name, entered := range values {
		e, in := named(v.Blocks, name)
		if e == nil {
			return fmt.Errorf("slacktest: modal %q has no action_id or block_id %q", v.Title, name)
		}
		list, ok := entered.([]string)
		if one, is := entered.(string); is {
			list, ok = []string{one}, true
		}
		if !ok {
			return fmt.Errorf("slacktest: %q: enter a string or a []string, not %T", name, entered)
		}
		state, err := stateWith(e, list...)
		if err != nil {
			return err
		}
		set[in.key(e)] = state
	}
	v.set = set
	return nil
}

// named finds an element by its action_id or by the block_id of its block.
func named(blocks []Object, name string) (Object, *placed) {
	if e, in := find(blocks, "", name); e != nil {
		return e, in
	}
	for _, b := range scan(blocks) {
		if str(b.Object, "block_id") == name && str(b.Object, "type") == "input" {
			return b.elements[0], b
		}
	}
	return nil, nil
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
		entered := state[valueMember(e)]
		list, isList := entered.([]any)
		content, _ := entered.(string)
		length := utf8.RuneCountInString(content)
		optional, _ := b["optional"].(bool)
		switch {
		case entered == nil, isList && len(list) == 0, !isList && entered == "":
			if !optional {
				return fmt.Errorf("slacktest: %q: please complete this required field", textOf(b, "label"))
			}
		case number(e["min_length"]) > length, e["max_length"] != nil && number(e["max_length"]) < length:
			return fmt.Errorf("slacktest: %q: %d characters are too few or too many", textOf(b, "label"), length)
		}
	}
	return nil
}
