package docspacetest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Room is a room of the portal.
type Room struct {
	ID      int
	Title   string
	Created time.Time
	Files   int
	Private bool
	Pinned  bool // comes first, whatever the order
}

// roomList are the rooms: those of Config.RoomList, or as many as there are, by
// numbers.
func (p *Portal) roomList() []Room {
	rooms := slices.Clone(p.config.RoomList)
	for n := len(rooms) + 1; n <= p.rooms; n++ {
		rooms = append(rooms, Room{ID: 100 + n, Title: "Room " + strconv.Itoa(n), Created: p.madeAt.Add(-1000 * time.Hour), Files: p.files})
	}
	return rooms[:min(p.rooms, len(rooms))]
}

func (p *Portal) roomTitle(id int) string {
	for _, r := range p.roomList() {
		if r.ID == id {
			return r.Title
		}
	}
	return "Room " + strconv.Itoa(id-100)
}

// roomsList is GET files/rooms.
func (p *Portal) roomsList(x *exchange) {
	rooms := p.roomList()
	slices.SortStableFunc(rooms, func(a, b Room) int {
		switch {
		case a.Pinned == b.Pinned:
			return 0
		case a.Pinned:
			return -1
		}
		return 1
	})
	updated := map[int]time.Time{}
	for _, e := range p.visible() { // newest first
		if _, known := updated[e.Room]; !known {
			updated[e.Room] = e.At
		}
	}
	page := cutPage(x, rooms)
	folders := make([]map[string]any, 0, len(page))
	for _, r := range page {
		at, changed := updated[r.ID]
		if !changed {
			at = r.Created
		}
		folders = append(folders, map[string]any{
			"id": r.ID, "title": r.Title, "created": apiTime(r.Created), "updated": apiTime(at), "filesCount": r.Files,
			"foldersCount": 0, "private": r.Private, "pinned": r.Pinned, "roomType": 5, "usedSpace": r.Files * meanFile,
		})
	}
	x.ok(map[string]any{
		"files": []any{}, "folders": folders, "startIndex": 0, "count": len(folders), "total": len(rooms), "new": 0,
	}, 1)
}

// meanFile is the size of a file here, in bytes.
const meanFile = 64 << 10

// cutPage is the part of a list that count and startIndex ask for.
func cutPage[T any](x *exchange, list []T) []T {
	q := folded(x.r.URL.Query())
	count, err := strconv.Atoi(q.Get("count"))
	if err != nil {
		count = 100
	}
	skip, _ := strconv.Atoi(q.Get("startindex"))
	list = list[min(max(skip, 0), len(list)):]
	return list[:min(max(count, 0), len(list))]
}

// peopleFilter is GET people/filter: the invited of the trail first, then those
// that were always here.
func (p *Portal) peopleFilter(x *exchange) {
	type person struct {
		id, name string
		at       time.Time
		status   int
	}
	var people []person
	for _, e := range p.visible() {
		if e.Action == 4037 || e.Action == 4000 {
			people = append(people, person{cmp.Or(strings.Join(e.Target, ","), newGUID()), e.Title, e.At, 4})
		}
	}
	for n := range p.users {
		people = append(people, person{fmt.Sprintf("00000000-0000-4000-8000-%012d", n), "Person " + strconv.Itoa(n+1), p.madeAt.Add(-time.Duration(2000+n) * time.Hour), 1})
	}
	total := len(people)
	page := cutPage(x, people)
	rows := make([]map[string]any, 0, len(page))
	for _, one := range page {
		rows = append(rows, map[string]any{
			"id": one.id, "displayName": one.name, "email": "mail-" + leakMark + "@example.com",
			"registrationDate": apiTime(one.at), "status": one.status, "activationStatus": 1, "tfaAppEnabled": false,
		})
	}
	x.list(rows, len(rows), total)
}
