package bot

import (
	"context"
	"errors"
	"time"

	"docspace-restorebot/bot/loss"
)

// The errors of a [Store] besides a broken database.
var (
	ErrNotFound   = errors.New("no such restore")
	ErrStale      = errors.New("the restore was changed by somebody else")
	ErrPortalBusy = errors.New("the portal has an open restore already")
	ErrDuplicate  = errors.New("this command was recorded already")
	ErrTaskHeld   = errors.New("another open restore holds this task of the portal")
	// ErrUncertain means that the database broke off and may have written all the same.
	ErrUncertain = errors.New("whether it was written is not known")
)

// Store keeps restores, their audit trail and the steps that are due. Each
// method is one transaction: all of it happens or none, and what it has
// answered survives a power cut.
type Store interface {
	// Create records a new restore, its audit events and its first step, due at
	// once. It returns [ErrDuplicate] if the Delivery was recorded before and
	// [ErrPortalBusy] if an open restore is bound to the same Address (or, without
	// one, to the same Portal).
	Create(ctx context.Context, r Restore, events ...Event) error

	// Get returns one restore, or [ErrNotFound].
	Get(ctx context.Context, id string) (Restore, error)

	// ByDelivery returns the restore that a command's delivery made, or [ErrNotFound].
	ByDelivery(ctx context.Context, delivery string) (Restore, error)

	// OpenOn returns the open restore that is bound to a portal's address; ok is
	// false when there is none.
	OpenOn(ctx context.Context, p PortalName) (r Restore, ok bool, err error)

	// Recent returns up to limit restores, newest first, of all portals.
	Recent(ctx context.Context, limit int) ([]Restore, error)

	// Search returns up to limit restores that want accepts, newest first, among the
	// newest [SearchWindow]. want sees ID, Portal, Address, State and RequestedAt
	// only: an unwanted restore is not read any further.
	Search(ctx context.Context, limit int, want func(Restore) bool) ([]Restore, error)

	// Runs returns up to limit runs of a portal, newest first.
	Runs(ctx context.Context, portal string, limit int) ([]Run, error)

	// Trail returns the audit events of a restore, oldest first.
	Trail(ctx context.Context, restore string) ([]Event, error)

	// Save replaces was by next if nobody has changed it since was was read, and
	// returns next as it now stands: its Version counted up. [ErrStale] means that
	// somebody has; nothing is written then. A move that [CanMove] forbids is an
	// error too, a move to Starting during a freeze is [ErrFrozen], and one on a
	// consent that does not hold any more is a [*LapsedError]. A save that
	// [ChangesPortal] is [ErrAltered] where the store has a key and cannot prove that
	// the bot wrote the record and the freeze last.
	// Confirmations are unique by person. No two open restores hold one TaskID: the
	// second save is [ErrTaskHeld]. An Address, once set, stays.
	Save(ctx context.Context, was, next Restore, events ...Event) (Restore, error)

	// Wake is Save followed by a step that is due at once: the Generation is
	// counted up too, so that any step already waiting becomes a no-op.
	Wake(ctx context.Context, was, next Restore, events ...Event) (Restore, error)

	// Now is the time by the database's clock: the only one that processes share.
	Now(ctx context.Context) (time.Time, error)

	// CheckConsent returns nil while the consent holds. It returns a [*LapsedError]
	// once the consent is too old, or nobody can tell its age: no clock has seen all
	// the time since, or the database may have gone back.
	CheckConsent(ctx context.Context, r Restore) error

	// PutForm keeps what an open modal is about, in the place of what was kept
	// under its ID before.
	PutForm(ctx context.Context, f Form) error

	// Form returns what a modal is about, or [ErrNotFound] also once its time is over.
	Form(ctx context.Context, id string) (Form, error)

	// PutLoss keeps what a restore takes by name, in the place of what was kept for it
	// before, until its time is over.
	PutLoss(ctx context.Context, l loss.List) error

	// Loss returns what a restore takes by name, or [ErrNotFound] also once its time
	// is over.
	Loss(ctx context.Context, restore string) (loss.List, error)

	// SetFreeze freezes restores, or lets them go again with the zero value. What
	// is requested or confirmed gets a step that is due at once and a new
	// Version, so that no start that was under way meanwhile can be saved.
	SetFreeze(ctx context.Context, f Freeze, events ...Event) error

	// Frozen returns the freeze, the zero value for none.
	Frozen(ctx context.Context) (Freeze, error)

	// Rules returns the rules that people were last told of.
	Rules(ctx context.Context) (ToldRules, error)

	// SaveRules replaces was by next if nobody has changed it since was was read, and
	// returns next as it now stands. [ErrStale] means that somebody has; nothing is
	// written then.
	SaveRules(ctx context.Context, was, next ToldRules, events ...Event) (ToldRules, error)

	// TrailEnd is the end of the audit trail in short, for people to keep elsewhere.
	TrailEnd(ctx context.Context) (string, error)

	// Note records audit events that change no restore, such as refusals.
	Note(ctx context.Context, events ...Event) error
}

// SearchWindow is how many of the newest restores a search looks through: more than
// can be open at once, so that a caller sees what ended while all portals are being
// restored.
const SearchWindow = 1000

// Event is one line of the audit trail. It is written in the transaction of its act
// and never holds a secret.
type Event struct {
	At      time.Time
	Restore string // id, "" for what concerns none
	Kind    EventKind
	Actor   string            // user id, "" for the bot itself
	Detail  map[string]string // ids, canonical flags, rules; one line each
}

// EventKind names an act.
type EventKind string

// The acts of the audit trail.
const (
	EventRequested  EventKind = "requested"
	EventRefused    EventKind = "refused"
	EventChecked    EventKind = "checked"
	EventLinked     EventKind = "linked" // where the card is
	EventPressed    EventKind = "pressed"
	EventConfirmed  EventKind = "confirmed"
	EventWithdrawn  EventKind = "withdrawn" // a confirmation of somebody who may not any more
	EventChannel    EventKind = "channel"   // it has another id now
	EventDismissed  EventKind = "dismissed"
	EventExpired    EventKind = "expired"
	EventSaving     EventKind = "saving" // the safety backup is asked for, or has ended
	EventWaived     EventKind = "waived" // a person lets the restore go on without it
	EventFollowed   EventKind = "followed"
	EventStarting   EventKind = "starting"
	EventRunning    EventKind = "running"
	EventAlarm      EventKind = "alarm"
	EventDowntime   EventKind = "away"
	EventEnded      EventKind = "ended"
	EventSettled    EventKind = "settled"
	EventCounted    EventKind = "counted" // what the restored portal holds
	EventTicked     EventKind = "ticked"  // an item of the after-care list
	EventUnticked   EventKind = "unticked"
	EventReminded   EventKind = "reminded" // of what is open on it
	EventTold       EventKind = "told"     // the end, in the channel
	EventLoss       EventKind = "loss"     // what will be lost was counted
	EventShown      EventKind = "shown"    // a person opened the list by name
	EventTyped      EventKind = "typed"
	EventBreakGlass EventKind = "break_glass"
	EventStopped    EventKind = "stopped"
	EventFrozen     EventKind = "frozen"
	EventUnfrozen   EventKind = "unfrozen"
	EventSettings   EventKind = "settings" // at the start of the program
	EventRules      EventKind = "rules"    // the rules differ from those of the last start
	EventAltered    EventKind = "altered"  // a record was changed outside the bot
	EventSealed     EventKind = "sealed"   // a key guards the trail from here on; holds what was found before
)
