package bot

import (
	"context"
	"time"

	"docspace-restorebot/docspace"
)

// pastLimit is how many ended restores /restore history shows.
const pastLimit = 10

// status says what runs or waits on the portals that somebody may use, asking
// each portal too.
func (b *Bot) status(ctx context.Context, c Caller) Answer {
	now := time.Now().UTC()
	s := Status{Now: now, Freeze: b.freezeShown(ctx)}
	may := b.admitted(ctx, c)
	last, err := b.Store.Sought(ctx, 1, may.ended)
	if err != nil {
		return b.unrecorded(err)
	}
	if len(last) > 0 {
		s.Last = &last[0]
	}
	for _, p := range may {
		open, ok, err := b.Store.OpenOn(ctx, p.PortalName)
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
	ended, err := b.Store.Sought(ctx, pastLimit, b.admitted(ctx, c).ended)
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
