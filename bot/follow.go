package bot

import (
	"context"
	"errors"
	"slices"
	"time"

	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// How often the card of a running restore is edited, by how long it has run.
const (
	editEarly  = 3 * time.Second // in the first two minutes
	editLater  = 10 * time.Second
	editLate   = 30 * time.Second // after ten minutes
	earlyUntil = 2 * time.Minute
	laterUntil = 10 * time.Minute
	// verifyFor is how long a portal whose task is completed may take to look
	// restored before a person is asked to look.
	verifyFor = 5 * time.Minute
)

// follow asks a running restore for its progress, shows it, raises what alarms
// are due, and finds its end. It goes on until the portal or a person tells that.
func (b *Bot) follow(ctx context.Context, r Restore, p Portal) (Next, error) {
	later := b.atWork(ctx, &r, p) // what the chat would not take now
	if later != nil && !isUntold(later) {
		return Next{After: soon}, later
	}
	ask, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	task, known, err := p.API.RestoreProgress(ask, docspace.RestoreScope(r.Order.Dump))
	if ctx.Err() != nil {
		return Next{After: soon}, ctx.Err() // the bot stops: the portal is not to blame
	}
	now := time.Now().UTC()
	next := r
	switch {
	case err != nil:
		why := p.trouble(err)
		if rank(r.Progress.Phase) >= rank(PhaseImporting) {
			why.do = movedAway(err) + why.do
		}
		next.Progress = r.Progress.failed(why, now)
	case !known || task.TaskID != r.TaskID:
		next = r.forgotten(ask, p, now)
		if known && next.Progress.Trouble == "" {
			next, _ = next.noteOther(task, now)
		}
		if why, lost := next.lostTask(now); lost {
			return b.move(ctx, r, next.alarmed(now).ended(Unclear, now, why), EventEnded)
		}
	case task.Succeeded():
		return b.verify(ctx, r, p, task)
	case task.Terminal():
		return b.move(ctx, r, failed(r, task, now), EventEnded)
	default:
		next.SilentSince, next.Other = time.Time{}, OtherTask{}
		next.askTenant(ask, task, p, now)
		next.Progress = next.Progress.next(task, next.Progress.Tenant, now)
	}
	after, err := b.progress(ctx, r, next.alarmed(now), p)
	if err == nil {
		err = later
	}
	return after, err
}

// forgotten returns r when the portal answers that it knows no task of ours. What
// another portal of the server answers in its place is no answer.
func (r Restore) forgotten(ask context.Context, p Portal, now time.Time) Restore {
	settings, err := p.API.Settings(ask)
	if another := r.otherPortal(settings); err == nil && another != "" {
		r.SilentSince, r.Progress = time.Time{}, r.Progress.failed(p.trouble(another), now)
		return r
	}
	if r.SilentSince.IsZero() {
		r.SilentSince = now
	}
	r.Progress = r.Progress.answered(now)
	r.Progress.Tenant, r.Progress.TenantAt = settings.TenantStatus, now // "" where it was not answered
	return r
}

// lostTask says why the end of a task that the portal no longer knows cannot be
// told, once it has not known it for long enough. A portal that is Active again
// has nothing more to tell; one that is locked may come to know its task again.
func (r Restore) lostTask(now time.Time) (Reason, bool) {
	if r.SilentSince.IsZero() {
		return Reason{}, false
	}
	silent := now.Sub(r.SilentSince)
	why := Reason{
		Rule: policy.RuleTask,
		What: "The portal no longer knows the restore that was started; how it ended cannot be told from here.",
		Do:   "Look at the portal and say with the buttons what became of it. The bot asks on meanwhile.",
	}
	switch {
	case r.Other.ID != "" && silent >= graceOf:
		why.What = "The portal now works on another restore than the one this bot started; how ours ended cannot be told from here."
		return why, true
	case r.Progress.Tenant == docspace.TenantActive && silent >= graceOf:
		why.What = "The portal is Active and no longer knows the restore that was started; how it ended cannot be told from here."
		return why, true
	}
	return why, silent >= forgottenFor
}

// progress saves what has changed and shows it when an edit is due. The portal
// is asked again in time, whatever the chat does.
func (b *Bot) progress(ctx context.Context, r, next Restore, p Portal) (Next, error) {
	now := time.Now().UTC()
	if changed(r, next) {
		next.SeenAt, next.SeenBy = now, b.Process
		saved, err := b.Store.Save(ctx, r, next)
		if err != nil {
			return Next{After: soon}, err
		}
		next = saved
	}
	later := b.tellAlarms(ctx, &next, p)
	if later != nil && !isUntold(later) {
		return Next{After: soon}, later
	}
	if err := b.tellPhase(ctx, &next, p); err != nil {
		if !isUntold(err) {
			return Next{After: soon}, err
		}
		later = err
	}
	if err := b.showPaced(ctx, &next, p); err != nil {
		later = err
	}
	return Next{After: max(0, b.Poll-time.Since(now))}, later
}

// tellAlarms posts the alarms that are not told yet, in the channel too, and
// records that.
func (b *Bot) tellAlarms(ctx context.Context, r *Restore, p Portal) error {
	for i, alarm := range r.Alarms {
		if alarm.Told {
			continue
		}
		if err := b.say(ctx, r, p, Note{Kind: NoteAlarm, Alarm: alarm, Broadcast: true}); err != nil {
			return err
		}
		next := *r
		next.Alarms = slices.Clone(r.Alarms)
		next.Alarms[i].Told = true
		saved, err := b.Store.Save(ctx, *r, next, Event{
			At: time.Now().UTC(), Restore: r.ID, Kind: EventAlarm, Detail: map[string]string{"alarm": string(alarm.Kind)},
		})
		if err != nil {
			return err
		}
		*r = saved
	}
	return nil
}

// changed reports whether anything that people see has changed. When the portal
// was last asked is not worth a write.
func changed(a, b Restore) bool {
	return a.Progress.Phase != b.Progress.Phase || a.Progress.Seen != b.Progress.Seen || a.Progress.Percent != b.Progress.Percent ||
		a.Progress.Trouble != b.Progress.Trouble || a.Progress.TenantAt != b.Progress.TenantAt || a.Other != b.Other || a.SilentSince != b.SilentSince || len(a.Alarms) != len(b.Alarms)
}

func editEvery(elapsed time.Duration) time.Duration {
	switch {
	case elapsed < earlyUntil:
		return editEarly
	case elapsed < laterUntil:
		return editLater
	default:
		return editLate
	}
}

// verify looks at a portal whose task says that it is done. Only a portal that
// is active and shows its login page is called restored.
func (b *Bot) verify(ctx context.Context, r Restore, p Portal, task docspace.Progress) (Next, error) {
	now := time.Now().UTC()
	next := r
	next.Progress, next.SilentSince = r.Progress.next(task, "", now), time.Time{}
	v, err := r.verdict(ctx, p, now)
	next.Verdict = v
	switch {
	case v.Trouble == "":
		return b.move(ctx, r, next.ended(Succeeded, now, Reason{}), EventEnded)
	case now.Sub(v.At) >= verifyFor:
		return b.move(ctx, r, next.ended(Unclear, now, Reason{
			Rule: policy.RuleVerify, What: "The portal's task says that it is done, but " + v.Trouble + ".",
			Do: movedAway(err) + "Look at the portal and say with the buttons what became of it.",
		}), EventEnded)
	case r.Verdict.Trouble == v.Trouble:
		return Next{After: b.Poll}, nil
	}
	return b.again(ctx, r, next, b.Poll)
}

// verdict looks at the portal. What looks wrong keeps the time since when it did;
// the error is why the portal could not be asked.
func (r Restore) verdict(ctx context.Context, p Portal, now time.Time) (Verdict, error) {
	v := Verdict{At: now}
	if r.Verdict.Trouble != "" {
		v.At = r.Verdict.At
	}
	settings, err := p.API.Settings(ctx)
	switch another := r.otherPortal(settings); {
	case err != nil:
		v.Trouble = p.trouble(err).why
	case another != "":
		v.Trouble = another.Error()
	case inactive(settings):
		v.Trouble = standing(settings.TenantStatus).why
	default:
		v.Version, v.Untold = settings.Version, settings.TenantStatus == ""
		if err := p.API.LoginPage(ctx); err != nil {
			v.Trouble = "its login page does not answer"
		} else {
			v.Login = true
		}
	}
	return v, err
}

// movedAway is what to look for where nobody answers at the address any more: a
// domain in the backup takes the place of the portal's.
func movedAway(err error) string {
	if errors.Is(err, docspace.ErrNoPortal) {
		return "If the backup holds another domain of its own, the portal answers there now: put that address into the bot's settings. "
	}
	return ""
}

func failed(r Restore, task docspace.Progress, now time.Time) Restore {
	why := Reason{Rule: policy.RuleTask, What: "The portal stopped the restore. Its own words: “" + task.Error + "”", Do: "Choose another backup from /restore list, or ask who runs the server to look at its backup worker's log."}
	if task.Error == "" {
		why.What = "The portal's worker was stopped before the restore was done."
		why.Do = "When the server is well again, ask again with /restore."
	}
	next := r.ended(Failed, now, why)
	next.Progress = r.Progress.next(task, "", now)
	return next
}
