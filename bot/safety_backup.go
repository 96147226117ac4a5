package bot

import (
	"context"
	"errors"
	"time"

	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

const (
	// waitFor is how long another backup may hold ours up.
	waitFor = time.Hour
	// backupStalledFor is how long a backup may show no change.
	backupStalledFor = 30 * time.Minute
	// askWithin bounds the questions of one step.
	askWithin = 8 * time.Second
)

// beginSafetyBackup moves a confirmed restore to its safety backup.
func (b *Bot) beginSafetyBackup(ctx context.Context, r Restore, p Portal) (Next, error) {
	now := time.Now().UTC()
	next := r
	next.State = Saving
	next.Safety = Safety{Stage: SafetyWaiting, Place: p.Safety.Place(), StartedAt: now, ChangedAt: now}
	return b.move(ctx, r, next, EventSaving)
}

// stepSafetyBackup takes the safety backup one step further.
func (b *Bot) stepSafetyBackup(ctx context.Context, r Restore, p Portal) (Next, error) {
	switch r.Safety.Stage {
	case SafetyWaiting:
		return b.beginSafety(ctx, r, p)
	case SafetySent, SafetyRunning:
		return b.followSafety(ctx, r, p)
	case SafetyAsked:
		return b.awaitWaiver(ctx, r, p)
	case SafetyWaived:
		if next, ended, err := b.late(ctx, r, p); ended || err != nil {
			return next, err
		}
	case SafetyDone:
	}
	if err := b.tellSafety(ctx, &r, p); err != nil && errors.Is(err, ErrStale) {
		return Next{}, err
	}
	return b.launch(ctx, r, p)
}

// beginSafety saves the intent and asks for the backup, once.
func (b *Bot) beginSafety(ctx context.Context, r Restore, p Portal) (Next, error) {
	if p.Safety.IsZero() {
		return b.askSafety(ctx, r, "no place for it is set up any more")
	}
	ask, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	task, known, err := p.API.BackupProgress(ask, r.Order.Dump)
	now := time.Now().UTC()
	next := r
	switch {
	case ctx.Err() != nil:
		return Next{After: soon}, ctx.Err()
	case errors.Is(err, docspace.ErrRefused), errors.Is(err, docspace.ErrUnauthorized):
		return b.askSafety(ctx, r, "the portal does not say whether a backup runs: "+p.trouble(err).why)
	case err != nil && lasting(&next.Safety.SilentSince, now) >= silentFor:
		return b.doubt(ctx, r, next, p, AlarmSafetySilent, p.trouble(err))
	case err != nil:
		return b.paced(ctx, r, next, p, soon)
	}
	next.Safety.SilentSince = time.Time{}
	if known && !task.Terminal() {
		next.Safety.Percent = task.Percent
		if now.Sub(r.Safety.StartedAt) >= waitFor {
			return b.doubt(ctx, r, next, p, AlarmSafetyWaits, cause{})
		}
		return b.paced(ctx, r, next, p, soon)
	}
	next.Safety.sure()
	next.Safety.Stage, next.Safety.TaskBefore, next.Safety.Percent, next.Safety.ChangedAt = SafetySent, task.TaskID, 0, now
	r, err = b.Store.Save(ctx, r, next, Event{At: now, Restore: r.ID, Kind: EventSaving, Detail: map[string]string{"stage": string(SafetySent), "task_before": task.TaskID}})
	if err != nil {
		return Next{After: soon}, err
	}
	// Like the start itself: made whatever becomes of ctx, and never again.
	post, cancelPost := context.WithTimeout(context.WithoutCancel(ctx), startFor)
	defer cancelPost()
	task, known, err = p.API.StartBackup(post, p.Safety.request(r.Order.Dump))
	switch {
	case errors.Is(err, docspace.ErrRefused):
		return b.askSafety(post, r, "the portal refused it: "+p.trouble(err).why)
	case err != nil || !known || task.TaskID == "" || task.TaskID == r.Safety.TaskBefore:
		return Next{After: soon}, err // followSafety tells
	}
	next = r
	next.Safety.Stage, next.Safety.TaskID = SafetyRunning, task.TaskID
	_, err = b.Store.Save(post, r, next)
	return Next{After: soon}, err
}

// followSafety asks for the backup's progress and finds its end.
func (b *Bot) followSafety(ctx context.Context, r Restore, p Portal) (Next, error) {
	ask, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	task, known, err := p.API.BackupProgress(ask, r.Order.Dump)
	now := time.Now().UTC()
	next := r
	s := &next.Safety
	ours := known && task.TaskID != "" && (task.TaskID == s.TaskID || (s.TaskID == "" && task.TaskID != s.TaskBefore))
	switch {
	case ctx.Err() != nil:
		return Next{After: soon}, ctx.Err()
	case err != nil:
		s.LostSince = time.Time{}
		if lasting(&s.SilentSince, now) >= silentFor {
			return b.doubt(ctx, r, next, p, AlarmSafetySilent, p.trouble(err))
		}
		return b.paced(ctx, r, next, p, soon)
	case !ours:
		s.SilentSince = time.Time{}
		if lasting(&s.LostSince, now) >= graceOf {
			return b.lostSafety(ctx, r, next, p)
		}
		return b.paced(ctx, r, next, p, soon)
	case task.Succeeded():
		return b.finishSafety(ctx, r, p, task)
	case task.Terminal():
		return b.askSafety(ctx, r, "the portal stopped it: "+orUnknown(task.Error))
	}
	s.SilentSince, s.LostSince = time.Time{}, time.Time{}
	if s.Stage != SafetyRunning || task.Percent > s.Percent {
		s.ChangedAt = now
	}
	s.Stage, s.TaskID, s.Percent = SafetyRunning, task.TaskID, max(s.Percent, task.Percent)
	if now.Sub(s.ChangedAt) >= backupStalledFor {
		return b.doubt(ctx, r, next, p, AlarmSafetySlow, cause{})
	}
	s.sure()
	return b.paced(ctx, r, next, p, b.Poll)
}

func orUnknown(text string) string {
	if text == "" {
		return "it does not say why"
	}
	return text
}

// finishSafety looks the finished backup up in the history, once.
func (b *Bot) finishSafety(ctx context.Context, r Restore, p Portal, task docspace.Progress) (Next, error) {
	next, why, err := b.finished(ctx, r, p, task)
	switch {
	case errors.Is(err, errHistories):
		return Next{After: soon}, nil
	case err != nil: // the bot stops: the portal is not to blame
		return Next{After: soon}, err
	case why != "":
		return b.askSafety(ctx, r, "the portal says that it is finished, but "+why)
	}
	return b.moveSafety(ctx, r, next)
}

// askSafety stops the restore until a person says what now.
func (b *Bot) askSafety(ctx context.Context, r Restore, why string) (Next, error) {
	now := time.Now().UTC()
	next := r
	next.Safety.sure()
	next.Safety.Stage, next.Safety.Why, next.Safety.EndedAt = SafetyAsked, why, now
	next.Safety.AskUntil = now.Add(b.Policy.TTL)
	return b.moveSafety(ctx, r, next)
}

func (b *Bot) moveSafety(ctx context.Context, r, next Restore) (Next, error) {
	_, err := b.Store.Save(ctx, r, next, Event{
		At: time.Now().UTC(), Restore: r.ID, Kind: EventSaving,
		Detail: map[string]string{"stage": string(next.Safety.Stage), "task": next.Safety.TaskID, "file": next.Safety.Backup.FileName, "why": next.Safety.Why},
	})
	if err != nil {
		return Next{After: soon}, err
	}
	return Next{}, nil
}

// awaitWaiver keeps the question open for as long as a request lives.
func (b *Bot) awaitWaiver(ctx context.Context, r Restore, p Portal) (Next, error) {
	now := time.Now().UTC()
	if !now.Before(r.Safety.AskUntil) {
		return b.move(ctx, r, r.ended(Expired, now, Reason{
			Rule: policy.RuleSafety, What: "The safety backup failed, and nobody said in time whether to restore without it.",
			Do: "Ask again with /restore once the portal can be backed up, or with --no-safety-backup.",
		}), EventExpired)
	}
	if err := b.show(ctx, &r, p); err != nil {
		return Next{After: pause(err)}, err
	}
	if err := b.tellSafety(ctx, &r, p); err != nil {
		return Next{After: pause(err)}, err
	}
	return Next{After: max(soon, time.Until(r.Safety.AskUntil))}, nil
}

// tellSafety tells the thread once that the backup is done, or that it failed
// and somebody has to decide.
func (b *Bot) tellSafety(ctx context.Context, r *Restore, p Portal) error {
	if r.Safety.Told == r.Safety.Stage || r.Safety.Stage == SafetyWaived {
		return nil
	}
	if err := b.say(ctx, r, p, Note{Kind: NoteSafety, Broadcast: r.Asking()}); err != nil {
		return err
	}
	next := *r
	next.Safety.Told = r.Safety.Stage
	return b.keep(ctx, r, next)
}

// waive is a permitted person's word that the restore goes on without its
// safety backup.
func (b *Bot) waive(ctx context.Context, p Press, r Restore) Answer {
	now := time.Now().UTC()
	switch {
	case !r.Asking() && !r.doubted():
		return b.refuse(ctx, p.Caller, r.ID, became(r))
	case r.doubted() && !now.Before(r.Safety.AskUntil):
		return b.refuse(ctx, p.Caller, r.ID, &policy.Refusal{
			Rule: policy.RuleStale, What: "The time to say that has passed, and the restore still waits for its safety backup. Your press changed nothing.",
			Do: "Wait for the backup, or dismiss this request and ask again with --no-safety-backup.", Restore: r.ID,
		})
	case !now.Before(r.Safety.AskUntil):
		return b.refuse(ctx, p.Caller, r.ID, &policy.Refusal{
			Rule: policy.RuleStale, What: "This question has expired. Nothing was started.", Do: "Ask again with /restore.", Restore: r.ID,
		})
	}
	fresh := b.Directory.Fresh()
	for _, check := range []func() *policy.Refusal{
		r.unsealed,
		func() *policy.Refusal { return b.frozen(ctx) },
		func() *policy.Refusal { return b.asPlanned(r) },
		func() *policy.Refusal { return b.policyOf(r).StillAdmitted(ctx, fresh, r.request()) },
		func() *policy.Refusal { return b.policyOf(r).MayConfirm(ctx, fresh, r.request(), p.Caller.User) },
	} {
		if no := check(); no != nil {
			return b.refuse(ctx, p.Caller, r.ID, no)
		}
	}
	agreed, err := b.Store.Now(ctx)
	if err != nil {
		return b.unrecorded(ctx, err)
	}
	next := r.markHandled(p.Caller)
	next.Safety.Stage, next.Safety.WaivedBy, next.Safety.WaivedAt = SafetyWaived, p.Caller.User, agreed
	if next.Safety.EndedAt.IsZero() {
		next.Safety.EndedAt = now
	}
	_, err = b.Store.Wake(ctx, r, next, Event{
		At: now, Restore: r.ID, Kind: EventWaived, Actor: p.Caller.User, Detail: map[string]string{"message_ts": p.MessageTS, "why": r.Safety.Why, "doubt": string(r.Safety.Doubt)},
	})
	return b.raced(ctx, p.Caller, r, err)
}
