package bot

import (
	"cmp"
	"context"
	"errors"
	"time"

	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

const (
	// otherBackupLimit is how long another backup may hold ours up.
	otherBackupLimit = time.Hour
	// backupStalledFor is how long a backup may show no change.
	backupStalledFor = 30 * time.Minute
	// stepCallTimeout bounds the questions of one step.
	stepCallTimeout = 8 * time.Second
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
		return b.requestSafetyBackup(ctx, r, p)
	case SafetySent, SafetyRunning:
		return b.followSafetyBackup(ctx, r, p)
	case SafetyAsked:
		return b.awaitWaiver(ctx, r, p)
	case SafetyWaived:
		if next, ended, err := b.noticeLateBackup(ctx, r, p); ended || err != nil {
			return next, err
		}
	case SafetyDone:
	}
	return b.stepConfirmed(ctx, r, p)
}

// requestSafetyBackup saves the intent and starts the backup, once.
func (b *Bot) requestSafetyBackup(ctx context.Context, r Restore, p Portal) (Next, error) {
	if p.Safety.IsZero() {
		return b.askAboutSafetyBackup(ctx, r, "no place for it is set up any more")
	}
	ask, cancel := context.WithTimeout(ctx, stepCallTimeout)
	defer cancel()
	task, known, err := p.API.BackupProgress(ask, r.Order.Dump)
	now := time.Now().UTC()
	next := r
	switch {
	case ctx.Err() != nil:
		return Next{After: soon}, ctx.Err()
	case errors.Is(err, docspace.ErrRefused), errors.Is(err, docspace.ErrUnauthorized):
		return b.askAboutSafetyBackup(ctx, r, "the portal does not say whether a backup runs: "+p.explain(err).why)
	case err != nil && sinceFirst(&next.Safety.SilentSince, now) >= silentFor:
		return b.doubtSafetyBackup(ctx, r, next, p, AlarmSafetySilent, p.explain(err))
	case err != nil:
		return b.saveSafetyProgress(ctx, r, next, p, soon)
	}
	next.Safety.SilentSince = time.Time{}
	if known && !task.Terminal() {
		next.Safety.Percent = task.Percent
		if now.Sub(r.Safety.StartedAt) >= otherBackupLimit {
			return b.doubtSafetyBackup(ctx, r, next, p, AlarmSafetyWaits, explanation{})
		}
		return b.saveSafetyProgress(ctx, r, next, p, soon)
	}
	next.Safety.clearDoubt()
	next.Safety.Stage, next.Safety.TaskBefore, next.Safety.Percent, next.Safety.ChangedAt = SafetySent, task.TaskID, 0, now
	r, err = b.Store.Save(ctx, r, next, Event{At: now, Restore: r.ID, Kind: EventSaving, Detail: map[string]string{"stage": string(SafetySent), "task_before": task.TaskID}})
	if err != nil {
		return Next{After: soon}, err
	}
	// Like the start itself: made whatever becomes of ctx, and never again.
	post, cancelPost := context.WithTimeout(context.WithoutCancel(ctx), startTimeout)
	defer cancelPost()
	task, known, err = p.API.StartBackup(post, p.Safety.request(r.Order.Dump))
	switch {
	case errors.Is(err, docspace.ErrRefused):
		return b.askAboutSafetyBackup(post, r, "the portal refused it: "+p.explain(err).why)
	case err != nil || !known || task.TaskID == "" || task.TaskID == r.Safety.TaskBefore:
		return Next{After: soon}, err // followSafetyBackup finds out
	}
	next = r
	next.Safety.Stage, next.Safety.TaskID = SafetyRunning, task.TaskID
	_, err = b.Store.Save(post, r, next)
	return Next{After: soon}, err
}

// followSafetyBackup reads the progress of the backup and finds its end.
func (b *Bot) followSafetyBackup(ctx context.Context, r Restore, p Portal) (Next, error) {
	ask, cancel := context.WithTimeout(ctx, stepCallTimeout)
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
		if sinceFirst(&s.SilentSince, now) >= silentFor {
			return b.doubtSafetyBackup(ctx, r, next, p, AlarmSafetySilent, p.explain(err))
		}
		return b.saveSafetyProgress(ctx, r, next, p, soon)
	case !ours:
		s.SilentSince = time.Time{}
		if sinceFirst(&s.LostSince, now) >= startGrace {
			return b.lostSafetyBackup(ctx, r, next, p)
		}
		return b.saveSafetyProgress(ctx, r, next, p, soon)
	case task.Succeeded():
		return b.finishSafetyBackup(ctx, r, p, task)
	case task.Terminal():
		return b.askAboutSafetyBackup(ctx, r, "the portal stopped it: "+cmp.Or(task.Error, "it does not say why"))
	}
	s.SilentSince, s.LostSince = time.Time{}, time.Time{}
	if s.Stage != SafetyRunning || task.Percent > s.Percent {
		s.ChangedAt = now
	}
	s.Stage, s.TaskID, s.Percent = SafetyRunning, task.TaskID, max(s.Percent, task.Percent)
	if now.Sub(s.ChangedAt) >= backupStalledFor {
		return b.doubtSafetyBackup(ctx, r, next, p, AlarmSafetySlow, explanation{})
	}
	s.clearDoubt()
	return b.saveSafetyProgress(ctx, r, next, p, b.Poll)
}

