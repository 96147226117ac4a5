package docspacetest

import (
	"cmp"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Event is one row of the audit trail.
type Event struct {
	ID     int // 0 is the next
	At     time.Time
	Late   time.Duration // the row comes so long after the act
	UserID string        // "" is the owner
	User   string        // "" is "Olga Owner"
	Action int           // the server's number
	Target []string
	// Title is the name that the action's text holds. Room is the id of the room that
	// it happened in, 0 for none: then Section tells where, such as "My documents".
	Title   string
	Room    int
	Section string
}

// AddEvents puts rows into the audit trail.
func (p *Portal) AddEvents(events ...Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick()
	p.addEvents(events...)
}

func (p *Portal) addEvents(events ...Event) {
	for _, e := range events {
		if e.ID == 0 {
			e.ID = p.lastEvent + 1
		}
		p.lastEvent = max(p.lastEvent, e.ID)
		if e.At.IsZero() {
			e.At = p.tickedAt
		}
		e.At = e.At.UTC().Truncate(time.Second) // a column of whole seconds
		e.UserID, e.User = cmp.Or(e.UserID, p.ownerID), cmp.Or(e.User, "Olga Owner")
		p.events = append(p.events, e)
	}
	// Newest first; within a second the server has no order, so this one has the worst
	// for whoever trusts it.
	slices.SortStableFunc(p.events, func(a, b Event) int { return b.At.Compare(a.At) })
}

// visible are the rows that have come, newest first.
func (p *Portal) visible() []Event {
	if !slices.ContainsFunc(p.events, func(e Event) bool { return e.Late > 0 }) {
		return p.events
	}
	return slices.DeleteFunc(slices.Clone(p.events), func(e Event) bool { return e.At.Add(e.Late).After(p.tickedAt) })
}

// auditFilter is GET security/audit/events/filter.
func (p *Portal) auditFilter(x *exchange) {
	if p.faults.NoAudit {
		p.answerEvents(x, p.visible()[:min(20, len(p.visible()))], true)
		return
	}
	q := folded(x.r.URL.Query())
	if q.Get("moduletype") != "" && q.Get("moduletype") != "0" {
		x.exception(http.StatusInternalServerError, "System.NullReferenceException", "Object reference not set to an instance of an object.")
		return
	}
	if kind := q.Get("entrytype"); (kind == "25" || kind == "26") && q.Get("target") != "" {
		x.exception(http.StatusBadRequest, "System.ArgumentException", "An item with the same key has already been added.")
		return
	}
	number := func(name string, otherwise int) int {
		n, err := strconv.Atoi(cmp.Or(q.Get(name), strconv.Itoa(otherwise)))
		if err != nil {
			return -1
		}
		return n
	}
	count, skip := number("count", 100), number("startindex", 0)
	if count < 1 || count > 100 || skip < 0 {
		x.invalid("Count", "The field Count must be between 1 and 100.")
		return
	}
	rows := p.visible()
	for name, keep := range map[string]func(at, end time.Time) bool{
		"from": func(at, end time.Time) bool { return !at.Before(end) }, "to": func(at, end time.Time) bool { return !at.After(end) },
	} {
		value := q.Get(name)
		if value == "" {
			continue
		}
		end, ok := auditTime(value)
		if !ok {
			x.exception(http.StatusBadRequest, "System.ArgumentException", "The date is not valid")
			return
		}
		// They are sorted, so that a trail of many is cut and not looked through.
		if name == "from" {
			rows = rows[:sort.Search(len(rows), func(i int) bool { return !keep(rows[i].At, end) })]
		} else {
			rows = rows[sort.Search(len(rows), func(i int) bool { return keep(rows[i].At, end) }):]
		}
	}
	rows = rows[min(skip, len(rows)):]
	p.answerEvents(x, rows[:min(count, len(rows))], false)
}

// auditTime reads a time as that operation does: UTC or with an offset, and with
// no fraction, or one of three or of seven digits.
func auditTime(value string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, value) // takes any fraction
	_, fraction, _ := strings.Cut(value, ".")
	digits := strings.IndexFunc(fraction, func(r rune) bool { return r < '0' || r > '9' })
	return t, err == nil && (fraction == "" || digits == 3 || digits == 7)
}

