package policy

import "docspace-restorebot/bot/command"

// Request is what a policy needs to know of a restore.
type Request struct {
	Team, Channel, Requester string
	Order                    command.Order
}

// NeedsOther reports whether somebody else than the requester has to confirm,
// whatever the settings say.
func (r Request) NeedsOther() bool { return r.Order.Guarded() }

// NeededFor is Needed for one restore: whoever breaks the glass goes alone.
func (p Policy) NeededFor(r Request) int {
	if r.Order.BreakGlass {
		return 1
	}
	return p.Needed()
}

// TypingFor reports whether whoever confirms has to type the portal's name.
func (p Policy) TypingFor(r Request) bool { return p.Typing || r.Order.Guarded() }

// CardRules says who may confirm, in ids, and how many it takes.
type CardRules struct {
	Approvers AllowList
	Needed    int
	// Other is set when the requester may not be one of them.
	Other bool
	// Typing is set when whoever confirms types the portal's name.
	Typing bool
	// Pinged are those who are called when the glass is broken.
	Pinged AllowList
}

// CardRules is what the card says about confirming this restore.
func (p Policy) CardRules(r Request) CardRules {
	rules := CardRules{
		Approvers: p.Approvers, Needed: p.NeededFor(r), Other: r.NeedsOther() || !p.SelfApproval, Typing: p.TypingFor(r),
	}
	if r.Order.BreakGlass {
		rules.Approvers, rules.Other, rules.Pinged = AllowList{IDs: []string{r.Requester}}, false, p.Approvers
	}
	return rules
}
