package loss

import (
	"hash/maphash"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"docspace-restorebot/docspace"
)

// Counter adds the acts of a trail up, newest first. Its memory is bounded: what
// tells things apart are 8 bytes for each, and acts are kept up to MaxActs.
type Counter struct {
	created, changed, removed map[uint64]struct{} // things by their hash
	saved, opened             map[uint64]struct{}
	personal, invited         map[uint64]struct{}
	people                    map[string]struct{}
	acts                      map[uint64]int // index in list, by person, meaning and thing; -1 for an act that is not listed
	list                      []Act
	own                       map[string]*Own
	open                      map[string]bool // titles of rooms whose files may be named
	sum                       Summary
	left                      int
	seed                      maphash.Seed
	ahead                     time.Duration // of the portal's clock
	openSince                 time.Time
}

// openFor is how long an opened file counts as open: the trail does not say when an
// editor closes.
const openFor = 4 * time.Hour

// New returns a Counter for a trail that is read at now, by the portal's clock, which is
// ahead of the bot's by ahead. Files are named only in rooms of the list that are not
// private.
func New(now time.Time, ahead time.Duration, rooms []docspace.Room) *Counter {
	c := &Counter{
		seed: maphash.MakeSeed(), ahead: ahead, open: map[string]bool{}, openSince: now.Add(ahead - openFor),
		acts: map[uint64]int{}, own: map[string]*Own{}, people: map[string]struct{}{},
	}
	private := map[string]bool{}
	for _, room := range rooms {
		c.open[room.Title] = true
		private[room.Title] = private[room.Title] || room.Private
	}
	maps.DeleteFunc(c.open, func(title string, _ bool) bool { return private[title] })
	for _, set := range []*map[uint64]struct{}{&c.created, &c.changed, &c.removed, &c.saved, &c.opened, &c.personal, &c.invited} {
		*set = map[uint64]struct{}{}
	}
	return c
}

// thing identifies what an act was done to: by its first target, or by its text if it
// names none.
func (c *Counter) thing(e docspace.AuditEvent) uint64 {
	if len(e.Targets) > 0 {
		return c.hash(e.Targets[0])
	}
	return c.hash("", e.UserID, e.Text)
}

func (c *Counter) hash(parts ...string) uint64 {
	var h maphash.Hash
	h.SetSeed(c.seed)
	for _, part := range parts {
		_, _ = h.WriteString(part)
		_ = h.WriteByte(0)
	}
	return h.Sum64()
}

// Add counts one act.
func (c *Counter) Add(e docspace.AuditEvent) {
	c.sum.LastID = max(c.sum.LastID, e.ID)
	means, it := e.Action.Meaning(), c.thing(e)
	if e.Action == docspace.ActionFileSaved {
		c.saved[it] = struct{}{}
	}
	if e.Action == docspace.ActionFileOpened && e.Date.After(c.openSince) {
		if _, saved := c.saved[it]; !saved {
			c.opened[it] = struct{}{}
		}
	}
	if means == docspace.NoChange {
		return
	}
	c.tally(e, means, it)
	switch e.UserID {
	case docspace.AuditSystem:
	case docspace.AuditGuest:
		c.sum.Links = true
	default:
		c.people[e.UserID] = struct{}{}
	}
	if at := e.Date.Add(-c.ahead); at.After(c.sum.Last) && !means.Removes() {
		c.sum.Last = at
	}
	c.keep(e, means, it)
}

// tally counts an act by its meaning.
func (c *Counter) tally(e docspace.AuditEvent, means docspace.Meaning, it uint64) {
	t, back := &c.sum.Lost, &c.sum.Back
	switch means {
	case docspace.FileCreated:
		c.created[it] = struct{}{}
	case docspace.FileChanged:
		c.changed[it] = struct{}{}
	case docspace.FileRemoved:
		c.removed[it] = struct{}{}
	case docspace.FileMoved, docspace.FolderMoved:
		t.Moved++
	case docspace.FolderCreated, docspace.FolderChanged:
		t.Folders++
	case docspace.FolderRemoved:
		back.Folders++
	case docspace.FormFilled:
		t.Forms++
	case docspace.RoomCreated:
		t.Rooms++
	case docspace.RoomChanged, docspace.AccessChanged:
		t.RoomsChanged++
	case docspace.RoomRemoved:
		back.Rooms++
	case docspace.PersonInvited:
		c.invited[it] = struct{}{} // an invitation may be sent again
	case docspace.PersonChanged, docspace.GroupChanged:
		t.PeopleOther++
	case docspace.PersonRemoved:
		back.People += max(1, len(e.Targets))
	case docspace.SettingChanged, docspace.SecurityChanged, docspace.KeyChanged, docspace.WebhookChanged, docspace.ThirdPartyChanged, docspace.OAuthAppChanged:
		t.Settings++
	default:
		t.Other++
	}
}

