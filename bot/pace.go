package bot

import (
	"context"
	"errors"
	"time"

	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// atWork posts the card of a restore that has none yet, as one that was started
// elsewhere, and notices whether the bot was away.
func (b *Bot) atWork(ctx context.Context, r *Restore, p Portal) error {
	var later error
	if r.CardTS == "" && !r.CardGone {
		if later = b.repost(ctx, r, p); later != nil && !isUntold(later) {
			return later
		}
	}
	if err := b.noticeAway(ctx, r, p); err != nil {
		return err
	}
	return later
}

// tenantEvery is how often the portal is asked about itself: half of the polls
// of hundreds of portals would tell nothing.
const tenantEvery = 10 * time.Second

// stillFor is how long the progress stands still before the portal is asked about
// itself: a portal whose worker died is locked.
const stillFor = time.Minute

// askTenant asks the portal about itself where the progress does not tell the
// phase, unless that was done a moment ago. What is not answered, and what
// another portal answers in its place, is not known.
func (r *Restore) askTenant(ctx context.Context, task docspace.Progress, p Portal, now time.Time) {
	moving := now.Sub(r.Progress.ChangedAt) < stillFor
	if task.Percent > 0 && task.Percent < percentCopying && moving || now.Sub(r.Progress.TenantAt) < tenantEvery {
		return
	}
	r.Progress.Tenant, r.Progress.TenantAt = "", now
	settings, err := p.API.Settings(ctx)
	if err != nil || r.otherPortal(settings) != "" {
		return // at the swap it may answer 404 or 500
	}
	r.Progress.Tenant = settings.TenantStatus
}

// tellPhase tells the thread that a restore has come to another phase. It is
// recorded before it is told: a note twice would be worse than none, for the
// card says it too. One that surely was not told is told later.
func (b *Bot) tellPhase(ctx context.Context, r *Restore, p Portal) error {
	if r.Progress.Phase == PhaseQueued || rank(r.Progress.Phase) <= rank(r.PhaseTold) {
		return nil
	}
	told, next := r.PhaseTold, *r
	next.PhaseTold = r.Progress.Phase
	if err := b.keep(ctx, r, next); err != nil {
		return err
	}
	note := Note{Kind: NotePhase}
	ts, why := b.Chat.Reply(ctx, b.card(ctx, *r, p), note)
	if errors.Is(why, policy.ErrChatBusy) {
		next := *r
		next.PhaseTold = told
		if err := b.keep(ctx, r, next); err != nil {
			return err
		}
	}
	if why != nil {
		return untold{why}
	}
	b.noted(ctx, *r, note, ts)
	return nil
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
	raised := len(r.Alarms) != len(next.Alarms)
	if raised || r.Safety != next.Safety {
		saved, err := b.Store.Save(ctx, r, next)
		if err != nil {
			return Next{After: soon}, err
		}
		next = saved
	}
	if err := b.tellAlarms(ctx, &next, p); err != nil {
		return Next{After: after}, err
	}
	show := b.showPaced
	if raised {
		show = b.edit // it has another button now
	}
	if err := show(ctx, &next, p); err != nil {
		return Next{After: after}, err
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
