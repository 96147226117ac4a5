package policy

import "testing"

func TestRulesThatNobodyCanMeetAreFound(t *testing.T) {
	t.Parallel()
	list := func(text string) AllowList {
		l, err := ParseAllowList(text, "UWS")
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	for _, c := range []struct {
		users, approvers string
		needed           int
		self             bool
		want             Quorum
	}{
		{"UA1", "UA1", 1, true, QuorumNoSecond},
		{"UA1", "UA1", 1, false, QuorumNobodyElse},
		{"UA1", "UB1", 1, false, QuorumMet},
		{"UA1,UB1", "UA1", 1, false, QuorumMet}, // Bob asks, Alice confirms
		{"UA1,UB1", "UA1,UB1", 1, false, QuorumMet},
		{"UA1,UB1", "UA1,UB1", 2, true, QuorumNoSecond},
		{"UA1,UB1", "UA1,UB1", 2, false, QuorumNobodyElse},
		{"UA1,UB1,UC1", "UA1,UB1", 2, false, QuorumMet}, // only Carol can ask
		{"UA1", "UA1,UA1", 2, true, QuorumTooFew},
		{"UA1", "UA1,UB1", 3, false, QuorumTooFew},
		{"*", "UA1", 1, false, QuorumMet},
		{"*", "UA1", 2, true, QuorumTooFew},
		{"SG1", "UA1,UB1", 2, false, QuorumMet},
		{"UA1", "SG1", 5, false, QuorumMet}, // who is in it, Slack knows
		{"UA1", "*", 5, false, QuorumMet},
	} {
		p := Policy{Users: list(c.users), Approvers: list(c.approvers), Approvals: c.needed, SelfApproval: c.self}
		if got := p.Quorum(PortalRules{}); got != c.want {
			t.Errorf("%+v: got %d", c, got)
		}
		// The same by a portal's own rules.
		own := PortalRules{Users: &p.Users, Approvers: &p.Approvers, Approvals: c.needed}
		if got := (Policy{Users: list("*"), Approvers: list("*"), SelfApproval: c.self}).Quorum(own); got != c.want {
			t.Errorf("%+v: a portal's own: got %d", c, got)
		}
	}
}
