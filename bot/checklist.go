package bot

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"
)

// Checklist is the after-care list of a restore: a message in the thread of its card
// in which people tick what they did.
type Checklist struct {
	TS       string      `json:",omitzero"` // of the message, "" until it is posted
	Revision int         `json:",omitzero"` // counted up by each change that the message has to show
	Shown    int         `json:",omitzero"` // the revision that the message shows
	Items    []CheckItem `json:",omitzero"`
	Ticks    []Tick      `json:",omitzero"` // in the order made
	Reminded bool        `json:",omitzero"` // people were reminded of what was open, or nothing was
}

// CheckItem is one thing that a restore leaves to do.
type CheckItem struct {
	// ID is unique in its list and stays: ticks name it.
	ID   string    `json:",omitzero"`
	Kind CheckKind `json:",omitzero"`
	// Text and About are what to do and why, for an item whose kind does not say it.
	// Both are foreign text, one line each.
	Text  string `json:",omitzero"`
	About string `json:",omitzero"`
}

// CheckKind says what an item is about; the chat has the words.
type CheckKind string

// The kinds of items.
const (
	CheckFiles     CheckKind = "files"      // open some that matter: the server does not tell whether all came back
	CheckPasswords CheckKind = "passwords"  // were reset
	CheckKey       CheckKind = "key"        // the bot's died
	CheckTwoFactor CheckKind = "two_factor" // was wiped, or is the backup's
	CheckOAuth     CheckKind = "oauth"      // apps have new client ids
	CheckAddresses CheckKind = "addresses"  // the IP restrictions are the backup's
	CheckLinks     CheckKind = "links"      // what is in no backup
	CheckPeople    CheckKind = "people"     // of every portal, after a dump
	CheckLicence   CheckKind = "licence"    // was reset by a dump
	CheckPortals   CheckKind = "portals"    // of the server, all replaced by a dump
	CheckOther     CheckKind = "other"      // Text says it
)

// Tick is one change of an item by a person.
type Tick struct {
	Item     string    `json:",omitzero"`
	User     string    `json:",omitzero"` // "" for the bot itself
	At       time.Time `json:",omitzero"`
	Off      bool      `json:",omitzero"` // the tick was taken back
	Revision int       `json:",omitzero"` // of the list after it
	Seen     int       `json:",omitzero"` // revision that the person had in front of them
}

// checkItems are what this restore leaves to do: what every restore does, as far as it
// applies to the portal as it was read before, and what the portal's own set-up adds.
func (r Restore) checkItems() []CheckItem {
	kinds := []CheckKind{CheckFiles, CheckPasswords, CheckKey, CheckTwoFactor, CheckOAuth, CheckAddresses, CheckLinks}
	if r.Order.Dump {
		kinds = []CheckKind{CheckFiles, CheckPeople, CheckKey, CheckLicence, CheckPortals}
	}
	parts := map[CheckKind]string{CheckTwoFactor: PartTwoFactor, CheckOAuth: PartOAuthApps, CheckAddresses: PartAddresses}
	var items []CheckItem
	for _, kind := range kinds {
		if part, depends := parts[kind]; !depends || r.Setup.Leaves(part) {
			items = append(items, CheckItem{ID: string(kind), Kind: kind})
		}
	}
	for _, care := range r.FurtherCare() {
		if care.ID != "addresses_new" || !r.Setup.Leaves(PartAddresses) { // which is there already
			items = append(items, CheckItem{ID: care.ID, Kind: CheckOther, Text: care.Text, About: care.About})
		}
	}
	return items
}

// Done returns the tick of an item, if it is ticked.
func (l Checklist) Done(item string) (Tick, bool) { return l.doneAt(item, l.Revision, "") }

// Open lists the items that nobody has ticked.
func (l Checklist) Open() []CheckItem {
	return slices.DeleteFunc(slices.Clone(l.Items), func(i CheckItem) bool {
		_, done := l.Done(i.ID)
		return done
	})
}

// doneAt is how an item stood in a revision, with what a person has changed since in
// front of it: their own screen shows that at once.
func (l Checklist) doneAt(item string, revision int, user string) (last Tick, done bool) {
	for _, t := range l.Ticks {
		if t.Item == item && (t.Revision <= revision || user != "" && t.User == user && t.Seen == revision) {
			last, done = t, !t.Off
		}
	}
	return last, done
}

