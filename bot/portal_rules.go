package bot

import (
	"context"
	"slices"
	"strings"

	"docspace-restorebot/bot/command"
	"docspace-restorebot/bot/policy"
)

// policy holds the rules of a portal.
func (b *Bot) policy(p Portal) policy.Policy { return b.Policy.With(p.Own) }

// policyOf is the policy of a restore's portal. For a portal that is no longer set
// up the bot's own rules say who may end the restore; nothing of it can be started.
func (b *Bot) policyOf(r Restore) policy.Policy {
	p, ok := b.Portals.Of(r)
	if !ok {
		return b.Policy
	}
	return b.policy(p)
}

// policyCheck checks a caller against the rules of a portal: [mayUse] or [mayRequest].
type policyCheck func(ctx context.Context, p policy.Policy, d policy.Directory, c policy.Caller) *policy.Refusal

func mayUse(ctx context.Context, p policy.Policy, d policy.Directory, c policy.Caller) *policy.Refusal {
	return p.MayUse(ctx, d, c)
}

// mayRequest is the check of a request for a restore.
func mayRequest(o command.Order) policyCheck {
	return func(ctx context.Context, p policy.Policy, d policy.Directory, c policy.Caller) *policy.Refusal {
		if !o.BreakGlass {
			return p.Admit(ctx, d, c)
		}
		if no := p.CheckPlace(c); no != nil {
			return no
		}
		return p.MayBreakGlass(ctx, d, c.User)
	}
}

// admit checks the workspace, the app, the channel and the person for at least one
// portal, in this order. For a restore it then checks the freeze.
func (b *Bot) admit(ctx context.Context, c policy.Caller, line command.Line) *policy.Refusal {
	check := mayUse
	if line.Verb == command.VerbRestore {
		check = mayRequest(line.Order)
	}
	if no := check(ctx, b.Policy, b.Directory, c); no != nil && !b.anyPortalPasses(ctx, c, check) {
		return no
	}
	if line.Verb == command.VerbRestore {
		return b.freezeRefusal(ctx)
	}
	return nil
}

// maxTried bounds how many refused rules a check remembers.
const maxTried = 16

// anyPortalPasses reports whether a portal's own rules allow a caller whom the bot's
// rules refuse. It checks equal rules once.
func (b *Bot) anyPortalPasses(ctx context.Context, c policy.Caller, check policyCheck) bool {
	tried := make([]policy.PortalRules, 1, maxTried) // the bot's own rules
	for i := range b.Portals {
		own := b.Portals[i].Own
		if slices.Contains(tried, own) {
			continue
		}
		if check(ctx, b.Policy.With(own), b.Directory, c) == nil {
			return true
		}
		if len(tried) < maxTried {
			tried = append(tried, own)
		}
	}
	return false
}

// visiblePortals are the portals that the caller may see from this channel.
func (b *Bot) visiblePortals(ctx context.Context, c policy.Caller) Portals {
	return b.portalsPassing(ctx, c, mayUse)
}

func (b *Bot) portalsPassing(ctx context.Context, c policy.Caller, check policyCheck) Portals {
	var ps Portals
	for _, p := range b.Portals {
		if check(ctx, b.policy(p), b.Directory, c) == nil {
			ps = append(ps, p)
		}
	}
	return ps
}

// choose returns the portal that a command is about. It never guesses between
// several.
func (b *Bot) choose(ctx context.Context, c policy.Caller, name string, check policyCheck) (Portal, *policy.Refusal) {
	may := b.portalsPassing(ctx, c, check)
	if name != "" {
		p, ok := b.Portals.Named(name)
		if !ok {
			return Portal{}, noPortal(name, may)
		}
		return p, check(ctx, b.policy(p), b.Directory, c)
	}
	switch len(may) {
	case 0:
		if len(b.Portals) == 0 {
			return Portal{}, noPortal(name, may)
		}
		return Portal{}, check(ctx, b.policy(b.Portals[0]), b.Directory, c)
	case 1:
		return may[0], nil
	}
	return Portal{}, &policy.Refusal{
		Rule: policy.RuleSyntax, What: "There are several portals: " + strings.Join(may.Names(), ", ") + ".",
		Do: "Say which one is meant with --portal and its name.", Suggest: "--portal " + command.Quote(may[0].Name),
	}
}

func noPortal(name string, may Portals) *policy.Refusal {
	no := &policy.Refusal{
		Rule: policy.RuleSyntax, What: "There is no portal called " + command.QuoteForeign(name) + ".",
		Do: "Use one of the portals that are set up here.",
	}
	if near := command.Nearest(name, may.Names()); near != "" {
		no.Suggest = "--portal " + command.Quote(near)
	} else if len(may) > 0 {
		no.Suggest = "--portal " + command.Quote(may[0].Name)
	}
	return no
}

// holds reports whether a restore belongs to one of these portals, by its address or
// its name.
func (ps Portals) holds(r Restore) bool {
	_, ok := ps.Of(r)
	if !ok && r.Portal != "" {
		_, ok = ps.Named(r.Portal)
	}
	return ok
}

// ended reports whether a restore has ended and belongs to one of these portals.
func (ps Portals) ended(r Restore) bool { return r.State.Ended() && ps.holds(r) }
