package policy

import (
	"context"
	"errors"
	"testing"

	"docspace-restorebot/bot/command"
)

// peopleOf is a directory that knows people alone.
type peopleOf struct{ known map[string]Person }

func (d *peopleOf) Place(context.Context, string) (Place, error) {
	return Place{}, errors.ErrUnsupported
}
func (d *peopleOf) Fresh() Directory { return d }

func (d *peopleOf) Members(context.Context, string) ([]string, error) {
	return []string{"W1", "U9"}, nil
}

func (d *peopleOf) Person(_ context.Context, user string) (Person, error) {
	who, ok := d.known[user]
	if !ok {
		return who, errors.New("user_not_found")
	}
	return who, nil
}

// One is known as U1 and W1, two as U2 and W2. Of U3 and W3 Slack does not say
// whose they are in the organisation.
var gridPeople = &peopleOf{map[string]Person{
	"U1": {ID: "U1", Org: "W1"}, "W1": {ID: "W1", Org: "W1"}, "U2": {ID: "U2", Org: "W2"}, "W2": {ID: "U2", Org: "W2"},
	"U3": {ID: "U3"}, "W3": {ID: "W3"}, "U4": {ID: "U4", Org: "U4"},
}}

func TestPersonOfAGridIsOnePerson(t *testing.T) {
	t.Parallel()
	grid := Policy{Enterprise: "E1"}
	for pair, want := range map[[2]string]struct{ same, fails bool }{
		{"U1", "U1"}: {true, false}, {"U1", "W1"}: {true, false}, {"W1", "U1"}: {true, false}, {"W2", "U2"}: {true, false},
		{"U1", "U2"}: {false, false}, {"U1", "W2"}: {false, false}, {"U1", "U4"}: {false, false},
		{"U3", "W3"}: {false, true}, {"U1", "W3"}: {false, true}, {"U1", "U3"}: {false, false},
		{"U1", "W8"}: {false, true}, {"U8", "U1"}: {false, true}, {"U8", "U8"}: {true, false}, {"", "U1"}: {false, false},
	} {
		same, err := grid.samePerson(t.Context(), gridPeople, pair[0], pair[1])
		if same != want.same || (err != nil) != want.fails {
			t.Errorf("%v: %t, %v", pair, same, err)
		}
	}
	if same, err := (Policy{}).samePerson(t.Context(), gridPeople, "U1", "W1"); same || err != nil {
		t.Errorf("outside of a Grid: %t, %v", same, err)
	}
}

func TestListOfAGridTakesEitherId(t *testing.T) {
	t.Parallel()
	grid := Policy{Enterprise: "E1"}
	for name, c := range map[string]struct {
		list  AllowList
		user  string
		has   bool
		fails bool
	}{
		"the same":             {AllowList{IDs: []string{"U1"}}, "U1", true, false},
		"org's in the list":    {AllowList{IDs: []string{"W1"}}, "U1", true, false},
		"workspace's":          {AllowList{IDs: []string{"U8", "U1"}}, "W1", true, false},
		"told by Slack":        {AllowList{IDs: []string{"U2"}}, "W2", true, false},
		"somebody else":        {AllowList{IDs: []string{"W2", "U2"}}, "U1", false, false},
		"in a group":           {AllowList{Groups: []string{"S1"}}, "U1", true, false},
		"not in it":            {AllowList{Groups: []string{"S1"}}, "U2", false, false},
		"not known to Slack":   {AllowList{IDs: []string{"W1"}}, "U8", false, true},
		"without organisation": {AllowList{IDs: []string{"W3"}}, "U3", false, false},
		"everybody":            {AllowList{Any: true}, "U8", true, false},
		"nobody has no id":     {AllowList{IDs: []string{"W1"}}, "", false, false},
	} {
		has, err := grid.allows(t.Context(), gridPeople, c.list, c.user)
		if has != c.has || (err != nil) != c.fails {
			t.Errorf("%s: %t, %v", name, has, err)
		}
	}
	if has, err := (Policy{}).allows(t.Context(), gridPeople, AllowList{IDs: []string{"W1"}}, "U1"); has || err != nil {
		t.Errorf("outside of a Grid: %t, %v", has, err)
	}
}

// Nobody confirms alone by two ids, and a lost answer of Slack's lets nobody in.
func TestNobodyOfAGridConfirmsTheirOwnByAnotherId(t *testing.T) {
	t.Parallel()
	p := Policy{Enterprise: "E1", Approvers: AllowList{Any: true}}
	for user, rule := range map[string]Rule{"U1": RuleSecond, "W1": RuleSecond, "U2": "", "W2": "", "W3": RuleDirectory, "U8": RuleDirectory} {
		for name, r := range map[string]Request{"own": {Requester: "U1"}, "dump": {Requester: "U1", Order: command.Order{Dump: true}}} {
			no := p.MayConfirm(t.Context(), gridPeople, r, user)
			if got := ruleOf(no); got != rule {
				t.Errorf("%s, %s: %q, want %q", user, name, got, rule)
			}
		}
		glass := p
		glass.BreakGlass = AllowList{Any: true}
		want := map[Rule]Rule{RuleSecond: "", "": RuleBreakGlass, RuleDirectory: RuleDirectory}[rule]
		if got := ruleOf(glass.MayConfirm(t.Context(), gridPeople, Request{Requester: "U1", Order: command.Order{BreakGlass: true}}, user)); got != want {
			t.Errorf("%s with --break-glass: %q, want %q", user, got, want)
		}
	}
}

func ruleOf(no *Refusal) Rule {
	if no == nil {
		return ""
	}
	return no.Rule
}