// ticked returns l after somebody chose some of the items that they saw, and what that
// has changed. What others have ticked meanwhile stays: only a box that this person has
// turned counts.
func (l Checklist) ticked(user string, c Choice, now time.Time) (Checklist, []Tick) {
	var made []Tick
	from := min(max(c.From, 0), len(l.Items))
	for _, i := range l.Items[from:min(from+max(c.Most, 0), len(l.Items))] {
		on := slices.Contains(c.Chosen, i.ID)
		if _, was := l.doneAt(i.ID, c.Revision, user); on == was {
			continue
		}
		if _, is := l.Done(i.ID); on != is {
			made = append(made, Tick{Item: i.ID, User: user, At: now, Off: !on, Revision: l.Revision + 1, Seen: c.Revision})
		}
	}
	l.Revision++ // the message is drawn anew even where nothing has changed: a screen may differ
	l.Ticks = append(slices.Clone(l.Ticks), made...)
	return l.compact(), made
}

// seen returns l with an item ticked that the bot itself sees is done.
func (l Checklist) seen(kind CheckKind, now time.Time) Checklist {
	i := slices.IndexFunc(l.Items, func(i CheckItem) bool { return i.Kind == kind })
	if i < 0 {
		return l
	}
	if _, done := l.Done(l.Items[i].ID); !done {
		l.Revision++
		l.Ticks = append(slices.Clone(l.Ticks), Tick{Item: l.Items[i].ID, At: now, Revision: l.Revision, Seen: l.Revision - 1})
	}
	return l
}

// ticksKept bounds what is kept of people who tick and untick.
const ticksKept = 200

// compact drops the oldest ticks that a later one of their item has replaced.
func (l Checklist) compact() Checklist {
	for i := 0; len(l.Ticks) > ticksKept && i < len(l.Ticks); {
		item := l.Ticks[i].Item
		if slices.ContainsFunc(l.Ticks[i+1:], func(t Tick) bool { return t.Item == item }) {
			l.Ticks = slices.Delete(l.Ticks, i, i+1)
			continue
		}
		i++
	}
	return l
}

// listFor is how long after the end people are reminded of what is still open.
const listFor = 24 * time.Hour

// showList posts the after-care list once, and makes it show what is ticked.
func (b *Bot) showList(ctx context.Context, r *Restore, p Portal) error {
	switch l := r.Checklist; {
	case l.TS == "":
		return b.postList(ctx, r, p)
	case l.Shown != l.Revision:
		err := b.Chat.EditList(ctx, b.card(ctx, *r, p))
		if err != nil && !errors.Is(err, ErrCardGone) { // what somebody removed is not needed
			return undelivered{err}
		}
		next := *r
		next.Checklist.Shown = l.Revision
		return b.saveInPlace(ctx, r, next)
	}
	return nil
}

func (b *Bot) postList(ctx context.Context, r *Restore, p Portal) error {
	next := *r
	if len(next.Checklist.Items) == 0 {
		next.Checklist.Items = r.checkItems()
	}
	ts, err := b.Chat.Reply(ctx, b.card(ctx, next, p), Note{Kind: NoteList})
	if err != nil {
		return undelivered{err}
	}
	next.Checklist.TS, next.Checklist.Shown = ts, next.Checklist.Revision
	if err := b.saveInPlace(ctx, r, next); err != nil {
		return err
	}
	b.recordNote(ctx, *r, Note{Kind: NoteList}, ts)
	return nil
}

// remindList reminds people once of what is open a day after the end. due is how long
// that is off; 0 means that it is done.
func (b *Bot) remindList(ctx context.Context, r *Restore, p Portal, now time.Time) (due time.Duration, err error) {
	open := r.Checklist.Open()
	switch due := r.EndedAt.Add(listFor).Sub(now); {
	case r.Checklist.TS == "", r.Checklist.Reminded, len(open) == 0:
		return 0, nil
	case due > 0:
		return due, nil
	}
	if err := b.postNote(ctx, r, p, Note{Kind: NoteListOpen}); err != nil {
		return 0, err
	}
	next := *r
	next.Checklist.Reminded = true
	return 0, b.saveInPlace(ctx, r, next, Event{
		At: now, Restore: r.ID, Kind: EventReminded, Detail: map[string]string{"open": strconv.Itoa(len(open))},
	})
}
