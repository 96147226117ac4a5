package bot

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"docspace-restorebot/bot/loss"
	"docspace-restorebot/docspace"
)

const (
	// roomPages bounds the pages of rooms that are asked for.
	roomPages = 5
	// roomLogs bounds the rooms whose logs are asked for, roomLogPages the pages of
	// each, and roomLogsAtOnce how many are asked for at once.
	roomLogs       = 10
	roomLogPages   = 2
	roomLogsAtOnce = 4
)

// readRooms is what can be told without a trail: which rooms have changed, what their
// logs say, and who was invited.
func (b *Bot) readRooms(ctx context.Context, r Restore, p Portal, w Witness, s loss.Summary, rooms []docspace.Room) (loss.Summary, loss.List) {
	since, ahead := r.Backup.CreatedOn, p.clockAhead()
	var people []docspace.Account
	var noPeople error
	var logs roomLogsRead
	changed := changedRooms(rooms, since)
	var wait sync.WaitGroup
	wait.Go(func() { people, _, noPeople = w.Accounts(ctx, 0) })
	wait.Go(func() { logs = b.readRoomLogs(ctx, w, changed, since, s.At) })
	wait.Wait()
	count := loss.New(s.At, ahead, rooms)
	for _, e := range logs.events {
		count.Add(e)
	}
	at, tries := s.At, s.Tries
	s = count.Summary()
	s.Source, s.At, s.Tries, s.From, s.FromEnd = loss.FromRooms, at, tries, since, true
	s.Complete, s.Due = noPeople == nil && logs.complete, time.Now().UTC().Add(lossFreshFor)
	s.Lost.Rooms, s.Lost.RoomsChanged = 0, 0 // the list of rooms knows better
	l := count.List()
	for _, room := range changed {
		if room.Created.Before(since) {
			s.Lost.RoomsChanged++
		} else {
			s.Lost.Rooms++
		}
		if at := room.Updated.Add(-ahead); at.After(s.Last) {
			s.Last = at
		}
		if !room.Private && !logs.told[room.ID] && len(l.Acts) < loss.MaxActs {
			l.Acts = append(l.Acts, loss.Act{At: room.Updated, Text: loss.Word("a room was changed: " + room.Title), Where: loss.Word("Rooms: " + room.Title)})
		}
	}
	for _, one := range people {
		if !one.Registered.Before(since) {
			s.Lost.Invited++
			l.Acts = append(l.Acts, loss.Act{At: one.Registered, Text: loss.Word("a person was invited: " + one.Name)})
		}
	}
	slices.SortStableFunc(l.Acts, func(a, b loss.Act) int { return b.At.Compare(a.At) })
	return s, l
}

// changedRooms are the rooms that were made or changed since a time, the last changed
// first.
func changedRooms(rooms []docspace.Room, since time.Time) []docspace.Room {
	changed := slices.DeleteFunc(slices.Clone(rooms), func(room docspace.Room) bool {
		return room.Created.Before(since) && room.Updated.Before(since)
	})
	slices.SortStableFunc(changed, func(a, b docspace.Room) int { return b.Updated.Compare(a.Updated) })
	return changed
}

// roomLogsRead is what the logs of rooms say.
type roomLogsRead struct {
	events   []docspace.AuditEvent // newest first
	told     map[string]bool       // the ids of rooms whose logs name something
	complete bool                  // the logs of all of the rooms were read to their ends
}

// readRoomLogs reads the logs of the rooms that were changed last. A private room is
// not asked: what happened in it may not be named. A log that cannot be read, such
// as that of a room on a third party's storage, is left out.
func (b *Bot) readRoomLogs(ctx context.Context, w Witness, rooms []docspace.Room, from, to time.Time) roomLogsRead {
	began := time.Now()
	read := roomLogsRead{told: map[string]bool{}, complete: true}
	asked, skipped := 0, false
	var mu sync.Mutex
	var wait sync.WaitGroup
	places := make(chan struct{}, roomLogsAtOnce)
	for i, room := range rooms {
		if i >= roomLogs || room.Private {
			skipped = true
			continue
		}
		places <- struct{}{}
		wait.Go(func() {
			defer func() { <-places }()
			events, requests, whole := roomLog(ctx, w, room, from, to)
			mu.Lock()
			defer mu.Unlock()
			asked += requests
			read.events = append(read.events, events...)
			read.told[room.ID] = len(events) > 0
			read.complete = read.complete && whole
		})
	}
	wait.Wait()
	read.complete = read.complete && !skipped
	slices.SortFunc(read.events, func(a, b docspace.AuditEvent) int { return cmp.Or(b.Date.Compare(a.Date), cmp.Compare(b.ID, a.ID)) })
	b.lossRead(LossRead{Requests: asked, Events: len(read.events), Took: time.Since(began), Complete: read.complete})
	return read
}

// roomLog reads the log of one room: its last pages, since the oldest rows come first.
func roomLog(ctx context.Context, w Witness, room docspace.Room, from, to time.Time) (events []docspace.AuditEvent, requests int, whole bool) {
	add := func(entries []docspace.LogEntry) {
		for _, e := range entries {
			if e.Date.Before(from) || e.Action.Meaning() == docspace.NoChange {
				continue
			}
			event := docspace.AuditEvent{ID: e.ID, Date: e.Date, UserID: e.UserID, User: e.User, Action: e.Action, Text: logWords(e), Context: "Rooms: " + room.Title}
			if e.Target != "" {
				event.Targets = []string{e.Target}
			}
			events = append(events, event)
		}
	}
	first, total, err := w.RoomLog(ctx, room.ID, from, to, 0)
	if err != nil {
		return nil, 1, false
	}
	requests = 1
	add(first)
	last := (max(total, 1) - 1) / docspace.ListPage // the page that the newest row is on
	for page := max(1, last-roomLogPages+2); page <= last; page++ {
		more, _, err := w.RoomLog(ctx, room.ID, from, to, page*docspace.ListPage)
		requests++
		if err != nil {
			return events, requests, false
		}
		add(more)
	}
	return events, requests, last < roomLogPages
}

// logWords is what a row of a log says, like a row of the trail.
func logWords(e docspace.LogEntry) string {
	what := string(e.Action.Meaning())
	text := strings.ToUpper(what[:1]) + what[1:] + ": " + e.Title
	if e.OldTitle != "" && e.OldTitle != e.Title {
		text += ", before: " + e.OldTitle
	}
	return text
}

func allRooms(ctx context.Context, w Witness) (rooms []docspace.Room, err error) {
	for skip, total := 0, 1; skip < total && skip < roomPages*docspace.ListPage; skip += docspace.ListPage {
		page, all, err := w.Rooms(ctx, skip)
		if err != nil {
			return nil, err
		}
		rooms, total = append(rooms, page...), all
	}
	return rooms, nil
}
