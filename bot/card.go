package bot

import (
	"context"
	"errors"
	"time"
)

// card is what the chat needs to draw the restore.
func (b *Bot) card(ctx context.Context, r Restore, p Portal) Card {
	c := Card{Restore: r, Portal: p.PortalName, KeyFrom: p.KeyFrom, Rules: b.policy(p).ConfirmRules(r.request()), Now: time.Now().UTC(), Safety: p.Safety.Place()}
	c.Counting = r.State == Requested && b.counting(r, p)
	if r.State == Requested || r.State == Confirmed || r.State == Saving {
		c.Freeze = b.freezeShown(ctx)
	}
	if r.State == Running || (r.State == Saving && !r.AsksForWaiver()) {
		c.NextEdit = c.Now.Add(editEvery(r.workedFor(c.Now)))
	}
	return c
}

// show edits the card if it does not show r as it stands, and records the edit.
func (b *Bot) show(ctx context.Context, r *Restore, p Portal) error {
	switch {
	case r.Shown.State == r.State && r.Shown.Version == r.Version:
		return nil
	case r.CardTS == "" && !r.CardGone: // no card was ever posted
		return nil
	case r.State.Ended() && r.Shown.State == r.State && !r.Aftercare.Done && r.Checklist.Shown == r.Checklist.Revision: // the card is up to date
		return nil
	}
	return b.edit(ctx, r, p)
}

// edit makes the card show r as it stands, and records the edit. A removed card is
// posted again if the state is new.
func (b *Bot) edit(ctx context.Context, r *Restore, p Portal) error {
	for {
		if r.CardTS == "" {
			// A card that is removed again and again is not posted again before the
			// next state.
			if r.Shown.State == r.State || !r.State.needsCard() {
				return nil
			}
			if err := b.repost(ctx, r, p); err != nil {
				return err
			}
			return nil // the card shows this version
		}
		err := b.Chat.EditCard(ctx, b.card(ctx, *r, p))
		switch {
		case errors.Is(err, ErrCardGone):
			if err := b.loseCard(ctx, r); err != nil || r.State == Requested {
				return err
			}
			continue
		case needsDirect(err):
			return b.noteChannelLost(ctx, r, p, err)
		case err != nil:
			return undelivered{err}
		}
		return b.saveInPlace(ctx, r, b.markShown(*r))
	}
}

// markShown is r after its card was made to show it.
func (b *Bot) markShown(r Restore) Restore {
	now := time.Now().UTC()
	r.ChannelLost = ChannelLost{}
	if !r.SeenAt.IsZero() && r.State.Open() {
		r.SeenAt, r.SeenBy = now, b.Process
	}
	// The save itself counts the version up once more.
	r.Shown = Shown{State: r.State, Version: r.Version + 1, Percent: r.Progress.Percent, Phase: r.Progress.Phase, At: now}
	return r
}

// withCard is r after a card that shows it was posted.
func (b *Bot) withCard(r Restore, ts string) Restore {
	r.CardTS, r.CardGone, r.Cards = ts, false, r.Cards+1
	return b.markShown(r)
}

// maxCards bounds how often a request's removed card is posted again.
const maxCards = 3

// needsCard reports whether a state deserves a new card where the old one was
// removed: something happens, or happened, to the portal.
func (s State) needsCard() bool { return s.Announced() || (s.Open() && s != Requested) }

// saveInPlace saves next and makes r the saved restore.
func (b *Bot) saveInPlace(ctx context.Context, r *Restore, next Restore, events ...Event) error {
	saved, err := b.Store.Save(ctx, *r, next, events...)
	if err == nil {
		*r = saved
	}
	return err
}

// loseCard records that the card was removed. A request gets a new card at once, any
// other restore with its next state.
func (b *Bot) loseCard(ctx context.Context, r *Restore) error {
	b.Log.WarnContext(ctx, "the card of a restore is gone", "restore", r.ID, "state", r.State)
	next := *r
	next.CardTS, next.CardGone = "", true
	if r.State == Requested {
		next.Shown = Shown{}
	}
	return b.saveInPlace(ctx, r, next)
}

// repost posts a card in the place of one that is gone.
func (b *Bot) repost(ctx context.Context, r *Restore, p Portal) error {
	ts, err := b.Chat.PostCard(ctx, b.card(ctx, *r, p))
	switch {
	case errors.Is(err, ErrCardBare): // posted without blocks
	case needsDirect(err):
		return b.noteChannelLost(ctx, r, p, err)
	case err != nil:
		return undelivered{err}
	}
	return b.saveInPlace(ctx, r, b.withCard(*r, ts))
}

// recordCardLink records the address of a card. The trail is complete without it.
func (b *Bot) recordCardLink(ctx context.Context, r Restore) {
	detail := b.permalinkDetail(ctx, r.Channel, r.CardTS)
	if err := b.Store.Note(ctx, Event{At: time.Now().UTC(), Restore: r.ID, Kind: EventLinked, Detail: detail}); err != nil {
		b.Log.WarnContext(ctx, "the address of a card could not be recorded", "restore", r.ID, "err", err)
	}
}

// permalinkDetail is the permalink of a message for the audit trail, nil if the chat does
// not tell it.
func (b *Bot) permalinkDetail(ctx context.Context, channel, ts string) map[string]string {
	detail := map[string]string{"message_ts": ts}
	ctx, cancel := context.WithTimeout(ctx, linkWithin) // the posted card must be recorded soon
	defer cancel()
	link, err := b.Chat.Permalink(ctx, channel, ts)
	switch {
	case err != nil && !errors.Is(err, context.Canceled):
		b.Log.WarnContext(ctx, "a permalink could not be had", "err", err)
	case err == nil:
		detail["permalink"] = link
	}
	return detail
}
