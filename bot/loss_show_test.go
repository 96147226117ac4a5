package bot_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace/docspacetest"
)

// wordsOf is all the text of a modal.
func wordsOf(m bot.Modal) string {
	var out []string
	for _, part := range m.Parts {
		switch p := part.(type) {
		case bot.Words:
			out = append(out, p.Text)
		case bot.Acts:
			for _, g := range p.Groups {
				out = append(out, fmt.Sprintf("%s (%d)", g.Name, g.Count))
				for _, line := range g.Lines {
					out = append(out, line.Words)
					if line.Back {
						out[len(out)-1] += ", comes back"
					}
				}
			}
		}
	}
	return strings.Join(out, "\n")
}

func fieldOf(m bot.Modal, prefix string) (bot.Field, bool) {
	for _, part := range m.Parts {
		if f, ok := part.(bot.Field); ok && strings.HasPrefix(f.Name, prefix) {
			return f, true
		}
	}
	return bot.Field{}, false
}

// choose changes a field of an open list.
func (s *scene) choose(m bot.Modal, user, field string, values map[string]string) bot.Answer {
	c := caller(user)
	c.Channel = ""
	all := map[string][]string{"by": {"person"}}
	for name, value := range values {
		all[name] = []string{value}
	}
	a, later := s.Choose(s.t.Context(), bot.Submission{Caller: c, Modal: m.ID, Values: all, Field: field})
	if later != nil {
		return later(s.t.Context())
	}
	return a
}

func (s *scene) showWhat(r bot.Restore) bot.Modal {
	s.t.Helper()
	m, ok := s.press(r, "UBOB", bot.PressLoss).(bot.Modal)
	if !ok {
		s.t.Fatal("UBOB is not shown it")
	}
	return m
}

func TestShowWhatNamesWhatTheRestoreTakes(t *testing.T) {
	t.Parallel()
	playLoss(t, docspacetest.Config{}, work, func(s *scene) {
		r := s.counted()
		m := s.showWhat(r)
		page, paged := fieldOf(m, "page_")
		if !paged || len(page.Options) != 2 {
			s.t.Fatalf("%+v", m.Parts)
		}
		first := wordsOf(m)
		m, _ = s.choose(m, "UBOB", page.Name, map[string]string{page.Name: "1"}).(bot.Modal)
		text := first + wordsOf(m)
		for _, want := range []string{"Ada Adams (", "created a file: Plan 41.docx (Room 2)", "edited a file: Budget 12.xlsx (Room 3)", "moved a file: Letter 2.docx", "moved a file to the trash: Draft 4.docx (Room 1), comes back", "invited a person: g…", "in their own documents"} {
			if !strings.Contains(text, want) {
				s.t.Errorf("%q is not in the list", want)
			}
		}
		for _, never := range []string{"Diary", "@example.com", "203.0.113", "4711", "File Created", "Moved To Trash", "Rooms:"} {
			if strings.Contains(text, never) {
				s.t.Errorf("%q is in the list", never)
			}
		}
		if strings.Count(text, "Letter 1.docx") != 1 {
			s.t.Error("a move between rooms is there twice")
		}
		found, _ := s.choose(m, "UBOB", "find", map[string]string{"find": "budget 12"}).(bot.Modal)
		if got := wordsOf(found); !strings.Contains(got, "Budget 12.xlsx") || strings.Contains(got, "Plan") {
			s.t.Errorf("found %q", got)
		}
		rooms, _ := s.choose(found, "UBOB", "by", map[string]string{"by": "room"}).(bot.Modal)
		if got := wordsOf(rooms); !strings.Contains(got, "Room 1 (") || strings.Contains(got, "Ada Adams (") || !strings.Contains(got, "Ada Adams created a file: Plan") || strings.Contains(got, "docx (Room 1)") {
			s.t.Errorf("by room: %q", got)
		}
		c := caller("UBOB")
		c.Channel = ""
		again, _ := s.Submit(s.t.Context(), bot.Submission{Caller: c, Modal: rooms.ID, Values: map[string][]string{"by": {"room"}, "find": {"plan 41"}}})
		if sent, ok := again.(bot.Modal); !ok || !strings.Contains(wordsOf(sent), "Plan 41.docx") || sent.Submit == "" {
			s.t.Errorf("submitted: %+v", again)
		}
		none, _ := s.choose(rooms, "UBOB", "find", map[string]string{"by": "room", "find": "nowhere"}).(bot.Modal)
		if got := wordsOf(none); !strings.Contains(got, "nowhere") {
			s.t.Errorf("nothing found: %q", got)
		}
		shown := 0
		for _, e := range s.store.events {
			if e.Kind == bot.EventShown && e.Actor == "UBOB" && e.Restore == r.ID {
				shown++
			}
		}
		if shown != 6 {
			s.t.Errorf("%d looks are in the trail", shown)
		}
	})
}

