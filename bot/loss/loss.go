package loss

import (
	"time"

	"docspace-restorebot/docspace"
)

// Source says where a Summary comes from.
type Source string

// The sources.
const (
	// FromTrail is the portal's audit trail.
	FromTrail Source = "trail"
	// FromRooms is for a portal without a trail: which rooms changed, what their logs
	// say, and who was invited.
	FromRooms Source = "rooms"
	// FromNone means that nothing could be read; Summary.Why says why.
	FromNone Source = "none"
)

// Summary counts what a restore takes, as the portal said before the start. Each number
// is a lower bound: the portal writes its trail late and not in full. The zero value
// means that the portal was not asked yet.
type Summary struct {
	Source Source    `json:",omitzero"`
	At     time.Time `json:",omitzero"` // when the portal was asked last
	From   time.Time `json:",omitzero"` // from when it counts, by the portal's clock
	// FromEnd is set when the start of the backup is not known: the count begins at its
	// end.
	FromEnd  bool `json:",omitzero"`
	Complete bool `json:",omitzero"` // the trail was read to its end
	// Tries is how often the rest of the trail was asked for.
	Tries int    `json:",omitzero"`
	Why   string `json:",omitzero"` // why something could not be read, one line
	// Failed counts the readings in a row that failed.
	Failed int `json:",omitzero"`
	// Due is when a waiting request asks the portal again; zero means never.
	Due time.Time `json:",omitzero"`

	Lost Tally `json:",omitzero"`
	Back Back  `json:",omitzero"`
	// People counts who did it; Links is set if visitors with a link did some of it.
	People int       `json:",omitzero"`
	Links  bool      `json:",omitzero"`
	Last   time.Time `json:",omitzero"` // the newest change, by the bot's clock
	Open   int       `json:",omitzero"` // files that may be open in an editor, with work that is not saved

	// Since counts the changes after the first reading; Jump is set when they are so
	// many that somebody must be working right now.
	Since int  `json:",omitzero"`
	Jump  bool `json:",omitzero"`

	// Listed is set once the list of lost work is in the thread.
	Listed bool `json:",omitzero"`
	// LastID is the newest row that was read.
	LastID int64 `json:",omitzero"`
}

// Known reports whether there are numbers to show.
func (s Summary) Known() bool { return s.Source == FromTrail || s.Source == FromRooms }

// Tally counts what goes.
type Tally struct {
	Created  int `json:",omitzero"` // files
	Changed  int `json:",omitzero"` // other files
	Moved    int `json:",omitzero"` // files and folders
	Folders  int `json:",omitzero"` // created or changed
	Forms    int `json:",omitzero"` // filled in
	Personal int `json:",omitzero"` // of Created and Changed: in people's own sections
	Rooms    int `json:",omitzero"` // created
	// RoomsChanged counts changes of rooms and of who may enter them; from FromRooms
	// it is the rooms that changed in any way.
	RoomsChanged int `json:",omitzero"`
	Invited      int `json:",omitzero"` // people
	PeopleOther  int `json:",omitzero"` // other changes of people and groups
	Settings     int `json:",omitzero"` // also keys, webhooks, apps and what is connected
	Other        int `json:",omitzero"` // acts of a newer server
}

// Total is all of it.
func (t Tally) Total() int {
	return t.Created + t.Changed + t.Moved + t.Folders + t.Forms + t.Rooms + t.RoomsChanged + t.Invited + t.PeopleOther + t.Settings + t.Other
}

// Back counts what was deleted and comes back.
type Back struct {
	Files   int `json:",omitzero"` // also versions of files, and emptied trashes
	Folders int `json:",omitzero"` // each with what was in it
	Rooms   int `json:",omitzero"`
	People  int `json:",omitzero"`
}

// Total is all of it.
func (b Back) Total() int { return b.Files + b.Folders + b.Rooms + b.People }

// List names what a restore takes. It is stored beside the restore, until Until. It
// holds no address and no page, and of a person's own section only a number.
type List struct {
	Restore  string
	Until    time.Time // when it is removed
	Acts     []Act     `json:",omitempty"` // newest first
	Left     int       `json:",omitzero"`  // acts that are not in the list
	Personal []Own     `json:",omitempty"`
}

// MaxActs bounds the acts of a List: some 600 kB.
const MaxActs = 3000

// Act is what one person did to one thing.
type Act struct {
	ID     int64           // of the newest row
	At     time.Time       // by the portal's clock
	UserID string          `json:",omitempty"`
	User   string          `json:",omitempty"`
	Action docspace.Action // of the newest row
	Target string          `json:",omitempty"` // the id of the thing
	Text   string          // what was done, in the language of the key's owner
	Where  string          `json:",omitempty"` // "Rooms: <title>"
	Times  int             `json:",omitzero"`  // how often again
}

// Back reports whether the restore undoes a deletion.
func (a Act) Back() bool { return a.Action.Meaning().Removes() }

// Own is how many files a person loses in their own section.
type Own struct {
	UserID string
	User   string
	Files  int
}
