package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// stepConfirmed checks everything again, saves the intent and sends startrestore,
// once. Only the step whose save moved the restore to starting reaches the POST.
func (b *Bot) stepConfirmed(ctx context.Context, r Restore, p Portal) (Next, error) {
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
		return b.move(ctx, r, r.withEnd(Failed, time.Now().UTC(), reasonFrom(no)), EventEnded)
	}
	if r.State == Confirmed && r.countsDown() {
		if next, over, err := b.runCountdown(ctx, &r, p); !over || err != nil {
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
	if no == nil {
		r = b.lossAtStart(ctx, r, p)
	}
	looked := time.Now()
	if no == nil {
		_, no = checkPortalFree(ctx, &r, p)
	}
	if ctx.Err() != nil || no != nil && no.Busy {
		return Next{After: soon}, ctx.Err() // the portal was not asked, or the bot stops
	}
	now = time.Now().UTC() // a history may have taken a minute and more
	if no != nil {
		return b.move(ctx, was, was.withEnd(Failed, now, reasonFrom(no)), EventEnded)
	}
	if r.Order.DryRun {
		return b.move(ctx, was, r.withEnd(Rehearsed, now, Reason{What: "This was a dry run: everything was checked and nothing was started."}), EventEnded)
	}
	if r.needsSafetyBackup(p.Safety) {
		return b.beginSafetyBackup(ctx, was, p)
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
	r, err = b.Store.Save(ctx, was, r, Event{At: now, Restore: r.ID, Kind: EventStarting, Detail: map[string]string{"task_before": r.TaskBefore, "dump_before": r.DumpBefore, "changed_since": positive(r.Loss.Since)}})
	if err != nil { // ErrFrozen and LapsedError too: the next step says so
		return Next{After: soon}, err
	}

	if late := stoodStill(saving); late > startWithin {
		return b.move(ctx, r, r.withoutStart(time.Now().UTC(), Reason{
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
		return b.move(post, r, r.withoutStart(now, p.refusedStart(err)), EventEnded)
	case err != nil || !known || !r.isNew(task):
		return Next{After: soon}, err // resolve tells
	}
	return b.recordStart(post, r, task)
}
