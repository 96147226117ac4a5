package policy

// Quorum tells whether the confirmations that a policy asks for can ever be given.
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

// Quorum looks at the lists alone: the members of a user group, and of *, count as
// enough.
func (p Policy) Quorum(own PortalRules) Quorum {
	p = p.With(own)
	return p.QuorumAmong(RosterOf(p.Users), RosterOf(p.Approvers))
}

// Roster are the people that a list names. It is open where there may be any
// number more.
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

// QuorumAmong is about the requester with the most others who may confirm.
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
