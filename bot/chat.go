package bot

import (
	"context"
	"errors"
	"time"

	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// The errors of a [Chat] besides a broken connection. Each wraps the chat's own words,
// without secrets.
var (
	// ErrChannelClosed: the channel takes no messages, as one that is archived.
	ErrChannelClosed = errors.New("the channel takes no messages")
	// ErrCardGone: the card was deleted or can no longer be edited.
	ErrCardGone = errors.New("the card is gone")
	// ErrCardBare: the card stands there without its buttons, which the chat does
	// not take. The ts that comes with it is good.
	ErrCardBare = errors.New("the chat takes the card without its buttons only")
)

// Chat shows restores to people. A call returns when the chat has accepted the
// message, and ctx may cut it off. It never waits for its turn: a message that has
// to wait is a [policy.ErrChatBusy] with a [RetryAfter], and the caller keeps its
// place by asking again then with the newest content. Ends go first, then alarms,
// then other news; progress comes last.
type Chat interface {
	// PostCard posts the card of a restore to its channel, buttons and all, and
	// returns its ts. It is never sent twice by itself: a lost answer is an error.
	// Asked again after that, it returns the card that was posted where it can be
	// found, and that shows c by then.
	PostCard(ctx context.Context, c Card) (ts string, err error)

	// Retire makes the message at ts, which is not the card of r, say so, without
	// buttons.
	Retire(ctx context.Context, r Restore, ts string) error

	// EditCard makes the card at c.Restore.CardTS show c. It may be repeated. An
	// edit that is older than what the card shows does nothing.
	EditCard(ctx context.Context, c Card) error

	// EditList makes the after-care list at c.Restore.Checklist.TS show c. It may be
	// repeated.
	EditList(ctx context.Context, c Card) error

	// Reply posts a note in the card's thread, and to the channel as well if the
	// note says so, and returns its ts. Without a card it goes to the channel. A
	// lost answer is an error; asked again after that, it is as with PostCard.
	Reply(ctx context.Context, c Card, n Note) (ts string, err error)

	// Direct sends a note to the requester alone and returns its ts, for when
	// the channel cannot be reached.
	Direct(ctx context.Context, c Card, n Note) (ts string, err error)

	// Answer tells one person something that only they see.
	Answer(ctx context.Context, to Recipient, a Answer) error

	// Permalink returns the address of a message, for the audit trail.
	Permalink(ctx context.Context, channel, ts string) (string, error)

	// OpenModal shows a modal to the person whose trigger_id it is given: within
	// three seconds, and once. Too late is [ErrTriggerGone]. The answer may come
	// much later; without one it is [ErrModalUnsure], with a View that is good if
	// the modal is open.
	OpenModal(ctx context.Context, trigger string, m Modal) (View, error)

	// UpdateModal shows another modal in the place of v, and says what it is
	// now. It is [ErrModalGone] if the person has closed it, or if v has a hash
	// and something else is shown by now.
	UpdateModal(ctx context.Context, v View, m Modal) (View, error)
}

// Recipient is one person in one channel. URL is the response_url of their act, while it
// is good. Without it the answer goes to the channel and only User sees it.
type Recipient struct {
	Channel string
	User    string
	URL     docspace.Secret
	// Replace puts the answer in the place of the message that was pressed, or that
	// told the person to wait.
	Replace bool
}

// Card is all that the message of a restore shows. Its views are pure.
type Card struct {
	Restore Restore
	Portal  PortalName
	KeyFrom KeySource // where the portal's key comes from
	Rules   policy.ConfirmRules
	Freeze  FreezeShown
	Now     time.Time
	// Counting is set where the portal is asked what the restore takes: see
	// Restore.Loss, which is filled in once the card is there.
	Counting bool
	// Safety is where a safety backup goes, "" where none is taken.
	Safety string
	// NextEdit is when the card is edited again at the latest; zero where it
	// changes only with the state.
	NextEdit time.Time
}

// FreezeShown is what a card says of a freeze.
type FreezeShown struct {
	Freeze

	Unreadable bool // nothing starts while it is set
}

// PortalName is a portal as people know it.
type PortalName struct {
	Name string
	URL  string
}

// Address is the one spelling of the portal's URL, which a restore is bound to.
// A portal without a URL, as in a test, goes by its name.
func (n PortalName) Address() string {
	address, err := docspace.Address(n.URL)
	if err != nil {
		return n.Name
	}
	return address
}

// Note is a reply in the thread of a card.
type Note struct {
	Kind NoteKind
	// Broadcast also shows the reply in the channel.
	Broadcast bool
	Alarm     Alarm  // for NoteAlarm
	Text      string // for NoteReport: Markdown, shown as it is
	Why       string // of a direct note: why the channel is not told
	// Link is the address of the card, for NoteEnd; "" if it is not known.
	Link string
	// Trail is the end of the audit trail, for NoteEnd; "" if it is not known.
	Trail string
}

// NoteKind says what a reply is about; the rest is on the card's restore.
type NoteKind string

// The replies.
const (
	// NoteStart: the portal began with it.
	NoteStart    NoteKind = "start"
	NoteAlarm    NoteKind = "alarm"
	NoteDowntime NoteKind = "away"
	// NoteSafety: the safety backup failed, and a person has to decide.
	NoteSafety NoteKind = "safety"
	// NoteReport: the story of the restore.
	NoteReport NoteKind = "report"
	// NoteLoss: what each person has to do again; its Text is Markdown.
	NoteLoss NoteKind = "loss"
	// NoteCounted: what the restored portal holds.
	NoteCounted NoteKind = "counted"
	// NoteBreakGlass calls those who may stop a restore that one person confirmed alone.
	NoteBreakGlass NoteKind = "break_glass"
	NoteEnd        NoteKind = "end"
	// NoteReminder: half of a request's life is over, and it waits to be confirmed.
	NoteReminder NoteKind = "reminder"
	// NoteWithdrawn: a confirmation does not count any more, and others are asked.
	NoteWithdrawn NoteKind = "withdrawn"
	// NoteList: the after-care list, which is ticked.
	NoteList NoteKind = "list"
	// NoteListOpen: a day after the end something on the list is open.
	NoteListOpen NoteKind = "list_open"
	// NoteChannelLost: the channel cannot be reached, and the requester is told the
	// rest alone.
	NoteChannelLost NoteKind = "astray"
)

// RetryAfter is how long a chat asked to wait, 0 if it did not say. Such an error
// has a method of that name.
func RetryAfter(err error) time.Duration {
	var e interface{ RetryAfter() time.Duration }
	if errors.As(err, &e) {
		return e.RetryAfter()
	}
	return 0
}
