package loss

import (
	"slices"
	"strings"
	"time"

	"docspace-restorebot/docspace"
)

// jumpFrom is how many changes since the first count are a sign that somebody works
// right now.
const jumpFrom = 5

// With adds what came since.
func (s Summary) With(since Summary, now time.Time) Summary {
	s.At, s.LastID = now, max(s.LastID, since.LastID)
	s.Since += since.Lost.Total() + since.Back.Total()
	s.Jump = s.Since >= jumpFrom
	s.Lost = s.Lost.plus(since.Lost)
	s.Back.Files, s.Back.Folders = s.Back.Files+since.Back.Files, s.Back.Folders+since.Back.Folders
	s.Back.Rooms, s.Back.People = s.Back.Rooms+since.Back.Rooms, s.Back.People+since.Back.People
	s.People, s.Links = max(s.People, since.People), s.Links || since.Links
	if since.Last.After(s.Last) {
		s.Last = since.Last
	}
	if since.Open > 0 {
		s.Open += since.Open
	}
	return s
}

// plus adds two tallies, except Changed: only the list says whether a file was changed
// before.
func (t Tally) plus(o Tally) Tally {
	t.Created += o.Created
	t.Moved += o.Moved
	t.Folders += o.Folders
	t.Forms += o.Forms
	t.Personal += o.Personal
	t.Rooms += o.Rooms
	t.RoomsChanged += o.RoomsChanged
	t.Invited += o.Invited
	t.PeopleOther += o.PeopleOther
	t.Settings += o.Settings
	t.Other += o.Other
	return t
}

// Merged is a list with further acts, newest first: what one person did again to
// the same thing stays one. It says how many files were changed that are not in
// the list yet.
func (l List) Merged(acts []Act) (List, int) {
	files := 0
	same := func(a Act) func(Act) bool {
		return func(o Act) bool {
			return o.UserID == a.UserID && o.Target == a.Target && o.Action.Meaning() == a.Action.Meaning() && (a.Target != "" || o.Text == a.Text)
		}
	}
	list := slices.Clone(l.Acts)
	for _, a := range slices.Backward(acts) {
		if a.Action.Meaning() == docspace.FileChanged && !slices.ContainsFunc(list, func(o Act) bool {
			m := o.Action.Meaning()
			return o.Target == a.Target && (m == docspace.FileChanged || m == docspace.FileCreated)
		}) {
			files++
		}
		if i := slices.IndexFunc(list, same(a)); i >= 0 {
			if list[i].ID >= a.ID {
				continue // it was added before
			}
			a.Times += list[i].Times + 1
			list = slices.Delete(list, i, i+1)
		}
		list = slices.Insert(list, 0, a)
	}
	if over := len(list) - MaxActs; over > 0 {
		l.Left += over
		list = list[:MaxActs]
	}
	l.Acts = list
	if l.Left > 0 {
		files = 0 // it may be one of those
	}
	return l, files
}

// Room is the room of an act, "" for none.
func (a Act) Room() string {
	_, title, ok := strings.Cut(a.Where, ": ")
	if !ok {
		return ""
	}
	return title
}
