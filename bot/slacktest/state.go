package slacktest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// valueMember is the member of a state in which an element keeps its value; "" is that it
// has none.
func valueMember(e Object) string { return schema[str(e, "type")].value }

// severalIn reports whether an element holds several values.
func severalIn(member string) bool { return strings.HasSuffix(member, "s") }

// stateOf is the state.values of blocks: what people entered, where set has it, and the
// initial values. A value that is not there is null, as Slack sends it.
func stateOf(blocks []Object, set map[string]Object) Object {
	values := Object{}
	eachHolder(blocks, func(b *placed, e Object) {
		state, entered := set[b.key(e)]
		if !entered {
			state = initialState(e)
		}
		id := str(b.Object, "block_id")
		actions, _ := values[id].(Object)
		if actions == nil {
			actions = Object{}
			values[id] = actions
		}
		actions[str(e, "action_id")] = state
	})
	return values
}

// key is where the value of an element is kept. A person's value outlives an edit
// as long as both ids stay, whatever the edit says of initial values.
func (b *placed) key(e Object) string {
	return str(b.Object, "block_id") + "\x00" + str(e, "action_id")
}

// initialState is the state of an element that nobody touched.
func initialState(e Object) Object {
	member := valueMember(e)
	initial := e["initial_"+strings.TrimPrefix(member, "selected_")]
	if initial == nil && severalIn(member) {
		initial = []any{}
	}
	return Object{"type": e["type"], member: initial}
}

// keptStates are the states that a message keeps showing after an edit: an element whose
// block_id and action_id stay shows what it showed, whatever the edit says of initial
// values. Clients are known for that.
func keptStates(m *Message, blocks []Object) map[string]Object {
	before := map[string]Object{}
	eachHolder(m.Blocks, func(b *placed, e Object) { before[b.key(e)] = initialState(e) })
	maps.Copy(before, m.kept)
	kept := map[string]Object{}
	eachHolder(blocks, func(b *placed, e Object) {
		if state, stays := before[b.key(e)]; stays {
			kept[b.key(e)] = state
		}
	})
	return kept
}

// eachHolder calls f for the elements that hold a value.
func eachHolder(blocks []Object, f func(b *placed, e Object)) {
	for _, b := range scan(blocks) {
		for _, e := range b.elements {
			if valueMember(e) != "" {
				f(b, e)
			}
		}
	}
}

// shownTo are the states of a message that are not those its blocks begin with: what it
// keeps showing, and what the person entered. The caller holds mu.
func (s *Slack) shownTo(user string, m *Message) map[string]Object {
	own := s.chosen[chosenKey{messageKey{m.Channel, m.TS}, user}]
	if len(m.kept) == 0 {
		return own
	}
	all := maps.Clone(m.kept)
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
	member := valueMember(e)
	if err != nil || !severalIn(member) {
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
	kind, member := str(e, "type"), valueMember(e)
	if member == "" {
		return nil, fmt.Errorf("slacktest: nothing can be entered in a %s", kind)
	}
	if !severalIn(member) && len(entered) != 1 {
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
	if severalIn(member) {
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
	if str(e, "type") == "external_select" {
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
