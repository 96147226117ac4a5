package bot

import (
	"context"
	"time"

	"docspace-restorebot/docspace"
)

// pastLimit is how many ended restores /restore history shows.
const pastLimit = 10

// searched is how many of the latest restores of all portals are looked
// through for those that somebody may see.
const searched = 200

// paged is how many of them are read at a time: mostly the first are enough.
const paged = pastLimit

// latest returns the newest restores that want says yes to, newest first, and
// looks no further than it has enough of them.
func (b *Bot) latest(ctx context.Context, enough int, want func(Restore) bool) (found []Restore, err error) {
	page, err := b.Store.Recent(ctx, paged)
	for looked := 0; ; {
		if err != nil {
			return nil, err
		}
		for _, r := range page {
			if want(r) {
				found = append(found, r)
			}
			if len(found) == enough {
				return found, nil
			}
		}
		looked += len(page)
		if len(page) < paged || looked >= searched {
			return found, nil
		}
		page, err = b.Store.Older(ctx, page[len(page)-1].ID, paged)
	}
}

// status says what runs or waits on the portals that somebody may use, asking
// each portal too.
func (b *Bot) status(ctx context.Context, c Caller) Answer {
	now := time.Now().UTC()
	s := Status{Now: now, Freeze: b.freezeShown(ctx)}
	may := b.admitted(ctx, c)
	last, err := b.latest(ctx, 1, may.ended)
	if err != nil {
		return b.unrecorded(err)
	}
	if len(last) > 0 {
		s.Last = &last[0]
	}
	for _, p := range may {
		open, ok, err := b.Store.OpenOn(ctx, p.Name)
		if err != nil {
			return b.unrecorded(err)
		}
		if ok {
			s.Open = append(s.Open, open)
		}
		task, known, err := p.API.RestoreProgress(ctx, docspace.AnyTask)
		switch {
		case err != nil:
			s.Elsewhere = append(s.Elsewhere, Elsewhere{Portal: p.PortalName, Trouble: err.Error()})
		case known && !task.Terminal() && (!ok || task.TaskID != open.TaskID):
			s.Elsewhere = append(s.Elsewhere, Elsewhere{Portal: p.PortalName, Task: task, Running: true})
		}
	}
	return s
}

func (b *Bot) past(ctx context.Context, c Caller) Answer {
	ended, err := b.latest(ctx, pastLimit, b.admitted(ctx, c).ended)
	if err != nil {
		return b.unrecorded(err)
	}
	return Past{Restores: ended, Now: time.Now().UTC()}
}

func (b *Bot) list(ctx context.Context, p Portal, dump bool) Answer {
	backups, err := p.API.BackupHistory(ctx, dump)
	if err != nil {
		return &Refusal{
			Rule: RulePortal, What: "The portal's backups could not be read: " + err.Error() + ". Nothing was changed.",
			Do: "Try again in a minute; if it goes on, look at the portal itself.",
		}
	}
	return Backups{Portal: p.PortalName, Dump: dump, Backups: backups, Now: time.Now().UTC()}
}
