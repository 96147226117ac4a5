package bot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"docspace-restorebot/bot/policy"
)

// confirmable says why this person cannot confirm the restore now, nil if they can.
func (b *Bot) confirmable(ctx context.Context, c policy.Caller, r Restore) *policy.Refusal {
	switch {
	case r.State != Requested || r.CardTS == "" || r.Shown.State != Requested:
		return tooLate(r)
	case !time.Now().Before(r.ExpiresAt):
		return requestExpired(r)
	}
	return b.mayAgree(ctx, c, r)
}

// mayAgree checks everything that has to hold when somebody agrees to a restore: the
// record, the freeze, the plan, the requester, and their own right.
func (b *Bot) mayAgree(ctx context.Context, c policy.Caller, r Restore) *policy.Refusal {
	rules, fresh := b.policyOf(r), b.Directory.Fresh()
	for _, check := range []func() *policy.Refusal{
		r.sealRefusal,
		func() *policy.Refusal { return b.freezeRefusal(ctx) },
		func() *policy.Refusal { return b.asPlanned(r) },
		func() *policy.Refusal { return rules.StillAdmitted(ctx, fresh, r.request()) },
		func() *policy.Refusal { return rules.MayStillConfirm(ctx, fresh, r.request(), c.User) },
	} {
		if no := check(); no != nil {
			return no
		}
	}
	return nil
}

// confirm counts one person's confirmation. The trail keeps the word that they
// typed.
func (b *Bot) confirm(ctx context.Context, c policy.Caller, r Restore, message, typed string) error {
	if no := b.confirmable(ctx, c, r); no != nil {
		return refused(r.ID, no)
	}
	again, err := b.policyOf(r).SamePersonAsAny(ctx, b.Directory, c.User, r.Confirmers())
	if err != nil {
		return refused(r.ID, policy.LookupFailed(err))
	}
	if again {
		return refused(r.ID, &policy.Refusal{
			Rule: policy.RuleSecond, What: "You have confirmed this already; it waits for somebody else.",
			Do: "Ask one of the people below.", People: b.policyOf(r).Approvers, Restore: r.ID,
		})
	}
	now, err := b.Store.Now(ctx)
	if err != nil {
		return err
	}
	needed := b.policyOf(r).NeededFor(r.request())
	next := r.markHandled(c)
	next.Confirmations = append(slices.Clone(r.Confirmations), Confirmation{User: c.User, At: now, MessageTS: message})
	if len(next.Confirmations) >= needed {
		next.State = Confirmed
	} else if next.Loss.Source != "" {
		next.Loss.Due = time.Now().UTC() // read the loss again for the next confirmer
	}
	detail := map[string]string{"message_ts": message, "plan": r.Plan, "count": fmt.Sprintf("%d of %d", len(next.Confirmations), needed)}
	if typed != "" {
		detail["typed"] = typed
	}
	_, err = b.Store.Wake(ctx, r, next, Event{At: now, Restore: r.ID, Kind: EventConfirmed, Actor: c.User, Detail: detail})
	return b.saveOutcome(ctx, c, r, err)
}
