package bot

import (
	"context"
	"errors"
	"strings"
	"time"

	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// doubtSafetyBackup goes on with a safety backup whose end is uncertain. Slow is not
// failed: people are told once for each kind of doubt, one of them may waive the
// backup while a request lives, and the bot asks on. A backup that ends well
// meanwhile counts.
func (b *Bot) doubtSafetyBackup(ctx context.Context, r, next Restore, p Portal, kind AlarmKind, why explanation) (Next, error) {
	now := time.Now().UTC()
	s := &next.Safety
	if s.Doubt != kind {
		s.AskUntil = now.Add(b.Policy.TTL)
	}
	s.Doubt, s.Why, s.Cure = kind, why.why, why.do
	// The portal itself bounds a task that it says is running: it forgets one that
	// shows no change for a day. The rest is bounded here.
	if kind != AlarmSafetySlow && !now.Before(s.AskUntil) {
		return b.move(ctx, r, next.withEnd(Expired, now, unansweredDoubt(kind)), EventExpired)
	}
	return b.saveSafetyProgress(ctx, r, next.withAlarm(kind, now), p, max(soon, b.Poll))
}

func unansweredDoubt(kind AlarmKind) Reason {
	if kind == AlarmSafetyWaits {
		return Reason{
			Rule: policy.RuleSafety, What: "The safety backup had to wait for another backup of the portal, and nobody said in time whether to restore without it.",
			Do: "Ask again with /restore once the other backup has ended, or with --no-safety-backup.",
		}
	}
	return Reason{
		Rule: policy.RuleSafety, What: "The portal did not say how far the safety backup is, and nobody said in time whether to restore without it.",
		Do: "Look whether the portal answers and whether the backup is in /restore list, then ask again with /restore.",
	}
}

// clearDoubt withdraws the doubt.
func (s *Safety) clearDoubt() {
	s.Doubt, s.Why, s.Cure, s.AskUntil, s.SilentSince, s.LostSince = "", "", "", time.Time{}, time.Time{}, time.Time{}
}

// sinceFirst is the time since at, which it sets to now if it is zero.
func sinceFirst(at *time.Time, now time.Time) time.Duration {
	if at.IsZero() {
		*at = now
	}
	return now.Sub(*at)
}

// lostSafetyBackup looks for a backup that the portal's tasks no longer show. Its
// record in the history has the task's id.
func (b *Bot) lostSafetyBackup(ctx context.Context, r, next Restore, p Portal) (Next, error) {
	silent := explanation{"it no longer knows the backup and does not show its history", "Look whether the backup was finished."}
	switch {
	case r.Safety.TaskID == "":
		return b.askAboutSafetyBackup(ctx, r, "the portal does not know the backup that was asked for")
	case r.Safety.Looked:
		return b.doubtSafetyBackup(ctx, r, next, p, AlarmSafetySilent, silent)
	}
	next.Safety.Looked = true
	backups, err := b.history(ctx, p, r.Order.Dump)
	switch {
	case errors.Is(ctx.Err(), context.Canceled), errors.Is(err, errHistoryBusy):
		return Next{After: soon}, ctx.Err()
	case err != nil:
		return b.doubtSafetyBackup(ctx, r, next, p, AlarmSafetySilent, silent)
	}
	why := next.Safety.takeFrom(r.Safety.TaskID, backups, p.Safety)
	if why != "" {
		return b.askAboutSafetyBackup(ctx, next, "the portal no longer knows it, and "+why)
	}
	return b.saveSafetyStage(ctx, r, next)
}

// takeFrom takes the backup from the history, or says why it is no way back.
func (s *Safety) takeFrom(id string, backups []docspace.Backup, target SafetyTarget) (why string) {
	for _, backup := range backups {
		switch {
		case !strings.EqualFold(backup.ID, id):
		case backup.StorageType != target.StorageType: // the portal joined ours to a backup that somebody else began
			return joinedAnother(backup.StorageType)
		default:
			s.finish(backup)
			return ""
		}
	}
	return "it is not in the history"
}

func joinedAnother(t docspace.StorageType) string {
	return "the portal took another one at the same moment, in " + string(t) + ", which the restore would lose"
}

// finish records the end of a good backup.
func (s *Safety) finish(backup docspace.Backup) {
	s.clearDoubt()
	s.Stage, s.TaskID, s.Backup, s.Percent, s.EndedAt = SafetyDone, backup.ID, backup, 100, time.Now().UTC()
}

// noticeLateBackup accepts a backup that ended well after a person waived it. The
// restore does not wait for it.
func (b *Bot) noticeLateBackup(ctx context.Context, r Restore, p Portal) (next Next, ended bool, err error) {
	if r.Safety.Doubt == "" || r.Safety.TaskID == "" || r.Safety.Looked {
		return Next{}, false, nil
	}
	ask, cancel := context.WithTimeout(ctx, stepCallTimeout)
	defer cancel()
	task, known, err := p.API.BackupProgress(ask, r.Order.Dump)
	if err != nil || !known || task.TaskID != r.Safety.TaskID || !task.Succeeded() {
		return Next{}, false, nil // the restore is not waiting for it
	}
	done, why, err := b.finishedBackup(ctx, r, p, task)
	switch {
	case errors.Is(err, errHistoryBusy):
		return Next{After: soon}, true, nil
	case err != nil:
		return Next{After: soon}, true, err
	case why != "":
		done.Safety.Looked = true // the waiver stands
	}
	next, err = b.saveSafetyStage(ctx, r, done)
	return next, true, err
}

// finishedBackup returns r with a backup whose task succeeded, or says why it is no
// way back. If the history cannot be read, the task's word stands and only the file
// name is unknown. An error means that the bot stops, or is errHistoryBusy.
func (b *Bot) finishedBackup(ctx context.Context, r Restore, p Portal, task docspace.Progress) (done Restore, why string, err error) {
	if !task.Link.IsZero() {
		return r, joinedAnother(docspace.StorageDataStore), nil // only this storage has a link
	}
	s := &r.Safety
	s.Looked, s.Warning = true, task.Warning
	backups, err := b.history(ctx, p, r.Order.Dump)
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return r, "", ctx.Err()
	case errors.Is(err, errHistoryBusy):
		return r, "", err
	case err != nil:
		s.finish(docspace.Backup{ID: task.TaskID, StorageType: p.Safety.StorageType})
		s.Unseen = p.explain(err).why
		return r, "", nil
	}
	s.Listed = r.stillListed(backups, time.Now())
	return r, s.takeFrom(task.TaskID, backups, p.Safety), nil
}
