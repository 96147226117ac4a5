package bot

import (
	"context"
	"time"
)

// stepUnclear tells once that a person has to look, and asks the portal on. It ends as
// soon as the portal or a person tells the end.
func (b *Bot) stepUnclear(ctx context.Context, r Restore, p Portal) (Next, error) {
	var later error // a message that could not be posted now
	if r.EndTS == "" {
		if later = b.tellUnclear(ctx, &r, p); later != nil && !isUndelivered(later) {
			return Next{After: soon}, later
		}
	}
	ask, cancel := context.WithTimeout(ctx, stepCallTimeout)
	defer cancel()
	ts, err := askTasks(ask, p.API)
	if ctx.Err() != nil {
		return Next{After: soon}, ctx.Err()
	}
	if err == nil {
		moved, next, err := b.settleByPortal(ask, &r, p, ts)
		if moved || err != nil {
			return next, err
		}
	}
	if err := b.show(ctx, &r, p); later == nil {
		later = err
	}
	return Next{After: min(unclearPoll, retryDelay(later))}, later
}

// settleByPortal takes the portal's word on the task of an unclear restore. It
// notes any other task.
func (b *Bot) settleByPortal(ctx context.Context, r *Restore, p Portal, ts tasks) (moved bool, next Next, err error) {
	now := time.Now().UTC()
	task, ours := ts.with(r.TaskID)
	switch {
	case ours && !task.Terminal():
		next, err = b.recordStart(ctx, *r, task)
		return true, next, err
	case ours && task.Succeeded():
		v, _ := r.verdict(ctx, p, now)
		if v.Trouble != "" {
			return false, Next{}, nil
		}
		end := r.withEnd(Succeeded, now, Reason{}).withEndUnannounced()
		end.Progress, end.Verdict = r.Progress.next(task, "", now), v
		next, err = b.move(ctx, *r, end, EventEnded)
		return true, next, err
	case ours:
		next, err = b.move(ctx, *r, withFailure(*r, task, now).withEndUnannounced(), EventEnded)
		return true, next, err
	}
	if task, _, ok := ts.appeared(*r); ok && task.TaskID != r.TaskID {
		if noted, changed := r.noteOther(task, now); changed {
			return false, Next{}, b.saveInPlace(ctx, r, noted)
		}
	}
	return false, Next{}, nil
}

// withEndUnannounced returns r with a new end that has to be announced.
func (r Restore) withEndUnannounced() Restore {
	r.EndTS, r.ChannelLost.EndTS = "", ""
	return r
}

// tellUnclear shows and announces once that a person has to look.
func (b *Bot) tellUnclear(ctx context.Context, r *Restore, p Portal) error {
	shown := b.show(ctx, r, p)
	if shown != nil && !isUndelivered(shown) {
		return shown
	}
	if err := b.announce(ctx, r, p); err != nil {
		return err
	}
	return shown
}

// Stuck reports whether a running restore may never end by itself. A person may then
// settle it, and the bot asks on all the same.
func (r Restore) Stuck(now time.Time) bool {
	p := r.Progress
	return r.State == Running && (p.Trouble != "" && now.Sub(p.TroubleSince) >= silentFor || now.Sub(p.ChangedAt) >= stalledFor)
}

// settleUnclear ends a restore by a person's word.
func (b *Bot) settleUnclear(ctx context.Context, p Press, r Restore) error {
	if r.State != Unclear && !r.Stuck(time.Now().UTC()) {
		return refused(r.ID, tooLate(r))
	}
	if no := b.policyOf(r).MayDismiss(ctx, b.Directory.Fresh(), r.request(), p.Caller.User); no != nil {
		return refused(r.ID, no)
	}
	now := time.Now().UTC()
	next := r.withEnd(Failed, now, Reason{What: "A person looked and says that the portal was not restored.", Do: "Ask again with /restore."})
	if p.Action == PressRestored {
		next = r.withEnd(Succeeded, now, Reason{What: "A person looked and says that the portal was restored."})
	}
	next = next.markHandled(p.Caller).withEndUnannounced()
	next.ClosedBy, next.ClosedAt = p.Caller.User, now
	_, err := b.Store.Wake(ctx, r, next, Event{
		At: now, Restore: r.ID, Kind: EventSettled, Actor: p.Caller.User, Detail: map[string]string{"as": string(p.Action)},
	})
	return b.saveOutcome(ctx, p.Caller, r, err)
}
