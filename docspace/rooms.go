package docspace

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// ListPage is the most entries that the lists of rooms, people and a room's log
// answer at once.
const ListPage = 100

// Room is a room of the portal.
type Room struct {
	ID      string // a number, or a third party's own id
	Title   string
	Created time.Time
	Updated time.Time // also of whatever is in it
	Files   int       // those in its folders too
	Private bool
}

type wireRoom struct {
	ID      anyID  `json:"id"`
	Title   string `json:"title"`
	Created date   `json:"created"`
	Updated date   `json:"updated"`
	Files   number `json:"filesCount"`
	Private bool   `json:"private"`
}

// anyID is a number or a string, as a string.
type anyID string

func (s *anyID) UnmarshalJSON(b []byte) error {
	var one targets
	if err := one.UnmarshalJSON(b); err != nil || len(one) != 1 {
		return err
	}
	*s = anyID(one[0])
	return nil
}

// Rooms returns one page of the active rooms that the key's user sees, an admin
// all of them: up to [ListPage] after the first skip, and how many there are. They
// are asked for without an order, because the server would keep it as that of the
// key's owner; pinned ones come first. What was deleted in a room does not show,
// and a move may leave its dates as they are.
//
// It needs a key with a scope that reads rooms, "*:read" or more. Every release
// has it.
//
// Errors, in the order of the server's checks: [ErrUnauthorized]; [ErrScope];
// [ErrNoPortal]; [ErrRestoring]; [ErrPlan]; [ErrAddress].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/get-rooms-folder/
func (c *Client) Rooms(ctx context.Context, skip int) ([]Room, int, error) {
	w, err := required[struct {
		Folders []wireRoom `json:"folders"`
		Total   number     `json:"total"`
	}](ctx, c, request{
		op: "rooms", method: http.MethodGet, path: api("files", "rooms"),
		query: url.Values{"count": {strconv.Itoa(ListPage)}, "startIndex": {strconv.Itoa(skip)}},
	})
	rooms := make([]Room, 0, len(w.Folders))
	for _, r := range w.Folders {
		rooms = append(rooms, Room{
			ID: string(r.ID), Title: r.Title, Created: r.Created.Time, Updated: r.Updated.Time,
			Files: int(r.Files), Private: r.Private,
		})
	}
	return rooms, int(w.Total), err
}

// LogEntry is one row of a room's log.
type LogEntry struct {
	ID     int64 // that of the same event in the audit trail
	Action Action
	Date   time.Time
	UserID string
	User   string
	Target string // the id of the file or folder
	// Title is the name of the file or folder, OldTitle the one before where it was
	// renamed; Parent is the name of the folder that it is in.
	Title, OldTitle, Parent string
}

type wireLog struct {
	ID     int64 `json:"id"`
	Action struct {
		ID number `json:"id"`
	} `json:"action"`
	Initiator struct { // with an e-mail address, which is not read
		ID          string `json:"id"`
		DisplayName string `json:"displayName"`
	} `json:"initiator"`
	Date date `json:"date"`
	Data struct {
		ID          anyID  `json:"id"`
		Title       string `json:"title"`
		OldTitle    string `json:"oldTitle"`
		NewTitle    string `json:"newTitle"`
		ParentTitle string `json:"parentTitle"`
	} `json:"data"`
	Related []wireLog `json:"related"`
}

// RoomLog returns one page of what happened in a room and its folders between two
// times, oldest rows as the server sorts them by id, and how many rows there are
// in all: the next page skips [ListPage] more until that is reached, however few
// entries one brings, since rows of one minute come as one. What came as related
// to a row is an entry of its own here. A room that was deleted has no log.
//
// It is not a matter of the plan. Only some actions are in it, and those that
// overwrite come under the action that they are like. It needs a key with a scope
// that reads files, "*:read" or more, whose creator may read the room: a DocSpace
// admin reads all rooms. Not every release has it.
//
// Errors, in the order of the server's checks: [ErrUnauthorized]; [ErrScope];
// [ErrNoPortal]; [ErrRestoring]; [ErrPlan]; [ErrAddress]; [ErrNotFound].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/get-folder-history/
func (c *Client) RoomLog(ctx context.Context, room string, from, to time.Time, skip int) ([]LogEntry, int, error) {
	e, err := opened[[]wireLog](ctx, c, request{
		op: "room log", method: http.MethodGet, path: api("files", "folder", room, "log"), needed: true,
		query: url.Values{
			"fromDate": {auditTime(from)}, "toDate": {auditTime(to)},
			"count": {strconv.Itoa(ListPage)}, "startIndex": {strconv.Itoa(skip)},
		},
	})
	if err != nil {
		return nil, 0, err
	}
	var entries []LogEntry
	for _, w := range *e.Response {
		entries = append(entries, w.entry())
		for _, r := range w.Related {
			entries = append(entries, r.entry())
		}
	}
	return entries, int(e.Total), nil
}

func (w wireLog) entry() LogEntry {
	title, old := w.Data.Title, w.Data.OldTitle
	if w.Data.NewTitle != "" {
		title = w.Data.NewTitle
	}
	return LogEntry{
		ID: w.ID, Action: Action(w.Action.ID), Date: w.Date.Time, UserID: w.Initiator.ID,
		User: html.UnescapeString(w.Initiator.DisplayName), Target: string(w.Data.ID), Title: title, OldTitle: old, Parent: w.Data.ParentTitle,
	}
}
