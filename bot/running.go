package bot

import (
	"cmp"
	"context"
	"errors"
	"time"

	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// stepRunning reads the progress of a running restore, shows it, raises due alarms,
// and finds the end. It goes on until the portal or a person tells the end.
func (b *Bot) stepRunning(ctx context.Context, r Restore, p Portal) (Next, error) {
	later := b.prepareRunning(ctx, &r, p) // a message that could not be posted now
	if later != nil && !isUndelivered(later) {
		return Next{After: soon}, later
	}
	ask, cancel := context.WithTimeout(ctx, stepCallTimeout)
	defer cancel()
	task, known, err := p.API.RestoreProgress(ask, docspace.RestoreScope(r.Order.Dump))
	if ctx.Err() != nil {
		return Next{After: soon}, ctx.Err() // the bot is stopping: not the portal's fault
	}
	now := time.Now().UTC()
	next := r
	switch {
	case err != nil:
		why := p.explain(err)
		if rank(r.Progress.Phase) >= rank(PhaseImporting) {
			why.do = movedAway(err) + why.do
		}
		next.Progress = r.Progress.failed(why, now)
	case !known || task.TaskID != r.TaskID:
		next = r.withUnknownTask(ask, p, now)
		if known && next.Progress.Trouble == "" {
			next, _ = next.noteOther(task, now)
		}
		if why, lost := next.lostTask(now); lost {
			return b.move(ctx, r, next.withDueAlarms(now).withEnd(Unclear, now, why), EventEnded)
		}
	case task.Succeeded():
		return b.verify(ctx, r, p, task)
	case task.Terminal():
		return b.move(ctx, r, withFailure(r, task, now), EventEnded)
	default:
		next.SilentSince, next.Other = time.Time{}, OtherTask{}
		next.askTenant(ask, task, p, now)
		next.Progress = next.Progress.next(task, next.Progress.Tenant, now)
	}
	after, err := b.saveProgress(ctx, r, next.withDueAlarms(now), p)
	if err == nil {
		err = later
	}
	return after, err
}

// withUnknownTask returns r after the portal answered that it knows no task of ours.
// Another portal's answer in its place counts for nothing.
func (r Restore) withUnknownTask(ask context.Context, p Portal, now time.Time) Restore {
	settings, err := p.API.Settings(ask)
	if another := r.otherPortal(settings); err == nil && another != "" {
		r.SilentSince, r.Progress = time.Time{}, r.Progress.failed(p.explain(another), now)
		return r
	}
	if r.SilentSince.IsZero() {
		r.SilentSince = now
	}
	r.Progress = r.Progress.answered(now)
	r.Progress.Tenant, r.Progress.TenantAt = settings.TenantStatus, now // "" where it was not answered
	return r
}

// lostTask says why the end of a task cannot be told, once the portal has not known
// the task for long enough. An Active portal has nothing more to tell; a locked
// portal may know its task again.
func (r Restore) lostTask(now time.Time) (Reason, bool) {
	if r.SilentSince.IsZero() {
		return Reason{}, false
	}
	silent := now.Sub(r.SilentSince)
	why := Reason{
		Rule: policy.RuleTask,
		What: "The portal no longer knows the restore that was started.",
		Do:   "Look at the portal and say with the buttons what became of it. The bot asks on meanwhile.",
	}
	switch {
	case r.Other.ID != "" && silent >= startGrace:
		why.What = "The portal now works on another restore than the one this bot started."
		return why, true
	case r.Progress.Tenant == docspace.TenantActive && silent >= startGrace:
		why.What = "The portal is Active and no longer knows the restore that was started."
		return why, true
	}
	return why, silent >= forgottenFor
}

// saveProgress saves changed progress and shows it when an edit is due. The next
// poll is on time whatever the chat does.
func (b *Bot) saveProgress(ctx context.Context, r, next Restore, p Portal) (Next, error) {
	now := time.Now().UTC()
	if visiblyChanged(r, next) {
		next.SeenAt, next.SeenBy = now, b.Process
		saved, err := b.Store.Save(ctx, r, next)
		if err != nil {
			return Next{After: soon}, err
		}
		next = saved
	}
	later := b.tellAlarms(ctx, &next, p)
	if later != nil && !isUndelivered(later) {
		return Next{After: soon}, later
	}
	if err := b.tellStart(ctx, &next, p); err != nil {
		if !isUndelivered(err) {
			return Next{After: soon}, err
		}
		later = err
	}
	if err := b.showWhenDue(ctx, &next, p); err != nil {
		later = err
	}
	return Next{After: max(0, b.Poll-time.Since(now))}, later
}

// visiblyChanged reports whether people would see a difference. The time of the last
// poll is not worth a write.
func visiblyChanged(a, b Restore) bool {
	return a.Progress.Phase != b.Progress.Phase || a.Progress.Seen != b.Progress.Seen || a.Progress.Percent != b.Progress.Percent ||
		a.Progress.Trouble != b.Progress.Trouble || a.Progress.TenantAt != b.Progress.TenantAt || a.Other != b.Other || a.SilentSince != b.SilentSince || len(a.Alarms) != len(b.Alarms)
}

func withFailure(r Restore, task docspace.Progress, now time.Time) Restore {
	why := Reason{Rule: policy.RuleTask, What: "The portal stopped the restore. Its own words: “" + task.Error + "”", Do: "Choose another backup from /restore list, or ask who runs the server to look at its backup worker's log."}
	if task.Error == "" {
		why.What = "The portal's worker was stopped before the restore was done."
		why.Do = "When the server is well again, ask again with /restore."
	}
	next := r.withEnd(Failed, now, why)
	next.Progress = r.Progress.next(task, "", now)
	return next
}

// prepareRunning posts the card of a restore without one, such as one that was
// started elsewhere, and notes a downtime.
func (b *Bot) prepareRunning(ctx context.Context, r *Restore, p Portal) error {
	var later error
	if r.CardTS == "" && !r.CardGone {
		if later = b.repost(ctx, r, p); later != nil && !isUndelivered(later) {
			return later
		}
	}
	if err := b.noteDowntime(ctx, r, p); err != nil {
		return err
	}
	return later
}

// tenantEvery is how often the portal is asked for its status: with hundreds of
// portals more often would double the polls for nothing.
const tenantEvery = 10 * time.Second

// stillFor is how long the progress may stand still before the portal is asked for
// its status: a dead worker leaves it locked.
const stillFor = time.Minute

// askTenant asks the portal for its status where the progress does not tell the
// phase, unless it was asked a moment ago. No answer, or another portal's, leaves
// the status unknown.
func (r *Restore) askTenant(ctx context.Context, task docspace.Progress, p Portal, now time.Time) {
	moving := now.Sub(r.Progress.ChangedAt) < stillFor
	if task.Percent > 0 && task.Percent < percentCopying && moving || now.Sub(r.Progress.TenantAt) < tenantEvery {
		return
	}
	r.Progress.Tenant, r.Progress.TenantAt = "", now
	settings, err := p.API.Settings(ctx)
	if err != nil || r.otherPortal(settings) != "" {
		return // during the swap the portal may answer 404 or 500
	}
	r.Progress.Tenant = settings.TenantStatus
}

// tellStart tells the thread once that a restore has begun. It is recorded before
// it is told: a note twice would be worse than none, for the card says it too. One
// that surely was not told is told later.
func (b *Bot) tellStart(ctx context.Context, r *Restore, p Portal) error {
	if r.PhaseTold != "" || r.Followed {
		return nil
	}
	next := *r
	next.PhaseTold = cmp.Or(r.Progress.Phase, PhaseQueued)
	if err := b.saveInPlace(ctx, r, next); err != nil {
		return err
	}
	note := Note{Kind: NoteStart}
	ts, why := b.Chat.Reply(ctx, b.card(ctx, *r, p), note)
	if errors.Is(why, policy.ErrChatBusy) {
		next := *r
		next.PhaseTold = ""
		if err := b.saveInPlace(ctx, r, next); err != nil {
			return err
		}
	}
	if why != nil {
		return undelivered{why}
	}
	b.recordNote(ctx, *r, note, ts)
	return nil
}
