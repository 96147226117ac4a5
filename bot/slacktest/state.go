package slacktest

import (
	"fmt"
	"maps"
	"slices"
)

// valueMember says in which member of a state an element keeps its value.
var valueMember = map[string]string{
	"plain_text_input": "value", "email_text_input": "value", "url_text_input": "value", "number_input": "value",
	"static_select": "selected_option", "external_select": "selected_option",
	"radio_buttons": "selected_option", "overflow": "selected_option",
	"checkboxes": "selected_options", "multi_static_select": "selected_options",
	"multi_external_select": "selected_options",
	"users_select":          "selected_user", "multi_users_select": "selected_users",
	"conversations_select": "selected_conversation", "multi_conversations_select": "selected_conversations",
	"channels_select": "selected_channel", "multi_channels_select": "selected_channels",
	"datepicker": "selected_date", "timepicker": "selected_time", "datetimepicker": "selected_date_time",
}

// initialMember says in which member an element has the value it starts with.
var initialMember = map[string]string{
	"value": "initial_value", "selected_option": "initial_option", "selected_options": "initial_options",
	"selected_user": "initial_user", "selected_users": "initial_users",
	"selected_conversation": "initial_conversation", "selected_conversations": "initial_conversations",
	"selected_channel": "initial_channel", "selected_channels": "initial_channels",
	"selected_date": "initial_date", "selected_time": "initial_time", "selected_date_time": "initial_date_time",
}

// isList reports whether an element holds several values.
func isList(member string) bool { return member[len(member)-1] == 's' }

// stateOf is the state.values of blocks: what people entered, where set has it, and the
// initial values. A value that is not there is null, as Slack sends it.
func stateOf(blocks []Object, set map[string]Object) Object {
	values := Object{}
	for _, block := range withNested(blocks) {
		id := str(block, "block_id")
		eachElement(block, func(e Object) {
			member, ok := valueMember[str(e, "type")]
			if !ok || str(e, "type") == "overflow" {
				return
			}
			state, entered := set[stateKey(id, e)]
			if !entered {
				state = initialState(e, member)
			}
			actions, _ := values[id].(Object)
			if actions == nil {
				actions = Object{}
				values[id] = actions
			}
			actions[str(e, "action_id")] = state
		})
	}
	return values
}

// stateKey is where the value of an element is kept. A person's value outlives an edit
// as long as both ids stay, whatever the edit says of initial values.
func stateKey(block string, e Object) string { return block + "\x00" + str(e, "action_id") }

// initialState is the state of an element that nobody touched.
func initialState(e Object, member string) Object {
	initial := e[initialMember[member]]
	if initial == nil && isList(member) {
		initial = []any{}
	}
	return Object{"type": e["type"], member: initial}
}

// sticking are the states that a message keeps showing after an edit: an element whose
// block_id and action_id stay shows what it showed, whatever the edit says of initial
// values. Clients are known for that.
func sticking(m *Message, blocks []Object) map[string]Object {
	before := map[string]Object{}
	eachHolder(m.Blocks, func(key string, initial Object) { before[key] = initial })
	maps.Copy(before, m.first)
	var kept map[string]Object
	eachHolder(blocks, func(key string, _ Object) {
		if state, stays := before[key]; stays {
			if kept == nil {
				kept = map[string]Object{}
			}
			kept[key] = state
		}
	})
	return kept
}

// eachHolder calls f for the elements that hold a value, with the one they begin with.
func eachHolder(blocks []Object, f func(key string, initial Object)) {
	for _, block := range withNested(blocks) {
		eachElement(block, func(e Object) {
			if member, ok := valueMember[str(e, "type")]; ok {
				f(stateKey(str(block, "block_id"), e), initialState(e, member))
			}
		})
	}
}

// shownTo are the states of a message that are not those its blocks begin with: what it
// keeps showing, and what the person entered. The caller holds mu.
func (s *Slack) shownTo(user string, m *Message) map[string]Object {
	own := s.chosen[chosenKey{messageKey{m.Channel, m.TS}, user}]
	if len(m.first) == 0 {
		return own
	}
	all := maps.Clone(m.first)
	maps.Copy(all, own)
	return all
}

// State is what a person sees in the elements of a message, as in state.values.
func (s *Slack) State(user string, m Message) Object {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.messages[messageKey{m.Channel, m.TS}]
	if now == nil {
		return Object{}
	}
	return stateOf(now.Blocks, s.shownTo(user, now))
}

// pick is the state of an element in which a person picked a value, given what it was
// before: of several values one more is chosen, or the one that was is no longer.
func pick(e, before Object, v string) (Object, error) {
	picked, err := stateWith(e, v)
	member := valueMember[str(e, "type")]
	if err != nil || !isList(member) {
		return picked, err
	}
	one := picked[member].([]any)[0]
	list, _ := before[member].([]any)
	rest := slices.DeleteFunc(slices.Clone(list), func(item any) bool { return same(item, one) })
	if len(rest) == len(list) {
		rest = append(rest, one)
	}
	if rest == nil {
		rest = []any{}
	}
	all := optionsOf(e)
	slices.SortStableFunc(rest, func(a, b any) int { return orderOf(all, a) - orderOf(all, b) })
	picked[member] = rest
	return picked, nil
}

// same reports whether two values are one: options by their value.
func same(a, b any) bool {
	x, isOption := a.(Object)
	y, _ := b.(Object)
	if isOption {
		return str(x, "value") == str(y, "value")
	}
	return a == b
}

// orderOf is where an option stands; what is none keeps its place.
func orderOf(all []Object, v any) int {
	return slices.IndexFunc(all, func(o Object) bool { return same(o, v) })
}

// stateWith is the state of an element in which a person entered or chose values.
func stateWith(e Object, entered ...string) (Object, error) {
	kind := str(e, "type")
	member, ok := valueMember[kind]
	if !ok {
		return nil, fmt.Errorf("slacktest: nothing can be entered in a %s", kind)
	}
	if !isList(member) && len(entered) != 1 {
		return nil, fmt.Errorf("slacktest: a %s takes one value, not %d", kind, len(entered))
	}
	var list []any
	for _, v := range entered {
		one, err := valueOf(e, member, v)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	if isList(member) {
		return Object{"type": kind, member: list}, nil
	}
	return Object{"type": kind, member: list[0]}, nil
}

// valueOf is one value: an option for a menu, the text itself for the rest.
func valueOf(e Object, member, v string) (any, error) {
	if member != "selected_option" && member != "selected_options" {
		return v, nil
	}
	options := optionsOf(e)
	if i := slices.IndexFunc(options, func(o Object) bool { return str(o, "value") == v }); i >= 0 {
		return options[i], nil
	}
	if kind := str(e, "type"); kind == "external_select" || kind == "multi_external_select" {
		return Object{"text": Object{"type": "plain_text", "text": v, "emoji": true}, "value": v}, nil
	}
	return nil, fmt.Errorf("slacktest: %q has no option %q", str(e, "action_id"), v)
}

// optionsOf lists the options of a menu, those in groups too.
func optionsOf(e Object) []Object {
	options, _ := objects(e["options"])
	groups, _ := objects(e["option_groups"])
	for _, g := range groups {
		more, _ := objects(g["options"])
		options = append(options, more...)
	}
	return options
}
