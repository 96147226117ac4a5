package bot

import (
	"context"
	"time"

	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// deliverEndFor is how long the bot tries to tell an end in a channel that cannot be
// reached. deliverDeniedEndFor is the same where the chat denies it: a person has to change
// that, which may take a weekend.
const (
	deliverEndFor       = 24 * time.Hour
	deliverDeniedEndFor = 72 * time.Hour
)

// deliveryOver reports whether an undelivered end is tried no more.
func deliveryOver(why error, since time.Duration) bool {
	return channelClosed(why) && since >= deliverEndFor || deniedByChat(why) && since >= deliverDeniedEndFor
}

// stepEnded shows the end on the card, announces it, runs the after-care and settles
// the restore. Card and announcement do not wait for each other.
func (b *Bot) stepEnded(ctx context.Context, r Restore, p Portal) (Next, error) {
	later := b.show(ctx, &r, p)
	if later != nil && !isUndelivered(later) {
		return Next{After: soon}, later
	}
	next := Next{After: retryDelay(later)}
	if r.State.Announced() || r.hasLapsed() { // people wait for an end that they confirmed
		if err := b.announce(ctx, &r, p); err != nil {
			if !isUndelivered(err) {
				return Next{After: soon}, err
			}
			next.After, later = min(next.After, retryDelay(err)), err
		}
	}
	if since := time.Since(r.EndedAt); later != nil && !deliveryOver(later, since) {
		if needsDirect(later) && since > 30*personDelay { // only a person can help, and that takes time
			next.After = max(next.After, 30*personDelay)
		}
		return next, later
	}
	if later == nil && r.State == Succeeded {
		if next, done, err := b.afterSuccess(ctx, &r, p); !done {
			return next, err
		}
	}
	if later != nil {
		b.Log.ErrorContext(ctx, "the end of a restore was never told in its channel", "restore", r.ID, "state", r.State, "err", later)
	}
	was := r
	r.Settled, r.AnswerURL = true, docspace.Secret{}
	if _, err := b.Store.Save(ctx, was, r); err != nil {
		return Next{After: soon}, err
	}
	return Next{Done: true}, nil
}

// afterSuccess posts the after-care list and what each person has to do again, counts what
// the portal holds, and reminds people of open items. done means that nothing is left.
func (b *Bot) afterSuccess(ctx context.Context, r *Restore, p Portal) (next Next, done bool, err error) {
	now := time.Now().UTC()
	for _, tell := range []func(context.Context, *Restore, Portal) error{b.showList, b.tellLoss} {
		switch err := tell(ctx, r, p); {
		case err == nil, deliveryOver(err, now.Sub(r.EndedAt)):
		case isUndelivered(err):
			return Next{After: retryDelay(err)}, false, err
		default:
			return Next{After: soon}, false, err
		}
	}
	if !r.Aftercare.Done {
		next, err := b.stepAftercare(ctx, *r, p)
		return next, false, err
	}
	due, err := b.remindList(ctx, r, p, now)
	switch {
	case err != nil && isUndelivered(err):
		return Next{After: retryDelay(err)}, false, err
	case err != nil:
		return Next{After: soon}, false, err
	}
	return Next{After: due}, due == 0, nil
}

// deliverRefusalFor is how long the bot tries to deliver a refusal.
const deliverRefusalFor = time.Minute

// deliverRefusal tells the requester alone why their request was refused.
func (b *Bot) deliverRefusal(ctx context.Context, r Restore) (Next, error) {
	to := Recipient{Channel: r.Channel, User: r.Requester, URL: r.AnswerURL}
	no := &policy.Refusal{Rule: r.Reason.Rule, What: r.Reason.What, Do: r.Reason.Do, Restore: r.ID, Suggest: r.Suggest}
	if no.Rule == policy.RuleBusy { // the request was recorded, so the running task is not ours
		no.Follow = r.Portal
	}
	err := b.Chat.Answer(ctx, to, no)
	since := time.Since(r.EndedAt)
	if err != nil && since < deliverRefusalFor {
		return Next{After: max(retryDelay(err), since)}, undelivered{err}
	}
	if err != nil {
		b.Log.ErrorContext(ctx, "a refusal could not be told", "restore", r.ID, "requester", r.Requester, "rule", r.Reason.Rule, "err", err)
	}
	was := r
	r.Settled = true
	if _, err := b.Store.Save(ctx, was, r); err != nil {
		return Next{After: soon}, err
	}
	return Next{Done: true}, nil
}
