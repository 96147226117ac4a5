package policy

import "docspace-restorebot/bot/command"

// Request is the part of a restore on which a policy decides.
type Request struct {
	Team, Channel, Requester string
	Order                    command.Order
}

// NeedsSecondPerson reports whether somebody else than the requester has to confirm,
// whatever the settings say.
func (r Request) NeedsSecondPerson() bool { return r.Order.NeedsSecondPerson() }

// NeededFor is how many people must confirm r. With --break-glass it is one.
func (p Policy) NeededFor(r Request) int {
	if r.Order.BreakGlass {
		return 1
	}
	return p.Needed()
}

// TypingFor reports whether a confirmation has to type the portal's name.
func (p Policy) TypingFor(r Request) bool { return p.Typing || r.Order.NeedsSecondPerson() }

// ConfirmRules says who may confirm a restore, by id, and how many people it takes.
type ConfirmRules struct {
	Approvers AllowList
	Needed    int
	// OthersOnly means that the requester may not confirm.
	OthersOnly bool
	// Typing means that each confirmation types the portal's name.
	Typing bool
	// Called are the people who are mentioned when a countdown of --break-glass
	// begins.
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
