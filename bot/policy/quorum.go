package policy

// Quorum tells whether a policy's confirmations can ever be given.
type Quorum int

// The answers.
const (
	// QuorumMet: somebody may ask, and enough others or they themselves may confirm.
	QuorumMet Quorum = iota
	// QuorumNoSecond: enough for most requests, but what takes somebody other than the
	// requester, such as --dump, can never be confirmed.
	QuorumNoSecond
	// QuorumNobodyElse: the requester may not confirm, and too few others may.
	QuorumNobodyElse
	// QuorumTooFew: fewer people may confirm than must.
	QuorumTooFew
)

// Quorum judges by the lists alone: a user group, and *, count as enough people.
func (p Policy) Quorum(own PortalRules) Quorum {
	p = p.With(own)
	return p.QuorumAmong(RosterOf(p.Users), RosterOf(p.Approvers))
}

// Roster is the people on a list. An open roster may hold any number more.
type Roster struct {
	People map[string]bool
	Open   bool
}

// RosterOf is the roster of a list by its ids alone.
func RosterOf(l AllowList) Roster {
	r := Roster{People: map[string]bool{}, Open: l.Any || len(l.Groups) > 0}
	for _, id := range l.IDs {
		r.People[id] = true
	}
	return r
}

// QuorumAmong judges for the requester who leaves the most others to confirm.
func (p Policy) QuorumAmong(users, approvers Roster) Quorum {
	if approvers.Open {
		return QuorumMet
	}
	others := 0
	if users.Open {
		others = len(approvers.People) // somebody who may ask and not confirm
	}
	for id := range users.People {
		n := len(approvers.People)
		if approvers.People[id] {
			n--
		}
		others = max(others, n)
	}
	switch {
	case len(approvers.People) < p.Needed():
		return QuorumTooFew
	case others >= p.Needed():
		return QuorumMet
	case p.SelfApproval:
		return QuorumNoSecond
	}
	return QuorumNobodyElse
}
