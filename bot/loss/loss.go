package loss

import (
	"time"

	"docspace-restorebot/docspace"
)

// Source is where the bot knows from what a restore takes.
type Source string

// The sources.
const (
	// FromTrail is the portal's audit trail.
	FromTrail Source = "trail"
	// FromRooms is what is left without one: which rooms changed, what the logs of
	// those say, who was invited.
	FromRooms Source = "rooms"
	// FromNone is nothing; Summary.Why says why.
	FromNone Source = "none"
)

// Summary is what a restore takes, in numbers, as the portal told before it
// started. Each number is one that it is at least: the portal writes its trail
// late, and not all of it. Zero: the portal was not asked yet.
type Summary struct {
	Source Source    `json:",omitzero"`
	At     time.Time `json:",omitzero"` // when the portal was asked last
	From   time.Time `json:",omitzero"` // from when it counts, by the portal's clock
	// FromEnd is set when the start of the backup could not be told, so that it
	// counts from its end.
	FromEnd  bool `json:",omitzero"`
	Complete bool `json:",omitzero"` // the trail was read to its end
	// Tries is how often the rest of the trail was asked for.
	Tries int    `json:",omitzero"`
	Why   string `json:",omitzero"` // why something could not be told, one line
	// Failed counts the readings in a row that told nothing.
	Failed int `json:",omitzero"`
	// Due is when the portal is asked again while the request waits; zero: it is not.
	Due time.Time `json:",omitzero"`

	Lost Tally `json:",omitzero"`
	Back Back  `json:",omitzero"`
	// People is how many did it; Links is set where somebody came by a link too.
	People int       `json:",omitzero"`
	Links  bool      `json:",omitzero"`
	Last   time.Time `json:",omitzero"` // the newest change, by the bot's clock
	Open   int       `json:",omitzero"` // files that may be open in an editor, with work that is not saved

	// Since is how many changes came after the first count; Jump is set when they
	// are so many that somebody works right now.
	Since int  `json:",omitzero"`
	Jump  bool `json:",omitzero"`

	// Listed is set once the thread has the list of what is to be done again.
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

// List is what a restore takes, by name. It is kept beside the restore, for some
// time and no longer. It holds no address, no page, and nothing from a person's
// own section but a number.
type List struct {
	Restore  string
	Until    time.Time // it is kept no longer
	Acts     []Act     `json:",omitempty"` // newest first
	Left     int       `json:",omitzero"`  // further acts that it has no room for
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
	Times  int             `json:",omitzero"`  // how often besides
}

// Back reports whether the restore undoes a deletion.
func (a Act) Back() bool { return a.Action.Meaning().Removes() }

// Own is how many files a person loses in their own section.
type Own struct {
	UserID string
	User   string
	Files  int
}
