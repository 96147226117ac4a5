package docspace

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// ListPage is the size of a page of [Client.Rooms], [Client.RoomLog] and
// [Client.Accounts], in entries.
const ListPage = 100

// Room is a room of the portal.
type Room struct {
	ID      string // a number; on third-party storage an id of its own form
	Title   string
	Created time.Time
	Updated time.Time // the last change of the room or of anything in it
	Files   int       // in the room and its folders
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

// anyID reads a number or a string as a string.
type anyID string

func (s *anyID) UnmarshalJSON(b []byte) error {
	var one targets
	if err := one.UnmarshalJSON(b); err != nil || len(one) != 1 {
		return err
	}
	*s = anyID(one[0])
	return nil
}

// Rooms returns one page of the active rooms that the key's user may see, and how
// many there are in all. An admin sees every room. The page holds up to [ListPage]
// rooms after the first skip. Pinned rooms come first. The client asks for no other
// order, because the server would save it as the order of the key's owner. Updated
// does not change when something in the room is deleted, and may not change when
// something is moved.
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
	ID       int64 // equals the event's id in the audit trail
	Action   Action
	Date     time.Time
	UserID   string
	User     string
	Target   string // the id of the file or folder
	Title    string // the name of the file or folder
	OldTitle string // the name before a renaming; "" for other actions
	Parent   string // the name of the folder that holds it
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

// RoomLog returns one page of the log of a room and its folders between two times,
// and how many rows the log has in all. The server sorts rows by id, the oldest
// first. It shows similar rows of one minute as one row with related ones; RoomLog
// returns each related row as an entry of its own. So a page may hold fewer than
// [ListPage] entries: let the next page skip ListPage more until skip reaches the
// number of rows. A deleted room has no log.
//
// The log needs no paid plan. It holds some kinds of actions only, and an overwrite
// has the action of a similar one. It needs a key with a scope that reads files,
// "*:read" or more, whose creator may read the room: a DocSpace admin reads all
// rooms. Not every release has it.
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
