package bot

import (
	"context"

	"docspace-restorebot/bot/loss"
)

// Returned is what the portal holds once a key works again, beside people and
// rooms. What could not be read is below 0.
type Returned struct {
	RoomFiles int   `json:",omitzero"` // in rooms
	Bytes     int64 `json:",omitzero"` // of all files, by the portal's database
}

// returned asks for it, where the same was asked before the restore.
func (b *Bot) returned(ctx context.Context, r Restore, p Portal) Returned {
	w, ok := b.witness(p)
	if !ok || r.Setup.At.IsZero() {
		return Returned{}
	}
	back := Returned{RoomFiles: -1, Bytes: -1}
	if rooms, err := allRooms(ctx, w); err == nil {
		back.RoomFiles = filesIn(rooms)
	}
	if space, err := w.UsedSpace(ctx); err == nil {
		back.Bytes = space.Total()
	}
	return back
}

// Compared is one number before and after a restore.
type Compared struct {
	What        string // "people", "rooms", "files in rooms" or "bytes"
	Before, Now int64
	// Expected is what the backup's time lets expect: Before without what came since,
	// with what was deleted since. Below 0 it is not known.
	Expected int64
	// Short is set where so much is missing that people have to look.
	Short bool
}

// The names of what is compared.
const (
	ComparedPeople = "people"
	ComparedRooms  = "rooms"
	ComparedFiles  = "files in rooms"
	ComparedBytes  = "bytes"
)

// CameBack compares what the portal holds with what it held before and with what
// changed since the backup. It proves the database, not the files: a server that
// lost files counts them all the same.
func (r Restore) CameBack() []Compared {
	now, before, lost, back := r.Aftercare.Counts, r.Preflight.Counts, r.Loss.Lost, r.Loss.Back
	if now.At.IsZero() || before.At.IsZero() || r.Order.Dump {
		return nil
	}
	told := r.Loss.Source == loss.FromTrail && r.Loss.Complete
	var all []Compared
	add := func(what string, was, is, expected int64, tolerance float64) {
		if was < 0 || is < 0 {
			return
		}
		if !told {
			expected = -1
		}
		c := Compared{What: what, Before: was, Now: is, Expected: expected}
		least := expected
		if expected < 0 {
			least = was / 2 // without a trail only the loss of half is certain
		}
		c.Short = float64(is) < float64(least)*(1-tolerance)
		all = append(all, c)
	}
	add(ComparedPeople, int64(before.Users), int64(now.Users), int64(before.Users+back.People), 0.1)
	add(ComparedRooms, int64(before.Rooms), int64(now.Rooms), max(0, int64(before.Rooms-lost.Rooms+back.Rooms)), 0)
	if !r.Setup.At.IsZero() && r.Setup.Knows(PartFiles) {
		expected := r.Setup.RoomFiles - max(0, lost.Created-lost.Personal) + back.Files
		add(ComparedFiles, int64(r.Setup.RoomFiles), int64(r.Aftercare.Returned.RoomFiles), max(0, int64(expected)), 0.1)
	}
	if !r.Setup.At.IsZero() && r.Setup.Knows(PartBytes) {
		told = false // nothing says how large the changes were
		add(ComparedBytes, r.Setup.Bytes, r.Aftercare.Returned.Bytes, -1, 0)
	}
	return all
}