// finishSafetyBackup looks the finished backup up in the history, once.
func (b *Bot) finishSafetyBackup(ctx context.Context, r Restore, p Portal, task docspace.Progress) (Next, error) {
	next, why, err := b.finishedBackup(ctx, r, p, task)
	switch {
	case errors.Is(err, errHistoryBusy):
		return Next{After: soon}, nil
	case err != nil: // the bot is stopping: not the portal's fault
		return Next{After: soon}, err
	case why != "":
		return b.askAboutSafetyBackup(ctx, r, "the portal says that it is finished, but "+why)
	}
	return b.saveSafetyStage(ctx, r, next)
}

// askAboutSafetyBackup stops the restore until a person decides.
func (b *Bot) askAboutSafetyBackup(ctx context.Context, r Restore, why string) (Next, error) {
	now := time.Now().UTC()
	next := r
	next.Safety.clearDoubt()
	next.Safety.Stage, next.Safety.Why, next.Safety.EndedAt = SafetyAsked, why, now
	next.Safety.AskUntil = now.Add(b.Policy.TTL)
	return b.saveSafetyStage(ctx, r, next)
}

func (b *Bot) saveSafetyStage(ctx context.Context, r, next Restore) (Next, error) {
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
		return b.move(ctx, r, r.withEnd(Expired, now, Reason{
			Rule: policy.RuleSafety, What: "The safety backup failed, and nobody said in time whether to restore without it.",
			Do: "Ask again with /restore once the portal can be backed up, or with --no-safety-backup.",
		}), EventExpired)
	}
	if err := b.show(ctx, &r, p); err != nil {
		return Next{After: retryDelay(err)}, err
	}
	if err := b.tellSafetyStage(ctx, &r, p); err != nil {
		return Next{After: retryDelay(err)}, err
	}
	return Next{After: max(soon, time.Until(r.Safety.AskUntil))}, nil
}

// tellSafetyStage tells people once that the backup failed and somebody has to decide.
func (b *Bot) tellSafetyStage(ctx context.Context, r *Restore, p Portal) error {
	if r.Safety.Told == r.Safety.Stage || !r.AsksForWaiver() {
		return nil
	}
	if err := b.postNote(ctx, r, p, Note{Kind: NoteSafety, Broadcast: true}); err != nil {
		return err
	}
	next := *r
	next.Safety.Told = r.Safety.Stage
	return b.saveInPlace(ctx, r, next)
}

// waiveSafetyBackup lets the restore go on without its safety backup, by the word of
// a permitted person.
func (b *Bot) waiveSafetyBackup(ctx context.Context, p Press, r Restore) error {
	now := time.Now().UTC()
	switch {
	case !r.AsksForWaiver() && !r.safetyInDoubt():
		return refused(r.ID, tooLate(r))
	case r.safetyInDoubt() && !now.Before(r.Safety.AskUntil):
		return refused(r.ID, &policy.Refusal{
			Rule: policy.RuleStale, What: "The time to say that has passed, and the restore still waits for its safety backup.",
			Do: "Wait for the backup, or dismiss this request and ask again with --no-safety-backup.", Restore: r.ID,
		})
	case !now.Before(r.Safety.AskUntil):
		return refused(r.ID, &policy.Refusal{
			Rule: policy.RuleStale, What: "This question has expired.", Do: "Ask again with /restore.", Restore: r.ID,
		})
	}
	if no := b.mayAgree(ctx, p.Caller, r); no != nil {
		return refused(r.ID, no)
	}
	agreed, err := b.Store.Now(ctx)
	if err != nil {
		return err
	}
	next := r.markHandled(p.Caller)
	next.Safety.Stage, next.Safety.WaivedBy, next.Safety.WaivedAt = SafetyWaived, p.Caller.User, agreed
	if next.Safety.EndedAt.IsZero() {
		next.Safety.EndedAt = now
	}
	_, err = b.Store.Wake(ctx, r, next, Event{
		At: now, Restore: r.ID, Kind: EventWaived, Actor: p.Caller.User, Detail: map[string]string{"message_ts": p.MessageTS, "why": r.Safety.Why, "doubt": string(r.Safety.Doubt)},
	})
	return b.saveOutcome(ctx, p.Caller, r, err)
}
