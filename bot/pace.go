package bot

import (
	"context"
	"time"

	"docspace-restorebot/docspace"
)

// atWork posts the card of a restore that has none yet, as one that was started
// elsewhere, and notices whether the bot was away.
func (b *Bot) atWork(ctx context.Context, r *Restore, p Portal) (Next, error) {
	if r.CardTS == "" {
		ts, err := b.Chat.PostCard(ctx, b.card(ctx, *r, p))
		if err != nil {
			return Next{After: pause(err)}, err
		}
		next := *r
		next.CardTS = ts
		saved, err := b.Store.Save(ctx, *r, next)
		if err != nil {
			return Next{After: soon}, err
		}
		*r = saved
	}
	return Next{After: soon}, b.noticeAway(ctx, r, p)
}

// tenantOf asks the portal about itself where the progress does not tell the
// phase; "" where that is not needed or not answered.
func tenantOf(ctx context.Context, task docspace.Progress, p Portal) docspace.TenantStatus {
	if task.Percent > 0 && task.Percent < percentCopying {
		return ""
	}
	settings, err := p.API.Settings(ctx)
	if err != nil {
		return "" // at the swap it may answer 404 or 500
	}
	return settings.TenantStatus
}

// tellPhase tells the thread that a restore has come to another phase. It is
// recorded before it is told: a note twice would be worse than none, for the
// card says it too.
func (b *Bot) tellPhase(ctx context.Context, r Restore, p Portal) (Restore, error) {
	if r.Progress.Phase == PhaseQueued || rank(r.Progress.Phase) <= rank(r.PhaseTold) {
		return r, nil
	}
	next := r
	next.PhaseTold = r.Progress.Phase
	saved, err := b.Store.Save(ctx, r, next)
	if err != nil {
		return r, err
	}
	if _, err := b.Chat.Reply(ctx, b.card(ctx, saved, p), Note{Kind: NotePhase}); err != nil {
		b.Log.WarnContext(ctx, "a phase could not be told in the thread", "restore", r.ID, "err", err)
	}
	return saved, nil
}

// showPaced edits the card when the state is new or an edit is due: the time
// that has passed is on it, and when it will be edited next.
func (b *Bot) showPaced(ctx context.Context, r *Restore, p Portal) error {
	now := time.Now().UTC()
	if r.Shown.State != r.State {
		return b.show(ctx, r, p)
	}
	if r.CardTS == "" || now.Sub(r.Shown.At) < editEvery(r.atIt(now)) {
		return nil
	}
	return b.edit(ctx, r, p)
}

// paced saves how far a safety backup has come and shows it when an edit is due.
func (b *Bot) paced(ctx context.Context, r, next Restore, p Portal, after time.Duration) (Next, error) {
	if r.Safety != next.Safety {
		saved, err := b.Store.Save(ctx, r, next)
		if err != nil {
			return Next{After: soon}, err
		}
		next = saved
	}
	if err := b.showPaced(ctx, &next, p); err != nil {
		return Next{After: max(after, RetryAfter(err))}, err
	}
	return Next{After: after}, nil
}

// atIt is how long the present work has gone on.
func (r Restore) atIt(now time.Time) time.Duration {
	if r.State == Saving {
		return now.Sub(r.Safety.StartedAt)
	}
	return r.Elapsed(now)
}
