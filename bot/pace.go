package bot

import (
	"context"
	"time"
)

// showWhenDue edits the card when the state is new or an edit is due. The card shows
// the elapsed time and the time of the next edit.
func (b *Bot) showWhenDue(ctx context.Context, r *Restore, p Portal) error {
	now := time.Now().UTC()
	if r.Shown.State != r.State {
		return b.show(ctx, r, p)
	}
	if r.CardTS == "" || now.Sub(r.Shown.At) < editEvery(r.workedFor(now)) {
		return nil
	}
	return b.edit(ctx, r, p)
}

// saveSafetyProgress saves the progress of a safety backup and shows it when an edit
// is due.
func (b *Bot) saveSafetyProgress(ctx context.Context, r, next Restore, p Portal, after time.Duration) (Next, error) {
	raised := len(r.Alarms) != len(next.Alarms)
	if raised || r.Safety != next.Safety {
		saved, err := b.Store.Save(ctx, r, next)
		if err != nil {
			return Next{After: soon}, err
		}
		next = saved
	}
	if err := b.tellAlarms(ctx, &next, p); err != nil {
		return Next{After: after}, err
	}
	show := b.showWhenDue
	if raised {
		show = b.edit // its buttons have changed
	}
	if err := show(ctx, &next, p); err != nil {
		return Next{After: after}, err
	}
	return Next{After: after}, nil
}

// workedFor is how long the restore or its safety backup has run.
func (r Restore) workedFor(now time.Time) time.Duration {
	if r.State == Saving {
		return now.Sub(r.Safety.StartedAt)
	}
	return r.Elapsed(now)
}

// How often the card of a running restore is edited, by how long it has run.
const (
	editEarly  = 3 * time.Second // in the first two minutes
	editLater  = 10 * time.Second
	editLate   = 30 * time.Second // after ten minutes
	earlyUntil = 2 * time.Minute
	laterUntil = 10 * time.Minute
	// verifyLimit is how long a portal whose task is completed may take to look
	// restored before a person is asked to look.
	verifyLimit = 5 * time.Minute
)

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
