package bot

import (
	"context"
	"time"

	"docspace-restorebot/bot/policy"
)

// The bot's settings may change while a restore is open: a portal gets another
// name, moves to another address, or is taken out. A restore is bound to the
// address that people were shown.

// lostPortalDelay is the time between two steps of a restore whose portal is no
// longer set up, once people were told.
const lostPortalDelay = time.Hour

// Of returns the portal that a restore is bound to by address, under any name. ok is
// false if that portal is no longer set up. A record without an address is bound by
// name.
func (ps Portals) Of(r Restore) (Portal, bool) {
	for _, p := range ps {
		if r.Address == p.Address() || r.Address == "" && r.Portal == p.Name {
			return p, true
		}
	}
	return Portal{}, false
}

// formerPortal is a portal that is no longer set up, as far as a card shows it.
func formerPortal(r Restore) Portal {
	return Portal{PortalName: PortalName{Name: r.Portal, URL: r.Address}}
}

// stepPortalGone settles a restore whose portal is no longer set up, and starts
// nothing. A restore that may be running is told in its channel; a person says how
// it ended. The bot follows it again if the portal is set up again.
func (b *Bot) stepPortalGone(ctx context.Context, r Restore) (Next, error) {
	p, now := formerPortal(r), time.Now().UTC()
	lost := Reason{
		Rule: policy.RulePortal,
		What: "The portal " + p.Name + " at " + p.Address() + " is no longer among the bot's portals.",
		Do:   "Look at the portal and say with the buttons what became of it. If it is set up again, the bot follows it on.",
	}
	switch r.State {
	case Requested:
		if r.CardTS == "" {
			return b.refuseRequest(ctx, r, &policy.Refusal{Rule: policy.RulePortal, What: lost.What, Do: "See /restore help for the portals, then ask again."})
		}
		fallthrough
	case Confirmed, Saving:
		lost.Do = "Ask again with /restore once it is set up."
		return b.move(ctx, r, r.withEnd(Expired, now, lost), EventExpired)
	case Starting, Running:
		return b.move(ctx, r, r.withEnd(Unclear, now, lost), EventEnded)
	case Unclear:
		if err := b.tellUnclear(ctx, &r, p); err != nil {
			return Next{After: retryDelay(err)}, err
		}
		return Next{After: lostPortalDelay}, nil
	case Refused:
		return b.deliverRefusal(ctx, r)
	default: // ended
	}
	if r.State == Succeeded && !r.Aftercare.Done { // the portal cannot be counted
		next := r
		next.Aftercare.Done, next.Aftercare.GaveUp = true, true
		return b.saveAndWait(ctx, r, next, 0)
	}
	return b.stepEnded(ctx, r, p)
}

// WarnOfLostPortals logs the open restores whose portal is no longer set up. Their
// next steps tell their channels.
func (b *Bot) WarnOfLostPortals(ctx context.Context) error {
	lost, err := b.lostRestores(ctx)
	for _, r := range lost {
		b.Log.WarnContext(ctx, "the portal of an open restore is no longer set up", "restore", r.ID, "state", r.State, "portal", r.Portal, "address", r.Address)
	}
	return err
}

// lostRestores are the open restores whose portal is no longer set up.
func (b *Bot) lostRestores(ctx context.Context) ([]Restore, error) {
	return b.Store.Search(ctx, SearchWindow, func(r Restore) bool {
		_, ok := b.Portals.Of(r)
		return !ok && r.State.Open()
	})
}