// keep keeps an act by name, or as a number where it is in a person's own section.
func (c *Counter) keep(e docspace.AuditEvent, means docspace.Meaning, it uint64) {
	key := c.hash(e.UserID, string(means), strconv.FormatUint(it, 16))
	if i, known := c.acts[key]; known {
		if i >= 0 {
			c.list[i].Times++
		}
		return
	}
	if ofFiles(means) && !c.nameable(e) {
		c.acts[key] = -1
		c.keepOwn(e, means, it)
		return
	}
	if len(c.list) == MaxActs {
		c.acts[key] = -1
		c.left++
		return
	}
	c.acts[key] = len(c.list)
	c.list = append(c.list, Act{
		ID: e.ID, At: e.Date, UserID: e.UserID, User: Word(e.User), Action: e.Action, Target: Cut(strings.Join(e.Targets[:min(1, len(e.Targets))], ""), maxID),
		Text: Word(e.Text), Where: Word(e.Context),
	})
}

// ofFiles reports whether an act is one on files or folders, whose names may be a
// person's own.
func ofFiles(m docspace.Meaning) bool {
	switch m {
	case docspace.FileCreated, docspace.FileChanged, docspace.FileMoved, docspace.FileRemoved, docspace.FolderCreated, docspace.FolderChanged,
		docspace.FolderMoved, docspace.FolderRemoved, docspace.FormFilled:
		return true
	default:
		return m == docspace.AccessChanged || m == docspace.OtherChange
	}
}

// nameable reports whether a file may be named: it is in a room that is there and
// not private. The server writes "Rooms: <title>", in the language of the key's
// owner, and of a person's own section its name alone.
func (c *Counter) nameable(e docspace.AuditEvent) bool {
	_, title, _ := strings.Cut(e.Context, ": ")
	return c.open[title]
}

// keepOwn counts a file that may not be named.
func (c *Counter) keepOwn(e docspace.AuditEvent, means docspace.Meaning, it uint64) {
	_, known := c.personal[it]
	switch {
	case strings.Contains(e.Context, ": "): // in a room that is private, or not there
		c.left++
	case known || means != docspace.FileCreated && means != docspace.FileChanged:
	default:
		c.personal[it] = struct{}{}
		if c.own[e.UserID] == nil {
			c.own[e.UserID] = &Own{UserID: e.UserID, User: Word(e.User)}
		}
		c.own[e.UserID].Files++
	}
}

// Summary is what was counted so far.
func (c *Counter) Summary() Summary {
	s := c.sum
	gone := func(set map[uint64]struct{}, others ...map[uint64]struct{}) int {
		n := 0
		for it := range set {
			if !slices.ContainsFunc(others, func(o map[uint64]struct{}) bool { _, in := o[it]; return in }) {
				n++
			}
		}
		return n
	}
	// A file that was made and deleted since the backup is neither lost nor back, and
	// one that was changed and then deleted comes back as it was.
	s.Lost.Created = gone(c.created, c.removed)
	s.Lost.Changed = gone(c.changed, c.created, c.removed)
	s.Back.Files = gone(c.removed, c.created)
	s.Lost.Personal = gone(c.personal, c.removed)
	s.Open = gone(c.opened, c.removed)
	s.Lost.Invited = len(c.invited)
	s.People = len(c.people)
	return s
}

// List is what was kept by name.
func (c *Counter) List() List {
	l := List{Acts: slices.Clone(c.list), Left: c.left}
	for _, own := range c.own {
		l.Personal = append(l.Personal, *own)
	}
	slices.SortFunc(l.Personal, func(a, b Own) int { return strings.Compare(a.User+a.UserID, b.User+b.UserID) })
	return l
}

// maxID bounds an id, in runes.
const maxID = 64

// maxWord bounds a name or what was done, in runes.
const maxWord = 200

// mailAddress matches a mail address. Its first letter is kept: the person who invited
// somebody knows them by it.
var mailAddress = regexp.MustCompile(`([\p{L}\p{N}])[\p{L}\p{N}._%+'-]*@[\p{L}\p{N}.-]+\.[\p{L}]{2,}`)

// Word is a text of the trail as it is kept: one line, cut, without mail
// addresses and without what cannot be seen.
func Word(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return Cut(mailAddress.ReplaceAllString(s, "$1…"), maxWord)
}

// Cut shortens a text to at most so many runes, with an ellipsis for its last.
func Cut(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}
