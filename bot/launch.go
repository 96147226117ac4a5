package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"docspace-restorebot/docspace"
)

// startFor is how long the one POST may take; its answer is not waited for
// longer, and a lost one is resolved by asking for the progress.
const startFor = 15 * time.Second

// startWithin is how soon after the intent was saved the POST has to be sent. A
// process that stood still for longer is taken for dead, and a peer has begun to
// ask what became of the start; graceOf later it would tell that none came.
const startWithin = 5 * time.Second

// launch saves the intent and sends startrestore, once. Only the step whose
// save moved the restore to starting comes to the POST.
func (b *Bot) launch(ctx context.Context, r Restore, p Portal) (Next, error) {
	if err := b.show(ctx, &r, p); err != nil && errors.Is(err, ErrStale) {
		return Next{}, err
	}
	if r.Followed {
		return Next{After: rarely}, fmt.Errorf("restore %s is only followed and must not be started", r.ID)
	}
	freeze, err := b.Store.Frozen(ctx)
	if err != nil {
		return Next{After: soon}, err // what cannot be read may be on
	}
	if freeze.On() {
		no := freeze.refusal()
		return b.move(ctx, r, r.ended(Failed, time.Now().UTC(), Reason{Rule: no.Rule, What: no.What, Do: no.Do}), EventEnded)
	}
	if r.State == Confirmed && r.Order.BreakGlass && !r.Order.DryRun {
		if next, over, err := b.waitForStop(ctx, &r, p); !over || err != nil {
			return next, err
		}
	}
	was, now := r, time.Now().UTC()
	no := b.recheck(ctx, r, p)
	if no != nil && no.Rule == RuleDirectory && now.Sub(r.readySince()) < recheckFor {
		return Next{After: soon}, nil // Slack may answer again
	}
	if no == nil {
		_, no = free(ctx, &r, p)
	}
	if no != nil {
		return b.move(ctx, was, was.ended(Failed, now, Reason{Rule: no.Rule, What: no.What, Do: no.Do}), EventEnded)
	}
	if r.Order.DryRun {
		return b.move(ctx, was, r.ended(Rehearsed, now, Reason{What: "This was a dry run: everything was checked and nothing was started."}), EventEnded)
	}
	if r.wantsSafety(p.Safety) {
		return b.save(ctx, was, p)
	}
	saving := time.Now()
	r.State, r.StartedAt = Starting, now
	r.SeenAt, r.SeenBy = now, b.Process
	r, err = b.Store.Save(ctx, was, r, Event{At: now, Restore: r.ID, Kind: EventStarting, Detail: map[string]string{"task_before": r.TaskBefore}})
	if err != nil { // ErrFrozen too: the next step says so
		return Next{After: soon}, err
	}

	if late := stoodStill(saving); late > startWithin {
		return b.move(ctx, r, r.ended(Failed, time.Now().UTC(), Reason{
			Rule: RuleRecord,
			What: fmt.Sprintf("The bot stood still for %s just before the start, so it did not send it. Nothing was changed.", late.Round(time.Second)),
			Do:   "Ask again with /restore.",
		}), EventEnded)
	}
	// From here the POST is made whatever becomes of ctx: a stop of the bot must
	// not turn a start into a question.
	post, cancel := context.WithTimeout(context.WithoutCancel(ctx), startFor)
	defer cancel()
	task, known, err := p.API.StartRestore(post, request(r))
	now = time.Now().UTC()
	switch {
	case errors.Is(err, docspace.ErrRefused):
		next := r.ended(Failed, now, refusedStart(err))
		return b.move(post, r, next, EventEnded)
	case err != nil || !known || task.TaskID == "" || task.TaskID == r.TaskBefore:
		return Next{After: soon}, err // resolve tells
	}
	return b.started(post, r, task)
}

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

// started records that the portal's task is known.
func (b *Bot) started(ctx context.Context, r Restore, task docspace.Progress) (Next, error) {
	next := r
	next.State, next.TaskID, next.SilentSince = Running, task.TaskID, time.Time{}
	if r.State == Unclear {
		next.SeenAt, next.SeenBy = time.Now().UTC(), b.Process // it was watched rarely
	}
	next.Reason, next.EndedAt, next.EndTS = Reason{}, time.Time{}, "" // an unclear one is told anew
	next.Astray.EndTS = ""
	next.Progress = next.Progress.next(task, "", time.Now().UTC())
	return b.move(ctx, r, next, EventRunning)
}

// graceOf is how long a portal may answer that it knows no new task before the
// start is called unclear.
const graceOf = 30 * time.Second

// resolve finds out what became of a start whose answer was lost. It asks and
// never sends again.
func (b *Bot) resolve(ctx context.Context, r Restore, p Portal) (Next, error) {
	if err := b.noticeAway(ctx, &r, p); err != nil {
		return Next{After: soon}, err
	}
	task, known, err := p.API.RestoreProgress(ctx, docspace.RestoreScope(r.Order.Dump))
	now := time.Now().UTC()
	next := r
	switch {
	case err != nil:
		next.Progress = r.Progress.failed(trouble(err), now)
		return b.unanswered(ctx, r, next.alarmed(now), p)
	case known && task.TaskID != "" && task.TaskID != r.TaskBefore:
		return b.started(ctx, r, task)
	case r.SilentSince.IsZero():
		next.SilentSince = now
		return b.again(ctx, r, next, soon)
	case now.Sub(r.SilentSince) < graceOf:
		return Next{After: soon}, nil
	}
	return b.move(ctx, r, r.ended(Unclear, now, Reason{
		Rule: RuleAnswer,
		What: "The start was sent, its answer was lost, and the portal knows no new restore. Whether anything was changed cannot be told from here.",
		Do:   "Open the portal: if it shows a restore or lost recent work, it was restored; then say so with the buttons. The bot will not send the start again.",
	}), EventEnded)
}

// unanswered tells that a start cannot be resolved for now, and asks on.
func (b *Bot) unanswered(ctx context.Context, r, next Restore, p Portal) (Next, error) {
	if changed(r, next) {
		saved, err := b.Store.Save(ctx, r, next)
		if err != nil {
			return Next{After: soon}, err
		}
		next = saved
	}
	err := b.tellAlarms(ctx, &next, p)
	if shown := b.show(ctx, &next, p); err == nil {
		err = shown
	}
	return Next{After: soon}, err
}

// again saves progress and asks for another step.
func (b *Bot) again(ctx context.Context, was, next Restore, after time.Duration, events ...Event) (Next, error) {
	_, err := b.Store.Save(ctx, was, next, events...)
	return Next{After: after}, err
}
