package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// startTimeout bounds the one POST. A lost answer is resolved by asking for the
// progress.
const startTimeout = 15 * time.Second

// startDelayLimit is how soon the POST has to follow the saved intent. A process that
// stood still for longer counts as dead: by then another one may have found no start.
const startDelayLimit = 5 * time.Second

// start saves the intent and sends startrestore, once. Only the step whose save moved
// the restore to starting reaches the POST. looked is when the portal was asked
// whether it is free.
func (b *Bot) start(ctx context.Context, was, r Restore, p Portal, looked time.Time) (Next, error) {
	now := time.Now().UTC()
	sent, err := b.Store.Now(ctx) // the grace of an unanswered start counts from here
	if err != nil {
		return Next{After: soon}, err
	}
	if stoodStill(looked) > stepCallTimeout+startDelayLimit {
		return Next{}, nil // another task may have started meanwhile: look again
	}
	saving := time.Now()
	r.State, r.StartedAt = Starting, sent
	r.SeenAt, r.SeenBy = now, b.Process
	r, err = b.Store.Save(ctx, was, r, Event{At: now, Restore: r.ID, Kind: EventStarting, Detail: map[string]string{"task_before": r.TaskBefore, "dump_before": r.DumpBefore, "changed_since": positive(r.Loss.Since)}})
	if err != nil { // the next step reports ErrFrozen and LapsedError
		return Next{After: soon}, err
	}

	if late := stoodStill(saving); late > startDelayLimit {
		return b.move(ctx, r, r.withoutStart(time.Now().UTC(), Reason{
			Rule: policy.RuleRecord,
			What: fmt.Sprintf("The bot stood still for %s just before the start, so it did not send it.", late.Round(time.Second)),
			Do:   "Ask again with /restore.",
		}), EventEnded)
	}
	// From here the POST is made whatever becomes of ctx: a stop of the bot must
	// not turn a start into a question.
	post, cancel := context.WithTimeout(context.WithoutCancel(ctx), startTimeout)
	defer cancel()
	task, known, err := p.API.StartRestore(post, startRequest(r))
	now = time.Now().UTC()
	switch {
	case errors.Is(err, docspace.ErrRefused):
		return b.move(post, r, r.withoutStart(now, p.refusedStart(err)), EventEnded)
	case err != nil || !known || !r.isNew(task):
		return Next{After: soon}, err // stepStarting finds out
	}
	return b.recordStart(post, r, task)
}

// stoodStill is the time that has passed, by the clock that moved more: one clock stands
// still while the machine sleeps, the other may be set.
func stoodStill(since time.Time) time.Duration {
	now := time.Now()
	return max(now.Sub(since), now.Round(0).Sub(since.Round(0)))
}

func startRequest(r Restore) docspace.RestoreRequest {
	req := docspace.RestoreRequest{BackupID: r.Order.BackupID, StorageType: r.Order.StorageType, Notify: r.Order.Notify, Dump: r.Order.Dump}
	if r.Backup.ID != "" {
		req.BackupID, req.StorageType = r.Backup.ID, r.Backup.StorageType
	}
	for _, p := range r.Order.Params {
		req.StorageParams = append(req.StorageParams, docspace.Param(p))
	}
	return req
}

// recordStart records the portal's task. A task that another restore holds is not
// ours, whatever the portal answered.
func (b *Bot) recordStart(ctx context.Context, r Restore, task docspace.Progress) (Next, error) {
	next := r
	next.State, next.TaskID, next.SilentSince, next.Other = Running, task.TaskID, time.Time{}, OtherTask{}
	if r.State == Unclear {
		next.SeenAt, next.SeenBy = time.Now().UTC(), b.Process // unclear restores are asked about rarely, so no gap is a downtime
	}
	next.Reason, next.EndedAt, next.EndTS = Reason{}, time.Time{}, "" // announce the end again
	next.ChannelLost.EndTS = ""
	next.Progress = next.Progress.next(task, "", time.Now().UTC())
	after, err := b.move(ctx, r, next, EventRunning)
	if errors.Is(err, ErrTaskHeld) && r.State == Starting {
		return b.move(ctx, r, r.withEnd(Unclear, time.Now().UTC(), startUnclear("the portal works on a restore that another request has started")), EventEnded)
	}
	return after, err
}

// stepStarting finds out what became of a start whose answer was lost. It asks and
// never sends again. After the grace the restore is unclear.
func (b *Bot) stepStarting(ctx context.Context, r Restore, p Portal) (Next, error) {
	if err := b.noteDowntime(ctx, &r, p); err != nil {
		return Next{After: soon}, err
	}
	ask, cancel := context.WithTimeout(ctx, stepCallTimeout)
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
		What: "The bot sent the start and lost the answer, and " + why + ".",
		Do:   "Open the portal: if recent work is gone, it was restored. Say so with the buttons. The bot does not start it again.",
	}
}

// startGrace is how long after the POST a new task counts as ours. A later task may be
// somebody else's.
const startGrace = 30 * time.Second

// inGrace reports whether a new task may still be ours, by the database's clock. A
// clock that was set back means no.
func (r Restore) inGrace(now time.Time) bool {
	since := now.Sub(r.StartedAt)
	return since > -time.Second && since < startTimeout+startGrace
}
