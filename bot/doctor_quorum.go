package bot

import (
	"context"
	"fmt"

	"docspace-restorebot/bot/policy"
)

// Quorums finds rules under which nobody can confirm: of the bot, and of each portal with
// its own. Without a directory it counts the ids of the lists alone.
func (c PolicyCheck) Quorums(ctx context.Context) []Finding {
	found := c.quorum(ctx, "approvals", policy.PortalRules{})
	for _, p := range c.Portals {
		if p.Own.Users != nil || p.Own.Approvers != nil || p.Own.Approvals > 0 {
			found = append(found, c.quorum(ctx, "approvals of "+p.Name, p.Own)...)
		}
	}
	return found
}

func (c PolicyCheck) quorum(ctx context.Context, check string, own policy.PortalRules) []Finding {
	p := c.Policy.With(own)
	if p.Approvers.Nobody() || p.Users.Nobody() {
		return nil // setup asks about one list at a time
	}
	approvers := c.roster(ctx, p.Approvers)
	fix := "Name more people in RESTORE_APPROVERS, or put more into its user groups."
	switch p.QuorumAmong(c.roster(ctx, p.Users), approvers) {
	case policy.QuorumTooFew:
		return []Finding{faulty(check, fmt.Sprintf("%d must confirm, and %d can: nothing can be restored", p.Needed(), len(approvers.People)),
			fix+" Or lower RESTORE_APPROVALS.")}
	case policy.QuorumNobodyElse:
		return []Finding{faulty(check, "the requester may not confirm, and too few others can: nothing can be restored",
			fix+" Or let RESTORE_SELF_APPROVAL be true.")}
	case policy.QuorumNoSecond:
		return []Finding{warned(check, "nobody can confirm what needs a second person, such as --dump", fix)}
	case policy.QuorumMet:
	}
	return nil
}

// roster holds the people of a list who may use the bot. It counts a person who cannot be
// looked up, for another check reports them.
func (c PolicyCheck) roster(ctx context.Context, l policy.AllowList) policy.Roster {
	if c.Directory == nil {
		return policy.RosterOf(l)
	}
	r := policy.Roster{People: map[string]bool{}, Open: l.Any}
	for _, id := range l.IDs {
		p, err := c.Directory.Person(ctx, id)
		if err != nil || (!p.Deleted && !p.Bot && !p.Guest && !p.Stranger) {
			r.People[id] = true
		}
	}
	for _, group := range l.Groups {
		members, err := c.Directory.Members(ctx, group)
		r.Open = r.Open || err != nil
		for _, id := range members {
			r.People[id] = true
		}
	}
	return r
}
