package bot

import (
	"context"
	"time"

	"docspace-restorebot/bot/policy"
)

// checkRequest checks a new request with the chat and the portal, then posts its
// card. It changes nothing on the portal.
func (b *Bot) checkRequest(ctx context.Context, r Restore, p Portal) (Next, error) {
	now := time.Now().UTC()
	switch {
	case now.Before(r.ExpiresAt):
	case r.Cards == 0: // no card was posted yet
		return b.refuseRequest(ctx, r, requestNeverShown())
	default:
		return b.move(ctx, r, r.withEnd(Expired, now, Reason{}), EventExpired)
	}
	if was := r; r.CardTS == "" {
		if r.Cards >= maxCards {
			return b.refuseRequest(ctx, r, &policy.Refusal{
				Rule: policy.RuleChannel, What: "The card of this request was removed from the channel again and again.",
				Do: "Find out who or what removes the bot's messages there, then ask again.",
			})
		}
		no := b.policy(p).CheckMembership(ctx, b.Directory, policy.Caller{Team: r.Team, Channel: r.Channel, User: r.Requester})
		if no == nil {
			no = b.checkPortal(ctx, &r, p)
		}
		if ctx.Err() != nil {
			return Next{After: soon}, ctx.Err() // the bot is stopping
		}
		if no != nil && no.Busy && now.Sub(r.RequestedAt) < busyFor {
			return Next{After: soon}, nil // too many ask at once: wait, do not refuse
		}
		if no != nil {
			return b.refuseRequest(ctx, r, no)
		}
		// Before anybody can press the card: a press is held to the recorded plan.
		r.Plan = planOf(r, p, b.policyOf(r))
		var err error
		if r, err = b.Store.Save(ctx, was, r); err != nil {
			return Next{After: soon}, err
		}
		ts, err := b.Chat.PostCard(ctx, b.card(ctx, r, p))
		if no := refusedCard(err); no != nil {
			return b.refuseRequest(ctx, r, no)
		}
		if err != nil {
			return Next{After: untilDue(r.ExpiresAt, retryDelay(err))}, undelivered{err}
		}
		if r, err = b.recordCard(ctx, r, ts); err != nil {
			return Next{After: soon}, err
		}
		b.recordCardLink(ctx, r)
	}
	if err := b.show(ctx, &r, p); err != nil {
		return Next{After: untilDue(r.ExpiresAt, retryDelay(err))}, err
	}
	if r.CardTS == "" {
		return Next{After: soon}, nil // the card was deleted
	}
	return Next{After: b.untilNext(r, p)}, nil // at once, to read what will be lost
}

// busyFor is how long a request waits for the chat's rate limit.
const busyFor = 2 * time.Minute

func (b *Bot) refuseRequest(ctx context.Context, r Restore, no *policy.Refusal) (Next, error) {
	next := r.withEnd(Refused, time.Now().UTC(), reasonFrom(no))
	next.Suggest = no.Suggest
	return b.move(ctx, r, next, EventRefused)
}

// awaitConfirmation keeps the card of a request right, reminds once, and lets the
// request expire.
func (b *Bot) awaitConfirmation(ctx context.Context, r Restore, p Portal) (Next, error) {
	now := time.Now().UTC()
	if !now.Before(r.ExpiresAt) {
		return b.move(ctx, r, r.withEnd(Expired, now, Reason{}), EventExpired)
	}
	if err := b.show(ctx, &r, p); err != nil {
		return Next{After: untilDue(r.ExpiresAt, retryDelay(err))}, err
	}
	if r.CardTS == "" {
		return Next{After: soon}, nil // the card was deleted
	}
	if at, ok := b.lossDue(r, p); ok && !now.Before(at) {
		return b.fillLoss(ctx, r, p)
	}
	if err := b.tellWithdrawn(ctx, &r, p); err != nil {
		return Next{After: untilDue(r.ExpiresAt, retryDelay(err))}, err
	}
	if err := b.remind(ctx, &r, p, now); err != nil {
		return Next{After: untilDue(r.ExpiresAt, retryDelay(err))}, err
	}
	return Next{After: b.untilNext(r, p)}, nil
}

// remindAt is half of the request's life, when the approvers are reminded.
func (r Restore) remindAt() time.Time { return r.RequestedAt.Add(r.ExpiresAt.Sub(r.RequestedAt) / 2) }

// waits is the time until a request on a card has to be looked at again.
func (r Restore) waits(now time.Time) time.Duration {
	due := r.ExpiresAt
	if !r.Reminded && r.remindAt().After(now) {
		due = r.remindAt()
	}
	return max(0, due.Sub(now))
}

// remind mentions the approvers once, at half of the request's life. It waits while
// restores are frozen.
func (b *Bot) remind(ctx context.Context, r *Restore, p Portal, now time.Time) error {
	if r.Reminded || now.Before(r.remindAt()) {
		return nil
	}
	if f := b.freezeShown(ctx); f.On() || f.Unreadable {
		return nil
	}
	if err := b.postNote(ctx, r, p, Note{Kind: NoteReminder, Broadcast: true}); err != nil {
		return err
	}
	next := *r
	next.Reminded = true
	return b.saveInPlace(ctx, r, next)
}

// untilDue is pause, but no longer than until due.
func untilDue(due time.Time, pause time.Duration) time.Duration {
	return max(0, min(pause, time.Until(due)))
}
