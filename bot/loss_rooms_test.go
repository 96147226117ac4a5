package bot_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace/docspacetest"
)

// noTrail is a plan without an audit trail.
var noTrail = docspacetest.Faults{NoAudit: true}

// logReads is how often the log of a room was asked for; "" is any room.
func (s *scene) logReads(room string) (n int) {
	for _, q := range s.portal.Requests() {
		if strings.HasSuffix(q.Path, room+"/log") {
			n++
		}
	}
	return n
}

func TestLogsOfRoomsNameWhatChangedWithoutATrail(t *testing.T) {
	t.Parallel()
	playLoss(t, docspacetest.Config{Faults: noTrail}, work, func(s *scene) {
		r := s.counted()
		if !r.Loss.Complete || r.Loss.Lost.Created != work.Files || r.Loss.Lost.Changed != work.Changed || r.Loss.Back.Files != work.Removed || r.Loss.People != work.People {
			s.t.Errorf("%+v", r.Loss)
		}
		m := s.showWhat(r)
		text := wordsOf(m)
		if page, paged := fieldOf(m, "page_"); paged {
			m, _ = s.choose(m, "UBOB", page.Name, map[string]string{page.Name: "1"}).(bot.Modal)
			text += wordsOf(m)
		}
		for _, want := range []string{"Ada Adams (", "created a file: Plan 41.docx (Room 2)", "edited a file: Budget 12.xlsx", "Draft 4.docx (Room 1), comes back"} {
			if !strings.Contains(text, want) {
				s.t.Errorf("%q is not in the list:\n%s", want, text)
			}
		}
		for _, never := range []string{"Diary", "@example.com", "4711"} {
			if strings.Contains(text, never) {
				s.t.Errorf("%q is in the list", never)
			}
		}
		s.press(r, "UBOB", bot.PressConfirm)
		s.walk(r.ID, func(r bot.Restore) bool { return r.Loss.Listed })
		if told := s.told(bot.NoteLoss); len(told) != 1 || !strings.Contains(told[0].Text, "Ada Adams\n- [ ] ") || !strings.Contains(told[0].Text, "created a file: Plan") {
			s.t.Errorf("%+v", told)
		}
	})
}

func TestLogsOfRoomsAreBounded(t *testing.T) {
	t.Parallel()
	var rooms []docspacetest.Room
	for i := range 30 {
		rooms = append(rooms, docspacetest.Room{ID: 201 + i, Title: fmt.Sprint("Project ", i)})
	}
	playLoss(t, docspacetest.Config{Faults: noTrail, RoomList: rooms}, docspacetest.Work{}, func(s *scene) {
		events := make([]docspacetest.Event, 30*250)
		for i := range events {
			events[i] = docspacetest.Event{
				At: time.Now().Add(-time.Hour + time.Duration(i)*time.Millisecond), Action: 5000, Target: []string{strconv.Itoa(i)}, Title: fmt.Sprint("F", i), Room: 201 + i%30,
			}
		}
		s.portal.AddEvents(events...)
		began := time.Now()
		r := s.counted()
		if n := s.logReads(""); n > 20 || n < 10 || time.Since(began) > 5*time.Second {
			s.t.Errorf("%d logs were asked for", n)
		}
		if r.Loss.Complete || r.Loss.Lost.RoomsChanged != 30 || r.Loss.Lost.Created != 10*150 {
			s.t.Errorf("%+v", r.Loss)
		}
		l, _ := s.store.Loss(s.t.Context(), r.ID)
		if len(l.Acts) != 10*150+20 || !strings.Contains(l.Acts[0].Text, "74") {
			s.t.Errorf("%d acts, the newest %+v", len(l.Acts), l.Acts[0])
		}
	})
}

// A log that cannot be read, and that of a private room, leave the room's number.
func TestLogThatTellsNothingLeavesTheRoom(t *testing.T) {
	t.Parallel()
	config := docspacetest.Config{
		Faults: docspacetest.Faults{NoAudit: true, Pages: []docspacetest.Page{{Path: "103/log", Status: 404}}},
		RoomList: []docspacetest.Room{
			{ID: 101, Title: "Board", Private: true}, {ID: 102, Title: "Press"}, {ID: 103, Title: "Old"},
		},
	}
	playLoss(t, config, docspacetest.Work{}, func(s *scene) {
		for room := 101; room <= 103; room++ {
			s.portal.AddEvents(docspacetest.Event{At: time.Now().Add(-time.Minute), Action: 5000, Target: []string{strconv.Itoa(room)}, Title: fmt.Sprintf("In %d.docx", room), Room: room})
		}
		r := s.counted()
		text := wordsOf(s.showWhat(r))
		if r.Loss.Complete || r.Loss.Lost.RoomsChanged != 3 || r.Loss.Lost.Created != 1 || s.logReads("101") != 0 {
			s.t.Errorf("%+v, the private room was asked %d times", r.Loss, s.logReads("101"))
		}
		if !strings.Contains(text, "In 102.docx") || !strings.Contains(text, "a room was changed: Old") || strings.Contains(text, "Board") || strings.Contains(text, "In 101") {
			s.t.Errorf("the list: %s", text)
		}
	})
}
