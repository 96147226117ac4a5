package policy

// PortalRules are the rules of one portal. A nil list or 0 means the rule of the
// whole bot.
type PortalRules struct {
	Channels, Users, Approvers *AllowList
	Approvals                  int
}

// With returns the policy with a portal's own rules in it.
func (p Policy) With(own PortalRules) Policy {
	if own.Channels != nil {
		p.Channels = *own.Channels
	}
	if own.Users != nil {
		p.Users = *own.Users
	}
	if own.Approvers != nil {
		p.Approvers = *own.Approvers
	}
	if own.Approvals > 0 {
		p.Approvals = own.Approvals
	}
	return p
}
