package bot

import (
	"context"
	"errors"
	"strconv"
	"time"

	"docspace-restorebot/docspace"
)

// Care is what is looked after when the end of a restore is told: a restore
// kills the bot's key, and what the portal holds can be counted only once a new
// one is in its place.
type Care struct {
	Tries  int    `json:",omitzero"`
	Done   bool   `json:",omitzero"`
	GaveUp bool   `json:",omitzero"` // no key worked in time
	Counts Counts `json:",omitzero"`
	// WayBack is the id that the safety backup has now: ids change in a restore,
	// names do not.
	WayBack string `json:",omitzero"`
}

const (
	careFirst = 5 * time.Second
	careLast  = 5 * time.Minute
	careFor   = 24 * time.Hour
)

// care waits for a key that works, counts what the portal holds, finds the way
// back and tells it all in the thread, once.
func (b *Bot) care(ctx context.Context, r Restore, p Portal) (Next, error) {
	now := time.Now().UTC()
	next := r
	if now.Sub(r.EndedAt) >= careFor {
		next.Care.Done, next.Care.GaveUp = true, true
		return b.again(ctx, r, next, 0)
	}
	ask, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	key, err := p.API.KeySelf(ask)
	switch {
	case ctx.Err() != nil:
		return Next{After: soon}, ctx.Err()
	case err != nil || !key.CanRead() || key.Expired(now):
		next.Care.Tries++
		return b.again(ctx, r, next, backOff(r.Care.Tries))
	}
	if r.Care.Counts.At.IsZero() { // counted once, however often it has to be told
		next.Care.Counts = count(ask, p)
		backups, err := b.history(ctx, p, r.Order.Dump)
		switch {
		case errors.Is(ctx.Err(), context.Canceled), errors.Is(err, errHistories):
			return Next{After: soon}, ctx.Err()
		case err != nil:
			next.Care.Counts.Trouble = p.trouble(err).why
		default:
			next.Care.Counts.Backups = len(backups)
			next.Care.WayBack = wayBackIn(backups, r.Safety.Backup.FileName)
		}
		return b.again(ctx, r, next, 0)
	}
	if err := b.say(ctx, &next, p, Note{Kind: NoteCounted}); err != nil {
		return Next{After: pause(err)}, err
	}
	next.Care.Done = true
	c := next.Care.Counts
	return b.again(ctx, r, next, 0, Event{
		At: now, Restore: r.ID, Kind: EventCounted,
		Detail: map[string]string{"users": strconv.Itoa(c.Users), "rooms": strconv.Itoa(c.Rooms), "backups": strconv.Itoa(c.Backups), "way_back": next.Care.WayBack},
	})
}

// wayBackIn is the id that a safety backup has now, "" where it is not listed.
func wayBackIn(backups []docspace.Backup, file string) string {
	for _, backup := range backups {
		if file != "" && backup.FileName == file {
			return backup.ID
		}
	}
	return ""
}

func backOff(tries int) time.Duration {
	return min(careFirst<<min(tries, 10), careLast)
}
