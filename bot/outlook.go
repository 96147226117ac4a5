package bot

import (
	"context"
	"slices"
	"time"

	"docspace-restorebot/docspace"
)

// Outlook is what was found out before people were asked: all of it checked,
// nothing guessed. The zero value means not looked at.
type Outlook struct {
	At         time.Time `json:",omitzero"`
	Usual      Usual     `json:",omitzero"`
	KeyExpires time.Time `json:",omitzero"` // zero: never
	KeyAll     bool      `json:",omitzero"` // the key may do everything, not only write
	// Backing is set while the portal takes a backup, at BackingPercent.
	Backing        bool   `json:",omitzero"`
	BackingPercent int    `json:",omitzero"`
	BackingTrouble string `json:",omitzero"` // why it could not be told
	Newer          int    `json:",omitzero"` // backups in the history that are newer than the chosen one
	Counts         Counts `json:",omitzero"`
	Charge         Charge `json:",omitzero"` // of the safety backup
	// ClockAhead is how far the portal's clock is ahead of the bot's, where they
	// disagree.
	ClockAhead time.Duration `json:",omitzero"`
	// Unread says why the history could not be read, of an order that may go unseen.
	Unread string `json:",omitzero"`
}

// Usual is how long the restores of a portal from a storage took before.
type Usual struct {
	Runs        int           `json:",omitzero"` // 0: no history yet
	Median, P90 time.Duration `json:",omitzero"`
}

// Counts is what a portal holds. A count below 0 could not be had.
type Counts struct {
	At                    time.Time `json:",omitzero"` // zero: not counted
	Users, Rooms, Backups int       `json:",omitzero"`
	Trouble               string    `json:",omitzero"` // why something could not be counted, one line
}

// outlook looks at what people should know before they confirm. What cannot be
// told is left out or said to be unknown; none of it refuses a restore.
func (b *Bot) outlook(ctx context.Context, r *Restore, p Portal, key docspace.Key, backups []docspace.Backup) {
	o := Outlook{At: time.Now().UTC(), Usual: b.usual(ctx, *r), KeyExpires: key.ExpiresOn, KeyAll: everything(key), ClockAhead: p.clockAhead(), Unread: r.Outlook.Unread}
	ask, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	task, known, err := p.API.BackupProgress(ask, r.Order.Dump)
	switch {
	case err != nil:
		o.BackingTrouble = p.trouble(err).why
	case known && !task.Terminal():
		o.Backing, o.BackingPercent = true, task.Percent
	}
	for _, backup := range backups {
		if !r.Backup.CreatedOn.IsZero() && backup.CreatedOn.After(r.Backup.CreatedOn) {
			o.Newer++
		}
	}
	o.Counts = count(ask, p)
	if r.Backup.ID != "" && !r.Order.Dump { // else the history was not asked for, or is the server's
		o.Counts.Backups = len(backups)
	}
	r.Outlook = o
}

func everything(k docspace.Key) bool {
	return len(k.Permissions) == 0 || slices.Contains(k.Permissions, docspace.ScopeAll)
}

// count counts the people and rooms of a portal, but not its backups.
func count(ctx context.Context, p Portal) Counts {
	c := Counts{At: time.Now().UTC(), Users: -1, Rooms: -1, Backups: -1}
	if n, err := p.API.UsersCount(ctx); err == nil {
		c.Users = n
	} else {
		c.Trouble = p.trouble(err).why
	}
	if n, err := p.API.RoomsCount(ctx); err == nil {
		c.Rooms = n
	} else {
		c.Trouble = p.trouble(err).why
	}
	return c
}
