package bot

import (
	"context"
	"errors"
	"time"

	"docspace-restorebot/bot/policy"
)

const (
	// countdown is how long everybody in the channel has to stop a restore that
	// one person confirmed alone.
	countdown = 60 * time.Second
	// countEvery is how often the card counts down.
	countEvery = 5 * time.Second
	// countUnseen is the longest time between two edits of the countdown. After a longer
	// gap, with the bot or Slack down, it begins anew: nobody could have stopped it.
	countUnseen = 20 * time.Second
	// countdownFor is when a countdown that cannot be shown is given up.
	countdownFor = 15 * time.Minute
	// linkWithin is how long a permalink may take.
	linkWithin = 2 * time.Second
)

// runCountdown counts down on the card. ok means that the countdown ended and nobody
// stopped it.
func (b *Bot) runCountdown(ctx context.Context, r *Restore, p Portal) (next Next, ok bool, err error) {
	agreed, err := b.Store.Now(ctx)
	if err != nil {
		return Next{After: soon}, false, err
	}
	now := time.Now().UTC()
	if agreed.Sub(r.agreedAt()) > countdownFor {
		next, err = b.move(ctx, *r, r.withEnd(Failed, now, countdownUnseen()), EventEnded)
		return next, false, err
	}
	if r.CountdownTS == "" {
		if err := b.callApprovers(ctx, r, p); err != nil {
			return Next{After: retryDelay(err)}, false, err
		}
	}
	if r.StartsAt.IsZero() || now.Sub(r.Shown.At) > countUnseen {
		was := *r
		r.StartsAt = now.Add(countdown)
		if *r, err = b.Store.Save(ctx, was, *r); err != nil {
			return Next{After: soon}, false, err
		}
	}
	left := r.StartsAt.Sub(now)
	if left <= 0 {
		return Next{}, true, nil
	}
	err = b.redraw(ctx, r, p)
	if errors.Is(err, ErrCardGone) {
		next, err = b.move(ctx, *r, r.withEnd(Failed, now, countdownUnseen()), EventEnded)
		return next, false, err
	}
	if err != nil {
		return Next{After: retryDelay(err)}, false, err
	}
	return Next{After: min(countEvery, max(left, 0))}, false, nil
}

// callApprovers mentions everybody who might stop the restore, before the countdown
// begins.
func (b *Bot) callApprovers(ctx context.Context, r *Restore, p Portal) error {
	ts, err := b.Chat.Reply(ctx, b.card(ctx, *r, p), Note{Kind: NoteBreakGlass, Broadcast: true})
	if err != nil {
		return err
	}
	was := *r
	r.CountdownTS = ts
	*r, err = b.Store.Save(ctx, was, *r, Event{
		At: time.Now().UTC(), Restore: r.ID, Kind: EventBreakGlass, Detail: b.permalinkDetail(ctx, r.Channel, ts),
	})
	return err
}

func countdownUnseen() Reason {
	return Reason{
		Rule: policy.RuleBreakGlass, What: "The countdown could not be shown in the channel, so nobody could have stopped it.",
		Do: "Ask again with /restore.",
	}
}

// redraw edits the card although only the time has changed. A missing card is an
// error: nobody can stop a countdown that nobody sees.
func (b *Bot) redraw(ctx context.Context, r *Restore, p Portal) error {
	if err := b.Chat.EditCard(ctx, b.card(ctx, *r, p)); err != nil {
		return err
	}
	next := *r
	next.Shown = Shown{State: r.State, Version: r.Version + 1, At: time.Now().UTC()}
	saved, err := b.Store.Save(ctx, *r, next)
	if err == nil {
		*r = saved
	}
	return err
}

// stopCountdown stops a countdown. Anybody who sees the card may press the button,
// for it can only prevent a start.
func (b *Bot) stopCountdown(ctx context.Context, c policy.Caller, r Restore) error {
	if r.State != Confirmed || !r.Order.BreakGlass {
		return refused(r.ID, tooLate(r))
	}
	now := time.Now().UTC()
	next := r.markHandled(c).withEnd(Dismissed, now, Reason{Rule: policy.RuleBreakGlass})
	next.ClosedBy, next.ClosedAt = c.User, now
	_, err := b.Store.Wake(ctx, r, next, Event{At: now, Restore: r.ID, Kind: EventStopped, Actor: c.User})
	return b.saveOutcome(ctx, c, r, err)
}
