package bot

import (
	"context"
	"errors"
	"strconv"
	"time"

	"docspace-restorebot/docspace"
)

// Aftercare holds the checks after the end of a restore. They wait for a new key, since a
// restore kills the bot's.
type Aftercare struct {
	Tries  int    `json:",omitzero"`
	Done   bool   `json:",omitzero"`
	GaveUp bool   `json:",omitzero"` // no key worked in time
	Counts Counts `json:",omitzero"`
	// Returned is compared with Restore.Setup.
	Returned Returned `json:",omitzero"`
	// WayBack is the new id of the safety backup: a restore changes ids and keeps file
	// names.
	WayBack string `json:",omitzero"`
}

const (
	aftercareFirst  = 5 * time.Second
	aftercareLast   = 5 * time.Minute
	aftercareWindow = 24 * time.Hour
)

// stepAftercare waits for a key that works, counts what the portal holds, finds the way
// back and tells it all in the thread, once.
func (b *Bot) stepAftercare(ctx context.Context, r Restore, p Portal) (Next, error) {
	now := time.Now().UTC()
	next := r
	if now.Sub(r.EndedAt) >= aftercareWindow {
		next.Aftercare.Done, next.Aftercare.GaveUp = true, true
		return b.saveAndWait(ctx, r, next, 0)
	}
	ask, cancel := context.WithTimeout(ctx, stepCallTimeout)
	defer cancel()
	key, err := p.API.KeySelf(ask)
	switch {
	case ctx.Err() != nil:
		return Next{After: soon}, ctx.Err()
	case err != nil || !key.CanRead() || key.Expired(now):
		next.Aftercare.Tries++
		return b.saveAndWait(ctx, r, next, aftercareDelay(r.Aftercare.Tries))
	}
	if r.Aftercare.Counts.At.IsZero() { // counted once, even if the message is posted again
		next.Aftercare.Counts = countContent(ask, p)
		next.Aftercare.Returned = b.returned(ask, r, p)
		next.Checklist = r.Checklist.seen(CheckKey, now)
		backups, err := b.history(ctx, p, r.Order.Dump)
		switch {
		case errors.Is(ctx.Err(), context.Canceled), errors.Is(err, errHistoryBusy):
			return Next{After: soon}, ctx.Err()
		case err != nil:
			next.Aftercare.Counts.Trouble = p.explain(err).why
		default:
			next.Aftercare.Counts.Backups = len(backups)
			next.Aftercare.WayBack = wayBackIn(backups, r.Safety.Backup.FileName)
		}
		return b.saveAndWait(ctx, r, next, 0)
	}
	if err := b.postNote(ctx, &next, p, Note{Kind: NoteCounted}); err != nil {
		return Next{After: retryDelay(err)}, err
	}
	next.Aftercare.Done = true
	c := next.Aftercare.Counts
	return b.saveAndWait(ctx, r, next, 0, Event{
		At: now, Restore: r.ID, Kind: EventCounted,
		Detail: map[string]string{"users": strconv.Itoa(c.Users), "rooms": strconv.Itoa(c.Rooms), "backups": strconv.Itoa(c.Backups), "way_back": next.Aftercare.WayBack},
	})
}

// wayBackIn is the new id of a safety backup, "" where it is not listed.
func wayBackIn(backups []docspace.Backup, file string) string {
	for _, backup := range backups {
		if file != "" && backup.FileName == file {
			return backup.ID
		}
	}
	return ""
}

func aftercareDelay(tries int) time.Duration {
	return min(aftercareFirst<<min(tries, 10), aftercareLast)
}
