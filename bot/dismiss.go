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
	return retryOnRace(func() Answer { return b.cancelOnce(ctx, c, id, why) })
}

func (b *Bot) cancelOnce(ctx context.Context, c policy.Caller, id, why string) Answer {
	r, err := b.Store.Get(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound):
		return b.refuse(ctx, c, "", &policy.Refusal{
			Rule: policy.RuleUnknown, What: "There is no restore with this id. Nothing was changed.", Do: "See /restore status for what is open.",
		})
	case err != nil:
		return b.answerUnrecorded(ctx, err)
	}
	if !r.wasHandled(c) {
		if answer := b.dismiss(ctx, c, r, why); answer != nil {
			return answer
		}
	}
	return TextAnswer{"Dismissed. Nothing was started."}
}

func (b *Bot) dismiss(ctx context.Context, c policy.Caller, r Restore, why string) Answer {
	if r.State != Requested && r.State != Saving { // nothing is restored before its safety backup is done
		return b.refuse(ctx, c, r.ID, tooLate(r))
	}
	if no := b.policyOf(r).MayDismiss(ctx, b.Directory.Fresh(), r.request(), c.User); no != nil {
		return b.refuse(ctx, c, r.ID, no)
	}
	now := time.Now().UTC()
	next := r.markHandled(c).withEnd(Dismissed, now, Reason{})
	next.ClosedBy, next.ClosedAt, next.ClosedWhy = c.User, now, why
	_, err := b.Store.Wake(ctx, r, next, Event{At: now, Restore: r.ID, Kind: EventDismissed, Actor: c.User, Detail: reasonDetail(why)})
	return b.answerSave(ctx, c, r, err)
}

// reasonDetail is what the trail keeps of why somebody did something.
func reasonDetail(why string) map[string]string {
	if why == "" {
		return nil
	}
	return map[string]string{"reason": why}
}