func (p *Portal) answerEvents(x *exchange, events []Event, cutTexts bool) {
	rows := make([]map[string]any, 0, len(events))
	for _, e := range events {
		text := e.text()
		if cutTexts && len(text) >= 50 {
			text = text[:47] + "..."
		}
		var target any
		if e.Target != nil {
			target = e.Target
		}
		rows = append(rows, map[string]any{
			"id": e.ID, "date": e.At.UTC().Format("2006-01-02T15:04:05.0000000Z"), "user": e.User, "userId": e.UserID,
			"action": text, "actionId": e.Action, "ip": "203.0.113.7", "country": "DE", "city": "Berlin",
			"browser": "Firefox 150", "platform": "Linux", "page": "https://docs.example.com/rooms/shared?share=" + leakMark,
			"actionType": 1, "product": 1, "location": 1, "target": target, "entries": []int{1}, "context": p.contextOf(e),
		})
	}
	x.ok(rows, len(rows))
}

// leakMark stands in every row where nobody should read.
const leakMark = "page-secret-4711"

// contextOf is where something happened, as the server words it.
func (p *Portal) contextOf(e Event) string {
	if e.Room != 0 {
		return "Rooms: " + p.roomTitle(e.Room)
	}
	return cmp.Or(e.Section, "My documents")
}

// texts are how English describes an action; {0} is the name, {1} who did it.
var texts = map[int]string{
	4000: "User Created: {0}", 4037: "User {1} sent an invitation to {0} to join this DocSpace", 4018: "User Deleted: {0}", 4022: "Users Deleted: {0}",
	5000: "File Created: {0}", 5001: "File Renamed: {0}", 5011: "File Uploaded: {0}", 5013: `Files [{0}]. Copied From Folder "Old" To Folder: "New"`,
	5015: `Files [{0}]. Moved From Folder "Old" To Folder: "New"`, 5017: "Files [{0}]. Moved To Trash Folder", 5018: "File Deleted: {0}", 5019: "Folder Created: {0}",
	5025: "Folders [{0}]. Moved With Overwriting To Folder: New", 5026: "Folders [{0}]. Moved To Trash Folder",
	5034: "Users [{1}]. File Updated: {0}", 5054: "File Opened For Change: {0}",
	5070: "Room created", 5072: "Room archived", 5074: "Room deleted", 5071: "Room renamed: {0}", 5085: "Added user: {0}. Role: Editor",
	6004: "Password Strength Settings Updated", 6094: "IP Security settings updated", 6058: "User Api Key Created: {0}", 5041: "Backup started",
}

func (e Event) text() string {
	return strings.NewReplacer("{0}", e.Title, "{1}", e.User).Replace(cmp.Or(texts[e.Action], "Action "+strconv.Itoa(e.Action)+": {0}"))
}

// roomLog is GET files/folder/{id}/log: rows by id, those of one minute, person
// and action as one.
func (p *Portal) roomLog(x *exchange) {
	id, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(x.op, "files/folder/"), "/log"))
	if !slices.ContainsFunc(p.roomList(), func(r Room) bool { return r.ID == id }) {
		x.exception(http.StatusNotFound, "ASC.Common.Web.ItemNotFoundException", "The required folder was not found")
		return
	}
	q := folded(x.r.URL.Query())
	from, _ := auditTime(q.Get("fromdate"))
	to, ok := auditTime(q.Get("todate"))
	if !ok {
		to = p.tickedAt
	}
	var events []Event
	for _, e := range p.visible() {
		if e.Room == id && !e.At.Before(from) && !e.At.After(to) && e.Action < 5054 {
			events = append(events, e)
		}
	}
	slices.SortFunc(events, func(a, b Event) int { return cmp.Compare(a.ID, b.ID) })
	total := len(events)
	events = cutPage(x, events)
	var rows []map[string]any
	var last Event
	for i, e := range events {
		row := p.logRow(e)
		if i > 0 && last.Action == e.Action && last.UserID == e.UserID && last.At.Truncate(time.Minute).Equal(e.At.Truncate(time.Minute)) {
			head := rows[len(rows)-1]
			related, _ := head["related"].([]map[string]any)
			head["related"] = append(related, row)
			continue
		}
		rows = append(rows, row)
		last = e
	}
	x.list(orEmpty(rows), len(rows), total)
}

func (p *Portal) logRow(e Event) map[string]any {
	return map[string]any{
		"id": e.ID, "action": map[string]any{"id": e.Action, "key": "Action" + strconv.Itoa(e.Action)}, "date": apiTime(e.At),
		"initiator": map[string]any{"id": e.UserID, "displayName": e.User, "email": "mail-" + leakMark + "@example.com"},
		"data":      map[string]any{"id": cmp.Or(strings.Join(e.Target, ","), "0"), "title": e.Title, "parentTitle": p.roomTitle(e.Room)},
	}
}
