package loss

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"docspace-restorebot/docspace"
)

// Group is what one person did, or what happened in one room.
type Group struct {
	Name string
	Acts []Act
}

// Grouped sorts the acts in which find stands, all where it is "": by who did them, or
// by the room. The groups stand in the order of their names.
func (l List) Grouped(byRoom bool, find string) []Group {
	at := map[string]int{}
	var groups []Group
	for _, a := range l.Acts {
		if find != "" && !contains(a.User, find) && !contains(a.Text, find) && !contains(a.Where, find) && !contains(a.Words(), find) {
			continue
		}
		name := cmp.Or(a.User, "Not told by whom")
		if byRoom {
			name = cmp.Or(a.Room(), "Outside of rooms")
		}
		i, known := at[name]
		if !known {
			i = len(groups)
			at[name] = i
			groups = append(groups, Group{Name: name})
		}
		groups[i].Acts = append(groups[i].Acts, a)
	}
	slices.SortStableFunc(groups, func(a, b Group) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return groups
}

// PersonalOf returns what people lose in their own sections, of those in whose names find
// stands; of all where it is "".
func (l List) PersonalOf(find string) []Own {
	return slices.DeleteFunc(slices.Clone(l.Personal), func(o Own) bool { return !contains(o.User, find) })
}

// Words is one act on one line, to follow the name of who did it: what, to which thing,
// in which room and how often.
func (a Act) Words() string { return a.words(true) }

// WordsBy is one act on one line of the list of a room: who did what, to which thing and
// how often.
func (a Act) WordsBy() string {
	if a.Action.Words() == "" {
		return a.words(false)
	}
	return cmp.Or(a.User, "Somebody") + " " + a.words(false)
}

// words tells an act. One of an action that is not known is told as the portal does.
func (a Act) words(withRoom bool) string {
	text, thing, room := a.Action.Words(), a.Action.Thing(a.Text), a.Room()
	switch {
	case text == "":
		text = cmp.Or(a.Text, "did what the bot does not know: action "+strconv.Itoa(int(a.Action)))
		if withRoom && a.Where != "" && (room == "" || !strings.Contains(text, room)) {
			text += " (" + cmp.Or(room, a.Where) + ")"
		}
	case thing == "" && room != "" && withRoom:
		text += ": " + room
	case thing != "":
		text += ": " + thing
		switch {
		case a.Action == docspace.ActionRoomRenamed, a.Action == docspace.ActionAgentRenamed:
			text += " (before: " + room + ")"
		case withRoom && room != "" && room != thing:
			text += " (" + room + ")"
		}
	}
	if a.Times > 0 {
		text += ", " + strconv.Itoa(a.Times+1) + " times"
	}
	return text
}

func contains(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part))
}
