package bot

import (
	"context"
	"errors"
	"time"

	"docspace-restorebot/bot/policy"
)

// cancelByID is /restore cancel.
func (b *Bot) cancelByID(ctx context.Context, c policy.Caller, id, why string) Answer {
	ctx = about(ctx, id)
	answer, err := retryOnRace(func() (Answer, error) { return b.cancelOnce(ctx, c, id, why) })
	if err != nil {
		return b.refusalOf(ctx, c, err)
	}
	return answer
}

func (b *Bot) cancelOnce(ctx context.Context, c policy.Caller, id, why string) (Answer, error) {
	r, err := b.Store.Get(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, refused("", &policy.Refusal{
			Rule: policy.RuleUnknown, What: "There is no restore with this id.", Do: "See /restore status for what is open.",
		})
	case err != nil:
		return nil, err
	}
	if !r.wasHandled(c) {
		if err := b.dismiss(ctx, c, r, why); err != nil {
			return nil, err
		}
	}
	return TextAnswer{"Dismissed. " + Untouched}, nil
}

func (b *Bot) dismiss(ctx context.Context, c policy.Caller, r Restore, why string) error {
	if r.State != Requested && r.State != Saving { // a safety backup can still be stopped
		return refused(r.ID, tooLate(r))
	}
	if no := b.policyOf(r).MayDismiss(ctx, b.Directory.Fresh(), r.request(), c.User); no != nil {
		return refused(r.ID, no)
	}
	now := time.Now().UTC()
	next := r.markHandled(c).withEnd(Dismissed, now, Reason{})
	next.ClosedBy, next.ClosedAt, next.ClosedWhy = c.User, now, why
	_, err := b.Store.Wake(ctx, r, next, Event{At: now, Restore: r.ID, Kind: EventDismissed, Actor: c.User, Detail: reasonDetail(why)})
	return b.saveOutcome(ctx, c, r, err)
}

// reasonDetail is the detail of an event with a person's reason.
func reasonDetail(why string) map[string]string {
	if why == "" {
		return nil
	}
	return map[string]string{"reason": why}
}
