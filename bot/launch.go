package bot

import (
	"context"
	"errors"
	"fmt"
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
		return b.move(ctx, r, r.ended(Failed, time.Now().UTC(), reasonOf(no)), EventEnded)
	}
	if r.State == Confirmed && r.countsDown() {
		if next, over, err := b.waitForStop(ctx, &r, p); !over || err != nil {
			return next, err
		}
	}
	was, now := r, time.Now().UTC()
	no, withdrawn := b.recheck(ctx, r, p)
	if len(withdrawn) > 0 {
		return b.withdraw(ctx, r, withdrawn)
	}
	if no != nil && no.Rule == policy.RuleDirectory && now.Sub(r.readySince()) < recheckFor {
		return Next{After: soon}, nil // Slack may answer again
	}
	looked := time.Now()
	if no == nil {
		_, no = free(ctx, &r, p)
	}
	if ctx.Err() != nil || no != nil && no.Busy {
		return Next{After: soon}, ctx.Err() // the portal was not asked, or the bot stops
	}
	now = time.Now().UTC() // a history may have taken a minute and more
	if no != nil {
		return b.move(ctx, was, was.ended(Failed, now, reasonOf(no)), EventEnded)
	}
	if r.Order.DryRun {
		return b.move(ctx, was, r.ended(Rehearsed, now, Reason{What: "This was a dry run: everything was checked and nothing was started."}), EventEnded)
	}
	if r.wantsSafety(p.Safety) {
		return b.save(ctx, was, p)
	}
	sent, err := b.Store.Now(ctx) // whoever resolves the start measures from it
	if err != nil {
		return Next{After: soon}, err
	}
	if stoodStill(looked) > askWithin+startWithin {
		return Next{}, nil // somebody else may have started one since: look again
	}
	saving := time.Now()
	r.State, r.StartedAt = Starting, sent
	r.SeenAt, r.SeenBy = now, b.Process
	r, err = b.Store.Save(ctx, was, r, Event{At: now, Restore: r.ID, Kind: EventStarting, Detail: map[string]string{"task_before": r.TaskBefore, "dump_before": r.DumpBefore}})
	if err != nil { // ErrFrozen and LapsedError too: the next step says so
		return Next{After: soon}, err
	}

	if late := stoodStill(saving); late > startWithin {
		return b.move(ctx, r, r.unstarted(time.Now().UTC(), Reason{
			Rule: policy.RuleRecord,
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
		return b.move(post, r, r.unstarted(now, p.refusedStart(err)), EventEnded)
	case err != nil || !known || !r.isNew(task):
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

// started records that the portal's task is known. A task that another restore
// holds is not ours, whatever the portal answered.
func (b *Bot) started(ctx context.Context, r Restore, task docspace.Progress) (Next, error) {
	next := r
	next.State, next.TaskID, next.SilentSince, next.Other = Running, task.TaskID, time.Time{}, OtherTask{}
	if r.State == Unclear {
		next.SeenAt, next.SeenBy = time.Now().UTC(), b.Process // it was watched rarely
	}
	next.Reason, next.EndedAt, next.EndTS = Reason{}, time.Time{}, "" // an unclear one is told anew
	next.Astray.EndTS = ""
	next.Progress = next.Progress.next(task, "", time.Now().UTC())
	after, err := b.move(ctx, r, next, EventRunning)
	if errors.Is(err, ErrTaskHeld) && r.State == Starting {
		return b.move(ctx, r, r.ended(Unclear, time.Now().UTC(), startUnclear("the portal works on a restore that another request has started")), EventEnded)
	}
	return after, err
}

// resolve finds out what became of a start whose answer was lost. It asks and
// never sends again. What cannot be told within the grace is unclear.
func (b *Bot) resolve(ctx context.Context, r Restore, p Portal) (Next, error) {
	if err := b.noticeAway(ctx, &r, p); err != nil {
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
		next.Progress = r.Progress.failed(p.trouble(err), now)
		why = "the portal cannot be asked: " + next.Progress.Trouble
	case appeared:
		next, _ = r.noteOther(task, now)
		why = "the portal has a restore that appeared too late, or elsewhere, to be taken for this one"
	}
	switch {
	case inScope && r.inGrace(now):
		return b.started(ctx, r, task)
	case !r.inGrace(now):
		return b.move(ctx, r, next.ended(Unclear, now, startUnclear(why)), EventEnded)
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

// again saves progress and asks for another step.
func (b *Bot) again(ctx context.Context, was, next Restore, after time.Duration, events ...Event) (Next, error) {
	_, err := b.Store.Save(ctx, was, next, events...)
	return Next{After: after}, err
}
