package bot

import (
	"context"
	"strings"
)

// PortalRules are a portal's own. What is nil or 0 is as for the whole bot.
type PortalRules struct {
	Channels, Users, Approvers *AllowList
	Approvals                  int
}

// with returns the policy with a portal's own rules in it.
func (p Policy) with(own PortalRules) Policy {
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

// policy is who may do what on a portal.
func (b *Bot) policy(p Portal) Policy { return b.Policy.with(p.Own) }

// policyOf is who may do what with a restore. Of a portal that is no longer set
// up nobody may do anything.
func (b *Bot) policyOf(r Restore) Policy {
	p, ok := b.Portals.Named(r.Portal)
	if !ok || r.Portal == "" {
		return Policy{Team: b.Policy.Team, App: b.Policy.App}
	}
	return b.policy(p)
}

// admit checks that the caller may use the bot for one portal at least.
func (b *Bot) admit(ctx context.Context, c Caller) *Refusal {
	no := b.Policy.Admit(ctx, b.Directory, c)
	if no == nil || len(b.admitted(ctx, c)) > 0 {
		return nil
	}
	return no
}

// admitted are the portals that the caller may use from this channel.
func (b *Bot) admitted(ctx context.Context, c Caller) Portals {
	var ps Portals
	for _, p := range b.Portals {
		if b.policy(p).Admit(ctx, b.Directory, c) == nil {
			ps = append(ps, p)
		}
	}
	return ps
}

// choose returns the portal that a command is about. Which of several is meant
// is never guessed.
func (b *Bot) choose(ctx context.Context, c Caller, name string) (Portal, *Refusal) {
	may := b.admitted(ctx, c)
	if name != "" {
		p, ok := b.Portals.Named(name)
		if !ok {
			return Portal{}, noPortal(name, may)
		}
		return p, b.policy(p).Admit(ctx, b.Directory, c)
	}
	switch len(may) {
	case 0:
		if len(b.Portals) == 0 {
			return Portal{}, noPortal(name, may)
		}
		return Portal{}, b.policy(b.Portals[0]).Admit(ctx, b.Directory, c)
	case 1:
		return may[0], nil
	}
	return Portal{}, &Refusal{
		Rule: RuleSyntax, What: "There are several portals: " + strings.Join(may.Names(), ", ") + ". Nothing was started.",
		Do: "Say which one is meant with --portal and its name.", Suggest: "--portal " + quoteWord(may[0].Name),
	}
}

func noPortal(name string, may Portals) *Refusal {
	no := &Refusal{
		Rule: RuleSyntax, What: "There is no portal called " + clip(name) + ". Nothing was started.",
		Do: "Use one of the portals that are set up here.",
	}
	if near := nearest(name, may.Names()); near != "" {
		no.Suggest = "--portal " + quoteWord(near)
	} else if len(may) > 0 {
		no.Suggest = "--portal " + quoteWord(may[0].Name)
	}
	return no
}

// seen keeps the restores of portals that the caller may use, up to limit.
func seen(list []Restore, may Portals, limit int) []Restore {
	var kept []Restore
	for _, r := range list {
		if _, ok := may.Named(r.Portal); ok && len(kept) < limit {
			kept = append(kept, r)
		}
	}
	return kept
}
