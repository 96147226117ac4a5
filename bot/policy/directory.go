package policy

import (
	"context"
	"errors"
	"time"
)

// The errors of a [Directory] besides a broken connection. Each wraps the chat's own
// words, without secrets.
var (
	// ErrNotInChannel: the bot cannot post there until somebody invites it.
	ErrNotInChannel = errors.New("the bot is not in the channel")
	// ErrChatBusy: it is not the message's turn; see [RetryAfter].
	ErrChatBusy = errors.New("the chat is busy")
	// ErrChatDenied: the chat refuses it, and will until a person changes something.
	ErrChatDenied = errors.New("the chat refuses this until a person changes something")
)

// Directory tells who people and channels are. An answer may be five minutes old. An
// error means that the chat cannot tell; callers then refuse.
type Directory interface {
	// Person returns what is known of a user id.
	Person(ctx context.Context, user string) (Person, error)
	// Place returns what is known of a channel id, or [ErrNotInChannel].
	Place(ctx context.Context, channel string) (Place, error)
	// Members returns the user ids of a user group.
	Members(ctx context.Context, group string) ([]string, error)
	// Fresh returns a directory that asks the chat and no cache, for decisions just
	// before a start.
	Fresh() Directory
}

// Person is what the chat knows of a user.
type Person struct {
	ID string
	// Name is what the chat calls them, "" where it does not say. Only people read it.
	Name string
	// Org is the id that a person in an Enterprise Grid has in the organisation,
	// which may be another one than in the workspace; "" outside of a Grid.
	Org      string
	Team     string
	Bot      bool
	Deleted  bool
	Guest    bool // single- or multi-channel guest
	Stranger bool // belongs to another organisation
	// Enterprise and Teams are those of a person in an Enterprise Grid.
	Enterprise string
	Teams      []string
	// TimeZone is the name of their time zone, such as "Europe/Riga", and UTCOffset what
	// it is ahead of UTC now. The name is "" where the chat does not say. They decide
	// nothing: times are shown in it.
	TimeZone  string
	UTCOffset time.Duration
}

// Location is the person's time zone, UTC where it is not known. Of a zone that this
// machine does not know only the offset of now is known.
func (p Person) Location() *time.Location {
	if p.TimeZone == "" || p.TimeZone == "Local" {
		return time.UTC
	}
	if zone, err := time.LoadLocation(p.TimeZone); err == nil {
		return zone
	}
	if p.UTCOffset == 0 {
		return time.UTC
	}
	return time.FixedZone(p.TimeZone, int(p.UTCOffset.Seconds()))
}

// Place is what the chat knows of a channel.
type Place struct {
	ID     string
	Shared bool // with another organisation, or about to be
	Direct bool // a direct message, of two or of several
}
