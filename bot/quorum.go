package bot

// Quorum tells whether the confirmations that a policy asks for can ever be given.
type Quorum int

// The answers.
const (
	// Enough: somebody may ask, and enough others or they themselves may confirm.
	Enough Quorum = iota
	// NoSecond: enough for most requests, but what takes somebody other than the
	// requester, such as --dump, can never be confirmed.
	NoSecond
	// NobodyElse: the requester may not confirm, and too few others may.
	NobodyElse
	// TooFew: fewer people may confirm than must.
	TooFew
)

// Quorum looks at the lists alone: the members of a user group, and of *, count as
// enough.
func (p Policy) Quorum(own PortalRules) Quorum {
	p = p.with(own)
	return p.quorum(counted(p.Users), counted(p.Approvers))
}

// roster are the people that a list names. It is open where there may be any
// number more.
type roster struct {
	people map[string]bool
	open   bool
}

func counted(l AllowList) roster {
	r := roster{people: map[string]bool{}, open: l.Any || len(l.Groups) > 0}
	for _, id := range l.IDs {
		r.people[id] = true
	}
	return r
}

// quorum is about the requester with the most others who may confirm.
func (p Policy) quorum(users, approvers roster) Quorum {
	if approvers.open {
		return Enough
	}
	others := 0
	if users.open {
		others = len(approvers.people) // somebody who may ask and not confirm
	}
	for id := range users.people {
		n := len(approvers.people)
		if approvers.people[id] {
			n--
		}
		others = max(others, n)
	}
	switch {
	case len(approvers.people) < p.Needed():
		return TooFew
	case others >= p.Needed():
		return Enough
	case p.SelfApproval:
		return NoSecond
	}
	return NobodyElse
}
