package policy

import "docspace-restorebot/bot/command"

// Request is what a policy needs to know of a restore.
type Request struct {
	Team, Channel, Requester string
	Order                    command.Order
}

// NeedsSecondPerson reports whether somebody else than the requester has to confirm,
// whatever the settings say.
func (r Request) NeedsSecondPerson() bool { return r.Order.NeedsSecondPerson() }

// NeededFor is Needed for one restore: whoever breaks the glass goes alone.
func (p Policy) NeededFor(r Request) int {
	if r.Order.BreakGlass {
		return 1
	}
	return p.Needed()
}

// TypingFor reports whether whoever confirms has to type the portal's name.
func (p Policy) TypingFor(r Request) bool { return p.Typing || r.Order.NeedsSecondPerson() }

// ConfirmRules says who may confirm, in ids, and how many it takes.
type ConfirmRules struct {
	Approvers AllowList
	Needed    int
	// OthersOnly is set when the requester may not be one of them.
	OthersOnly bool
	// Typing is set when whoever confirms types the portal's name.
	Typing bool
	// Called are those who are called when the glass is broken.
	Called AllowList
}

// ConfirmRules is what the card says about confirming this restore.
func (p Policy) ConfirmRules(r Request) ConfirmRules {
	rules := ConfirmRules{
		Approvers: p.Approvers, Needed: p.NeededFor(r), OthersOnly: r.NeedsSecondPerson() || !p.SelfApproval, Typing: p.TypingFor(r),
	}
	if r.Order.BreakGlass {
		rules.Approvers, rules.OthersOnly, rules.Called = AllowList{IDs: []string{r.Requester}}, false, p.Approvers
	}
	return rules
}
