package docspacetest

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Work is what people did in a time, to make an audit trail of.
type Work struct {
	Age  time.Duration // the first of it was so long ago; 0 is an hour
	Last time.Duration // and the last; 0 is now
	// How many of each, spread over the time.
	Files, Changed, Moved, Removed, Rooms, Invited, Opened, Personal int
	// Saves is how often each changed file was saved; 0 is once.
	Saves  int
	People int // who did it, in turn; 0 is one
}

// Events are the rows of the trail that the work makes.
func (w Work) Events(now time.Time) []Event {
	var events []Event
	add := func(n, action int, e Event) {
		for i := range n {
			e.Action, e.Target = action, []string{strconv.Itoa(action*1_000_000 + i)}
			title := e.Title
			e.Title = strings.ReplaceAll(title, "#", strconv.Itoa(i+1))
			if e.Section == "" {
				e.Room = 101 + i%3
			}
			events = append(events, e)
			e.Title = title
		}
	}
	add(w.Opened, 5054, Event{Title: "Minutes #.docx"})
	add(w.Removed, 5017, Event{Title: "Draft #.docx"})
	add(w.Rooms, 5070, Event{})
	add(w.Invited, 4037, Event{Title: "guest#@example.com", Section: "People"})
	for i := range w.Moved {
		e := Event{Action: 5015, Target: []string{strconv.Itoa(i + 1), "77"}, Title: fmt.Sprintf("Letter %d.docx", i+1), Room: 101}
		events = append(events, e, e) // between rooms: one act, two rows
	}
	add(w.Personal, 5011, Event{Title: "Diary #.docx", Section: "My documents"})
	for range max(1, w.Saves) {
		add(w.Changed, 5034, Event{Title: "Budget #.xlsx"})
	}
	add(w.Files, 5000, Event{Title: "Plan #.docx"})
	age := cmp.Or(w.Age, time.Hour)
	people := max(1, w.People)
	for i := range events {
		back := age - time.Duration(float64(age-w.Last)*float64(i)/float64(max(1, len(events)-1)))
		if i > 0 && events[i].Action == 5015 && events[i-1].Action == 5015 && events[i-1].Target[0] == events[i].Target[0] {
			events[i].At, events[i].UserID, events[i].User = events[i-1].At, events[i-1].UserID, events[i-1].User
			continue
		}
		n := i % people
		events[i].At = now.Add(-back)
		events[i].UserID, events[i].User = fmt.Sprintf("11111111-0000-4000-8000-%012d", n), workers[n%len(workers)]
		if n >= len(workers) {
			events[i].User += " " + strconv.Itoa(n/len(workers)+1)
		}
	}
	return events
}

var workers = []string{"Ada Adams", "Ben Berg", "Cleo Cruz", "Dan Dorn", "Eva Ernst", "Finn Fox", "Gus Gray"}
