package bot

import (
	"context"
	"errors"
	"time"

	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// startFor is how long the one POST may take; its answer is not waited for
// longer, and a lost one is resolved by asking for the progress.
const startFor = 15 * time.Second

// startWithin is how soon after the intent was saved the POST has to be sent. A
// process that stood still for longer is taken for dead, and a peer has begun to
// ask what became of the start; graceOf later it would tell that none came.
const startWithin = 5 * time.Second

// stoodStill is how long ago something was, by either clock: one stands still
// while the machine sleeps, the other may be set.
func stoodStill(since time.Time) time.Duration {
	now := time.Now()
	return max(now.Sub(since), now.Round(0).Sub(since.Round(0)))
}

func request(r Restore) docspace.RestoreRequest {
	req := docspace.RestoreRequest{BackupID: r.Order.BackupID, StorageType: r.Order.StorageType, Notify: r.Order.Notify, Dump: r.Order.Dump}
	if r.Backup.ID != "" {
		req.BackupID, req.StorageType = r.Backup.ID, r.Backup.StorageType
	}
	for _, p := range r.Order.Params {
		req.StorageParams = append(req.StorageParams, docspace.Param(p))
	}
	return req
}

// recordStart records that the portal's task is known. A task that another restore
// holds is not ours, whatever the portal answered.
func (b *Bot) recordStart(ctx context.Context, r Restore, task docspace.Progress) (Next, error) {
	next := r
	next.State, next.TaskID, next.SilentSince, next.Other = Running, task.TaskID, time.Time{}, OtherTask{}
	if r.State == Unclear {
		next.SeenAt, next.SeenBy = time.Now().UTC(), b.Process // it was watched rarely
	}
	next.Reason, next.EndedAt, next.EndTS = Reason{}, time.Time{}, "" // an unclear one is told anew
	next.ChannelLost.EndTS = ""
	next.Progress = next.Progress.next(task, "", time.Now().UTC())
	after, err := b.move(ctx, r, next, EventRunning)
	if errors.Is(err, ErrTaskHeld) && r.State == Starting {
		return b.move(ctx, r, r.withEnd(Unclear, time.Now().UTC(), startUnclear("the portal works on a restore that another request has started")), EventEnded)
	}
	return after, err
}

// stepStarting finds out what became of a start whose answer was lost. It asks and
// never sends again. What cannot be told within the grace is unclear.
func (b *Bot) stepStarting(ctx context.Context, r Restore, p Portal) (Next, error) {
	if err := b.noteDowntime(ctx, &r, p); err != nil {
		return Next{After: soon}, err
	}
	ask, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	ts, err := askTasks(ask, p.API)
	if ctx.Err() != nil {
		return Next{After: soon}, ctx.Err()
	}
	now, clock := b.Store.Now(ctx)
	if clock != nil {
		return Next{After: soon}, clock
	}
	next, why := r, "the portal knows no new restore"
	task, inScope, appeared := ts.appeared(r)
	switch {
	case err != nil:
		next.Progress = r.Progress.failed(p.explain(err), now)
		why = "the portal cannot be asked: " + next.Progress.Trouble
	case appeared:
		next, _ = r.noteOther(task, now)
		why = "the portal has a restore that appeared too late, or elsewhere, to be taken for this one"
	}
	switch {
	case inScope && r.inGrace(now):
		return b.recordStart(ctx, r, task)
	case !r.inGrace(now):
		return b.move(ctx, r, next.withEnd(Unclear, now, startUnclear(why)), EventEnded)
	case next.Progress != r.Progress:
		if next, err = b.Store.Save(ctx, r, next); err != nil {
			return Next{After: soon}, err
		}
		return Next{After: soon}, b.show(ctx, &next, p)
	}
	return Next{After: soon}, nil
}

// startUnclear is the reason of a start that cannot be resolved.
func startUnclear(why string) Reason {
	return Reason{
		Rule: policy.RuleAnswer,
		What: "The start was sent, its answer was lost, and " + why + ". Whether anything was changed cannot be told from here.",
		Do:   "Open the portal: if it shows a restore or lost recent work, it was restored; then say so with the buttons. The bot will not send the start again.",
	}
}

// graceOf is how long after the one POST can have been answered a new task is
// taken for ours. What appears later somebody else may have started.
const graceOf = 30 * time.Second

// inGrace reports whether a new task may still be taken for ours, by the clock of
// the database. One that was set back makes that unknown, which is no.
func (r Restore) inGrace(now time.Time) bool {
	since := now.Sub(r.StartedAt)
	return since > -time.Second && since < startFor+graceOf
}
