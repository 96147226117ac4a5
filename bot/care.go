package bot

import (
	"context"
	"errors"
	"strconv"
	"time"
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
	next.Care.Counts = count(ask, p)
	if backups, err := b.history(ctx, p, r.Order.Dump); errors.Is(err, errHistories) {
		return Next{After: soon}, nil
	} else if err != nil {
		next.Care.Counts.Trouble = trouble(err).why
	} else {
		next.Care.Counts.Backups = len(backups)
		for _, backup := range backups {
			if r.Safety.Backup.FileName != "" && backup.FileName == r.Safety.Backup.FileName {
				next.Care.WayBack = backup.ID
			}
		}
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

func backOff(tries int) time.Duration {
	return min(careFirst<<min(tries, 10), careLast)
}