// Names are for those who may confirm, at each press and at each page.
func TestNamesAreShownToNobodyElse(t *testing.T) {
	t.Parallel()
	playLoss(t, docspacetest.Config{}, work, func(s *scene) {
		s.Policy.Users = policy.AllowList{IDs: []string{"UALICE", "UBOB", "UCARL"}}
		s.Policy.Approvers = policy.AllowList{IDs: []string{"UALICE", "UBOB", "UGUEST", "USTRANGER"}}
		s.chat.people["UGUEST"] = policy.Person{ID: "UGUEST", Guest: true}
		s.chat.people["USTRANGER"] = policy.Person{ID: "USTRANGER", Stranger: true}
		r := s.counted()
		open := s.showWhat(r)
		refused := func(what string, a bot.Answer) {
			s.t.Helper()
			no, ok := a.(*policy.Refusal)
			if !ok || strings.Contains(fmt.Sprint(no), "Plan") {
				s.t.Errorf("%s: %+v", what, a)
			}
		}
		for who, user := range map[string]string{"who may only ask": "UCARL", "nobody's": "UNOBODY", "a guest": "UGUEST", "a stranger": "USTRANGER"} {
			refused(who, s.press(r, user, bot.PressLoss))
		}
		refused("somebody else in an open list", s.choose(open, "UALICE", "find", map[string]string{"find": "plan"}))
		s.Policy.Approvers = policy.AllowList{IDs: []string{"UALICE"}}
		refused("a removed approver's press", s.press(r, "UBOB", bot.PressLoss))
		refused("a removed approver's open list", s.choose(open, "UBOB", "find", map[string]string{"find": "plan"}))
		s.Policy.Approvers = policy.AllowList{IDs: []string{"UBOB"}}
		s.chat.people["UBOB"] = policy.Person{ID: "UBOB", Deleted: true}
		refused("who left", s.choose(open, "UBOB", "find", map[string]string{"find": "plan"}))

		// Neither the card, nor the trail, nor the report before the restore has a name.
		s.chat.people["UBOB"] = policy.Person{ID: "UBOB"}
		card, err := json.Marshal(s.chat.shown.Restore)
		if err != nil {
			s.t.Fatal(err)
		}
		report, err := bot.ReadReport(s.t.Context(), s.store, r.ID, time.Now())
		if err != nil {
			s.t.Fatal(err)
		}
		for where, text := range map[string]string{"card": string(card), "trail": fmt.Sprint(s.store.events), "report": report.Markdown + report.JSONLines} {
			for _, name := range []string{"Plan 1", "Budget", "Ada", "Diary", "g…"} {
				if strings.Contains(text, name) {
					s.t.Errorf("%s is in the %s", name, where)
				}
			}
		}
		if !strings.Contains(report.Markdown, "46 files created") {
			s.t.Error("the report has no numbers")
		}
	})
}

func TestPrivateAndRemovedRoomsStayNumbers(t *testing.T) {
	t.Parallel()
	playLoss(t, docspacetest.Config{RoomList: []docspacetest.Room{{ID: 101, Title: "Board", Private: true}, {ID: 102, Title: "Press"}}}, docspacetest.Work{}, func(s *scene) {
		at := time.Now().Add(-time.Minute)
		s.portal.AddEvents(
			docspacetest.Event{At: at, Action: 5000, Target: []string{"1"}, Title: "Secret.docx", Room: 101},
			docspacetest.Event{At: at, Action: 5000, Target: []string{"2"}, Title: "Open.docx", Room: 102},
			docspacetest.Event{At: at, Action: 5000, Target: []string{"3"}, Title: "Gone.docx", Room: 900},
		)
		r := s.counted()
		text := wordsOf(s.showWhat(r))
		if r.Loss.Lost.Created != 3 || !strings.Contains(text, "Open.docx") || strings.Contains(text, "Secret") || strings.Contains(text, "Gone") || !strings.Contains(text, "2 changes without names") {
			s.t.Errorf("%+v: %s", r.Loss.Lost, text)
		}
	})
}

func TestEachPersonGetsTheirLostWorkAsAList(t *testing.T) {
	t.Parallel()
	playLoss(t, docspacetest.Config{}, work, func(s *scene) {
		r := s.counted()
		s.press(r, "UBOB", bot.PressConfirm)
		r = s.walk(r.ID, func(r bot.Restore) bool { return r.Loss.Listed })
		if r.State != bot.Succeeded {
			s.t.Fatal(r.State)
		}
		told := s.told(bot.NoteLoss)
		if len(told) != 1 || told[0].Broadcast || !strings.Contains(told[0].Text, "Ada Adams\n- [ ] ") || !strings.Contains(told[0].Text, "more, in the report") || strings.Contains(told[0].Text, "Diary") {
			s.t.Fatalf("%+v", told)
		}
		report, err := bot.ReadReport(s.t.Context(), s.store, r.ID, time.Now())
		if err != nil {
			s.t.Fatal(err)
		}
		for _, want := range []string{"## To do again", "- [ ] created a file: Plan 41.docx (Room 2), ", "- [ ] moved a file to the trash: Draft 4.docx (Room 1), ", "Deleted since the backup, and back now", "in their own documents", "**Lost:** at least 46 files created"} {
			if !strings.Contains(report.Markdown, want) {
				s.t.Errorf("%q is not in the report", want)
			}
		}
		lost := 0
		for line := range strings.Lines(report.JSONLines) {
			var e struct {
				Kind, Actor string
				Detail      map[string]string
			}
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				s.t.Fatal(err)
			}
			if e.Kind == "lost" {
				lost++
			}
		}
		l, _ := s.store.Loss(s.t.Context(), r.ID)
		if lost != len(l.Acts)+len(l.Personal) || strings.Contains(report.JSONLines, "Diary") {
			s.t.Errorf("%d lines", lost)
		}
		// The list outlives the portal, and goes after its time.
		time.Sleep(91 * 24 * time.Hour)
		report, err = bot.ReadReport(s.t.Context(), s.store, r.ID, time.Now())
		if err != nil || strings.Contains(report.Markdown, "Plan") || !strings.Contains(report.Markdown, "**Lost:** at least 46") {
			s.t.Errorf("after 91 days: %v", err)
		}
	})
}
