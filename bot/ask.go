package bot

import (
	"context"
	"slices"
	"time"

	"docspace-restorebot/docspace"
)

// pastLimit is how many ended restores /restore history shows.
const pastLimit = 10

// searched is how many of the latest restores of all portals are looked
// through for those that somebody may see.
const searched = 200

// status says what runs or waits on the portals that somebody may use, asking
// each portal too.
func (b *Bot) status(ctx context.Context, c Caller) Answer {
	now := time.Now().UTC()
	s := Status{Now: now, Freeze: b.freezeShown(ctx)}
	may := b.admitted(ctx, c)
	recent, err := b.Store.Recent(ctx, searched)
	if err != nil {
		return b.unrecorded(err)
	}
	for _, r := range seen(recent, may, searched) {
		if s.Last == nil && r.State.Ended() {
			s.Last = &r
		}
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
	recent, err := b.Store.Recent(ctx, searched)
	if err != nil {
		return b.unrecorded(err)
	}
	ended := slices.DeleteFunc(recent, func(r Restore) bool { return !r.State.Ended() })
	return Past{Restores: seen(ended, b.admitted(ctx, c), pastLimit), Now: time.Now().UTC()}
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
