package bot

import (
	"context"
	"errors"
	"strings"
	"time"

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

// save moves a confirmed restore to its safety backup.
func (b *Bot) save(ctx context.Context, r Restore, p Portal) (Next, error) {
	now := time.Now().UTC()
	next := r
	next.State = Saving
	next.Safety = Safety{Stage: SafetyWaiting, Place: p.Safety.Place(), StartedAt: now, ChangedAt: now}
	return b.move(ctx, r, next, EventSaving)
}

// saving takes the safety backup one step further.
func (b *Bot) saving(ctx context.Context, r Restore, p Portal) (Next, error) {
	switch r.Safety.Stage {
	case SafetyWaiting:
		return b.beginSafety(ctx, r, p)
	case SafetySent, SafetyRunning:
		return b.followSafety(ctx, r, p)
	case SafetyAsked:
		return b.awaitWaiver(ctx, r, p)
	case SafetyDone, SafetyWaived:
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
		return b.askSafety(ctx, r, "the portal does not say whether a backup runs: "+trouble(err).why)
	case err != nil && now.Sub(r.Safety.StartedAt) >= silentFor:
		return b.askSafety(ctx, r, "the portal does not answer")
	case err != nil:
		return b.paced(ctx, r, r, p, soon)
	case known && !task.Terminal() && now.Sub(r.Safety.StartedAt) >= waitFor:
		return b.askSafety(ctx, r, "another backup of the portal has run for an hour and holds it up")
	case known && !task.Terminal():
		next.Safety.Percent = task.Percent
		return b.paced(ctx, r, next, p, soon)
	}
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
		return b.askSafety(post, r, "the portal refused it: "+trouble(err).why)
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
	case err != nil || !ours:
		if s.SilentSince.IsZero() {
			s.SilentSince = now
		}
		if err != nil && now.Sub(s.SilentSince) >= silentFor {
			return b.askSafety(ctx, r, "the portal does not say how far it is")
		}
		if err == nil && now.Sub(s.SilentSince) >= graceOf {
			return b.askSafety(ctx, r, "the portal does not know the backup that was asked for")
		}
		return b.paced(ctx, r, next, p, soon)
	case task.Succeeded():
		return b.finishSafety(ctx, r, p, task)
	case task.Terminal():
		return b.askSafety(ctx, r, "the portal stopped it: "+orUnknown(task.Error))
	}
	if s.Stage != SafetyRunning || task.Percent != s.Percent {
		s.ChangedAt = now
	}
	s.Stage, s.TaskID, s.SilentSince, s.Percent = SafetyRunning, task.TaskID, time.Time{}, max(s.Percent, task.Percent)
	if now.Sub(s.ChangedAt) >= backupStalledFor {
		return b.askSafety(ctx, r, "it shows no change for half an hour")
	}
	return b.paced(ctx, r, next, p, b.Poll)
}

func orUnknown(text string) string {
	if text == "" {
		return "it does not say why"
	}
	return text
}

// finishSafety looks the finished backup up in the history: only what is there
// can be restored.
func (b *Bot) finishSafety(ctx context.Context, r Restore, p Portal, task docspace.Progress) (Next, error) {
	ask, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	backups, err := p.API.BackupHistory(ask, r.Order.Dump)
	now := time.Now().UTC()
	next := r
	s := &next.Safety
	if err != nil {
		if s.SilentSince.IsZero() {
			s.SilentSince = now
		}
		if now.Sub(s.SilentSince) >= silentFor {
			return b.askSafety(ctx, r, "it is finished, but the portal does not show its history")
		}
		return b.paced(ctx, r, next, p, soon)
	}
	for _, backup := range backups {
		if strings.EqualFold(backup.ID, task.TaskID) {
			if backup.StorageType != p.Safety.StorageType { // somebody else's began just before, and ours was joined to it
				return b.askSafety(ctx, r, "the portal took another one at the same moment, in "+string(backup.StorageType)+", which the restore would lose")
			}
			s.Stage, s.TaskID, s.Backup, s.Percent, s.EndedAt = SafetyDone, task.TaskID, backup, 100, now
			s.Warning = task.Warning
			return b.moveSafety(ctx, r, next)
		}
	}
	return b.askSafety(ctx, r, "the portal says that it is finished, but it is not in the history")
}

// askSafety stops the restore until a person says what now.
func (b *Bot) askSafety(ctx context.Context, r Restore, why string) (Next, error) {
	now := time.Now().UTC()
	next := r
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
			Rule: RuleSafety, What: "The safety backup failed, and nobody said in time whether to restore without it.",
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
	if !r.Asking() {
		return b.refuse(ctx, p.Caller, r.ID, became(r))
	}
	now := time.Now().UTC()
	if !now.Before(r.Safety.AskUntil) {
		return b.refuse(ctx, p.Caller, r.ID, &Refusal{
			Rule: RuleStale, What: "This question has expired. Nothing was started.", Do: "Ask again with /restore.", Restore: r.ID,
		})
	}
	fresh := b.Directory.Fresh()
	for _, check := range []func() *Refusal{
		func() *Refusal { return b.frozen(ctx) },
		func() *Refusal { return b.asPlanned(r) },
		func() *Refusal { return b.policyOf(r).stillAdmitted(ctx, fresh, r) },
		func() *Refusal { return b.policyOf(r).MayConfirm(ctx, fresh, r, p.Caller.User) },
	} {
		if no := check(); no != nil {
			return b.refuse(ctx, p.Caller, r.ID, no)
		}
	}
	agreed, err := b.Store.Now(ctx)
	if err != nil {
		return b.unrecorded(err)
	}
	next := r.heeding(p.Caller)
	next.Safety.Stage, next.Safety.WaivedBy, next.Safety.WaivedAt = SafetyWaived, p.Caller.User, agreed
	_, err = b.Store.Wake(ctx, r, next, Event{
		At: now, Restore: r.ID, Kind: EventWaived, Actor: p.Caller.User, Detail: map[string]string{"message_ts": p.MessageTS, "why": r.Safety.Why},
	})
	return b.raced(ctx, p.Caller, r, err)
}
