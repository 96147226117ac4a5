package loss

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
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
		if find != "" && !contains(a.User, find) && !contains(a.Text, find) && !contains(a.Where, find) {
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

// Words is one act on one line: when, what, where, how often, and whether it
// comes back.
func (a Act) Words() string {
	text := a.At.UTC().Format("Jan 2 15:04") + "  " + a.Text
	if a.Where != "" && !strings.Contains(a.Text, a.Where) {
		text += " (" + a.Where + ")"
	}
	if a.Times > 0 {
		text += ", " + strconv.Itoa(a.Times+1) + " times"
	}
	if a.Back() {
		text += ": comes back"
	}
	return text
}

func contains(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part))
}
