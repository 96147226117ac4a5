package bot

import (
	"context"
	"time"

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
// are due, and finds its end. It never gives up.
func (b *Bot) follow(ctx context.Context, r Restore, p Portal) (Next, error) {
	if r.State == Unclear && r.EndTS == "" {
		if next, err := b.tellUnclear(ctx, &r, p); err != nil || next.After > 0 {
			return next, err
		}
	}
	if r.State == Running {
		if next, err := b.atWork(ctx, &r, p); err != nil {
			return next, err
		}
	}
	ask, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	task, known, err := p.API.RestoreProgress(ask, docspace.RestoreScope(r.Order.Dump))
	if ctx.Err() != nil {
		return Next{After: soon}, ctx.Err() // the bot stops: the portal is not to blame
	}
	now := time.Now().UTC()
	if r.State == Unclear {
		if err == nil && known && task.TaskID != "" && task.TaskID != r.TaskBefore && (r.TaskID == "" || r.TaskID == task.TaskID) && !task.Terminal() {
			return b.started(ctx, r, task)
		}
		return Next{After: rarely}, b.show(ctx, &r, p)
	}
	next := r
	switch {
	case err != nil:
		next.Progress = r.Progress.failed("the portal does not answer", now)
	case !known || task.TaskID != r.TaskID:
		if next.SilentSince.IsZero() {
			next.SilentSince = now
		}
		next.Progress.AskedAt, next.Progress.Trouble = now, ""
		if known && now.Sub(next.SilentSince) >= graceOf {
			return b.move(ctx, r, r.ended(Unclear, now, Reason{
				Rule: RuleTask,
				What: "The portal now works on another restore than the one this bot started; how ours ended cannot be told from here.",
				Do:   "Look at the portal and say with the buttons what became of it.",
			}), EventEnded)
		}
	case task.Succeeded():
		return b.verify(ctx, r, p, task)
	case task.Terminal():
		return b.move(ctx, r, failed(r, task, now), EventEnded)
	default:
		next.SilentSince = time.Time{}
		next.Progress = r.Progress.next(task, tenantOf(ask, task, p), now)
	}
	return b.progress(ctx, r, next.alarmed(now), p)
}

// progress saves what has changed and shows it when an edit is due.
func (b *Bot) progress(ctx context.Context, r, next Restore, p Portal) (Next, error) {
	now := time.Now().UTC()
	if changed(r, next) {
		saved, err := b.Store.Save(ctx, r, next)
		if err != nil {
			return Next{After: soon}, err
		}
		next = saved
	}
	for i, alarm := range next.Alarms {
		if alarm.Told {
			continue
		}
		if _, err := b.Chat.Reply(ctx, b.card(ctx, next, p), Note{Kind: NoteAlarm, Alarm: alarm}); err != nil {
			return Next{After: pause(err)}, err
		}
		was := next
		next.Alarms = append([]Alarm(nil), was.Alarms...)
		next.Alarms[i].Told = true
		saved, err := b.Store.Save(ctx, was, next, Event{At: now, Restore: r.ID, Kind: EventAlarm, Detail: map[string]string{"alarm": string(alarm.Kind)}})
		if err != nil {
			return Next{After: soon}, err
		}
		next = saved
	}
	next, err := b.tellPhase(ctx, next, p)
	if err != nil {
		return Next{After: soon}, err
	}
	if err := b.showPaced(ctx, &next, p); err != nil {
		return Next{After: max(b.Poll, RetryAfter(err))}, err
	}
	return Next{After: b.Poll}, nil
}

// changed reports whether anything that people see has changed. When the portal
// was last asked is not worth a write.
func changed(a, b Restore) bool {
	return a.Progress.Phase != b.Progress.Phase || a.Progress.Seen != b.Progress.Seen || a.Progress.Percent != b.Progress.Percent ||
		a.Progress.Trouble != b.Progress.Trouble || a.Progress.Tenant != b.Progress.Tenant || a.SilentSince != b.SilentSince || len(a.Alarms) != len(b.Alarms)
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
	next.Progress = r.Progress.next(task, "", now)
	v := Verdict{At: now}
	if r.Verdict.Trouble != "" {
		v.At = r.Verdict.At // since when it does not look right
	}
	settings, err := p.API.Settings(ctx)
	switch {
	case err != nil:
		v.Trouble = "the portal does not answer"
	case settings.TenantStatus != docspace.TenantActive:
		v.Trouble = "the portal is " + string(settings.TenantStatus) + " and not Active"
	default:
		v.Version = settings.Version
		if err := p.API.LoginPage(ctx); err != nil {
			v.Trouble = "the login page does not answer"
		} else {
			v.Login = true
		}
	}
	next.Verdict = v
	switch {
	case v.Trouble == "":
		return b.move(ctx, r, next.ended(Succeeded, now, Reason{}), EventEnded)
	case now.Sub(v.At) >= verifyFor:
		return b.move(ctx, r, next.ended(Unclear, now, Reason{
			Rule: RuleVerify, What: "The portal's task says that it is done, but " + v.Trouble + ".",
			Do: "Look at the portal and say with the buttons what became of it.",
		}), EventEnded)
	case r.Verdict.Trouble == v.Trouble:
		return Next{After: b.Poll}, nil
	}
	return b.again(ctx, r, next, b.Poll)
}

func failed(r Restore, task docspace.Progress, now time.Time) Restore {
	why := Reason{Rule: RuleTask, What: "The portal stopped the restore: " + task.Error, Do: "Choose another backup from /restore list, or ask who runs the server to look at its backup worker's log."}
	if task.Error == "" {
		why.What = "The portal's worker was stopped before the restore was done."
		why.Do = "When the server is well again, ask again with /restore."
	}
	next := r.ended(Failed, now, why)
	next.Progress = r.Progress.next(task, "", now)
	return next
}

// tellUnclear shows and announces once that a person has to look.
func (b *Bot) tellUnclear(ctx context.Context, r *Restore, p Portal) (Next, error) {
	if err := b.show(ctx, r, p); err != nil {
		return Next{After: pause(err)}, err
	}
	ts, err := b.Chat.Reply(ctx, b.card(ctx, *r, p), Note{Kind: NoteEnd, Broadcast: true})
	if err != nil {
		return Next{After: pause(err)}, err
	}
	next := *r
	next.EndTS = ts
	saved, err := b.Store.Save(ctx, *r, next)
	if err == nil {
		*r = saved
	}
	return Next{}, err
}
