package bot_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace/docspacetest"
)

// at gives the only portal an address, and another one later.
func (s *scene) at(name, url string) {
	s.Portals = bot.Portals{{PortalName: bot.PortalName{Name: name, URL: url}, API: s.Portals[0].API}}
}

func TestAPortalThatIsNoLongerSetUp(t *testing.T) {
	t.Parallel()
	stages := map[string]struct {
		reach func(*scene) bot.Restore
		want  bot.State
		told  int // ends in the channel
	}{
		"asked for": {func(s *scene) bot.Restore { return s.request("") }, bot.Expired, 0},
		"confirmed": {func(s *scene) bot.Restore { return s.confirmed() }, bot.Expired, 0},
		"running":   {func(s *scene) bot.Restore { return s.running() }, bot.Unclear, 1},
		"checked": {func(s *scene) bot.Restore {
			return s.ask(s.portal.Backups()[0].ID).(bot.Accepted).Restore
		}, bot.Refused, 0},
	}
	changes := map[string]func(*scene){
		"removed":                       func(s *scene) { s.at("wiki", "https://wiki.example.com") },
		"the name means another server": func(s *scene) { s.at("docs", "https://other.example.com") },
		"none is left":                  func(s *scene) { s.Portals = nil },
	}
	for name, stage := range stages {
		for how, change := range changes {
			t.Run(name+", "+how, func(t *testing.T) {
				t.Parallel()
				playOn(t, docspacetest.Config{Script: docspacetest.Total(10 * time.Minute)}, func(s *scene) {
					var log bytes.Buffer
					s.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))
					s.at("docs", "https://docs.example.com")
					before := s.Portals
					r := stage.reach(s)
					starts := s.portal.Starts()
					change(s)
					s.Process = "another"
					if err := s.WarnOfLostPortals(t.Context()); err != nil || strings.Count(log.String(), r.ID) != 1 {
						s.t.Errorf("%v, logged %s", err, log.String())
					}
					r = s.forA(20*time.Hour, r)
					if r.State != stage.want || len(s.told(bot.NoteEnd)) != stage.told || s.portal.Starts() != starts {
						s.t.Errorf("%s (%+v), %d told, %d starts", r.State, r.Reason, len(s.told(bot.NoteEnd)), s.portal.Starts())
					}
					if lines := strings.Count(log.String(), "\n"); lines > 2 {
						s.t.Errorf("%d lines in 20 hours:\n%s", lines, log.String())
					}
					if stage.want != bot.Refused && s.chat.shown.Restore.State != stage.want {
						s.t.Errorf("the card shows %s", s.chat.shown.Restore.State)
					}
					if stage.want != bot.Unclear {
						return
					}
					if _, ok, err := s.store.OpenOn(t.Context(), bot.PortalName{Name: "docs", URL: "https://other.example.com"}); ok || err != nil {
						s.t.Errorf("the new address is held: %t, %v", ok, err)
					}
					if how == "removed" { // a person says
						if a := s.press(r, "UBOB", bot.PressNothing); a != nil {
							s.t.Fatalf("settling was answered %+v", a)
						}
						s.want(s.walk(r.ID, never), bot.Failed, 1)
						return
					}
					s.Portals = before // set up again: it is followed to its end
					s.portal.IssueKey(docspacetest.Key{})
					s.wire()
					if r = s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Succeeded }); r.State != bot.Succeeded {
						s.t.Errorf("set up again it is %s", r.State)
					}
				})
			})
		}
	}
}

// A portal that only has another name is followed on.
func TestAPortalWithAnotherNameIsFollowedOn(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		s.at("docs", "https://docs.example.com")
		r := s.running()
		s.at("office", "https://DOCS.example.com:443/")
		s.want(s.walk(r.ID, never), bot.Succeeded, 1)
	})
	play(t, func(s *scene) { // but what people would confirm has another name
		s.at("docs", "https://docs.example.com")
		r := s.confirmed()
		s.at("office", "https://docs.example.com")
		r = s.walk(r.ID, never)
		if s.portal.Starts() != 0 || r.Reason.Rule != policy.RulePlan {
			s.t.Errorf("%d starts, %s: %+v", s.portal.Starts(), r.State, r.Reason)
		}
	})
}
