package bot_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace/docspacetest"
)

func (s *scene) slowHistory(d time.Duration) {
	s.portal.Break(func(f *docspacetest.Faults) { f.HistoryDelay = d })
}

// A history that takes its time holds a restore up and no more. It is asked once
// for the card and once for the start, for to ask it changes it.
func TestSlowHistoryIsWaitedForAndAskedOnce(t *testing.T) {
	t.Parallel()
	for _, delay := range []time.Duration{9 * time.Second, 15 * time.Second, time.Minute} {
		t.Run(delay.String(), func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				s.slowHistory(delay)
				began := time.Now()
				r := s.request("")
				if took := time.Since(began); r.State != bot.Requested || took < delay || took > delay+10*time.Second || histories(s) != 1 {
					s.t.Fatalf("%s after %s and %d questions: %+v", r.State, took, histories(s), r.Reason)
				}
				if a := s.press(r, "UBOB", bot.PressConfirm); a != nil {
					s.t.Fatalf("answered %+v", a)
				}
				pressed := time.Now()
				r = s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Running })
				if n := histories(s); n != 2 || r.StartedAt.Sub(pressed) < delay {
					s.t.Errorf("asked %d times, started %s after the press", n, r.StartedAt.Sub(pressed))
				}
				s.slowHistory(0)
				s.want(s.walk(r.ID, never), bot.Succeeded, 1)
				if len(r.Downtimes) != 0 || len(s.told(bot.NoteDowntime)) != 0 {
					s.t.Errorf("a slow portal is told as an absence: %+v", r.Downtimes)
				}
			})
		})
	}
}

// A history that cannot be read is told in words that say why and what else there
// is, to a request, a list and the picker alike.
func TestHistoryThatCannotBeReadIsToldWithAWayOut(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sick  docspacetest.Faults
		words string
	}{
		"too slow":      {docspacetest.Faults{HistoryDelay: 2 * time.Minute}, "its list of backups takes too long"},
		"a proxy's 504": {docspacetest.Faults{Pages: []docspacetest.Page{{Path: "getbackuphistory", Status: 504}}}, "its list of backups takes too long"},
		"500":           {docspacetest.Faults{HistoryFails: true}, "it cannot put its list of backups together (500"},
	} {
		for way, ask := range map[string]func(s *scene) bot.Answer{
			"request": func(s *scene) bot.Answer { return s.turned(s.portal.Backups()[0].ID) },
			"list":    func(s *scene) bot.Answer { return s.later("list") },
			"picker":  func(s *scene) bot.Answer { return s.later("") },
		} {
			t.Run(name+", "+way, func(t *testing.T) {
				t.Parallel()
				play(t, func(s *scene) {
					s.portal.Break(func(f *docspacetest.Faults) { *f = c.sick })
					no, ok := ask(s).(*policy.Refusal)
					if !ok || no.Rule != policy.RulePortal || !strings.Contains(no.What, c.words) || !unchanged.MatchString(no.String()) || !strings.Contains(no.Do, "--unlisted") {
						s.t.Fatalf("answered %+v", no)
					}
					if n := histories(s); n != 1 || s.portal.Starts() != 0 {
						s.t.Errorf("asked %d times, %d starts", n, s.portal.Starts())
					}
				})
			})
		}
	}
}

// The history breaks between the card and the start: the start is refused, once,
// and says so.
func TestHistoryThatBreaksBeforeTheStartEndsIt(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		r := s.request("")
		s.portal.Break(func(f *docspacetest.Faults) { f.HistoryFails = true })
		s.press(r, "UBOB", bot.PressConfirm)
		r = s.walk(r.ID, never)
		if r.State != bot.Failed || s.portal.Starts() != 0 || histories(s) != 2 || !strings.Contains(r.Reason.Do, "--unlisted") {
			s.t.Errorf("%s after %d questions and %d starts: %+v", r.State, histories(s), s.portal.Starts(), r.Reason)
		}
	})
}

// A bot that is told to stop in the middle of a slow history refuses nothing: the
// next one asks.
func TestStopWhileTheHistoryIsAskedRefusesNothing(t *testing.T) {
	t.Parallel()
	for _, flags := range []string{"", " --unlisted"} {
		play(t, func(s *scene) {
			s.slowHistory(time.Minute)
			a, ok := s.ask(s.portal.AddBackup(docspacetest.Backup{StorageType: 5, Unlisted: flags != ""}) + flags).(bot.Accepted)
			if !ok {
				s.t.Fatal("not accepted")
			}
			ctx, stop := context.WithTimeout(s.t.Context(), 5*time.Second)
			defer stop()
			if _, err := s.Step(ctx, a.Restore.ID, a.Restore.Generation); err == nil {
				s.t.Error("the step ended well")
			}
			r, err := s.store.Get(s.t.Context(), a.Restore.ID)
			if err != nil || r.State != bot.Requested || r.CardTS != "" || len(s.chat.answers) != 0 {
				s.t.Errorf("%s, %v, answered %v", r.State, err, s.chat.answers)
			}
			r = s.walk(a.Restore.ID, func(r bot.Restore) bool { return r.Shown.State == bot.Requested })
			if r.State != bot.Requested {
				s.t.Errorf("%s: %+v", r.State, r.Reason)
			}
		})
	}
}

// Slow histories of many portals leave room for the steps of other restores, and
// each request has its turn.
func TestFewSlowHistoriesAreWaitedForAtOnce(t *testing.T) {
	t.Parallel()
	const portals, atOnce = 12, 8
	play(t, func(s *scene) {
		s.slowHistory(30 * time.Second)
		client := s.Portals[0].API
		s.Portals = nil
		var ids []string
		for i := range portals {
			s.Portals = append(s.Portals, bot.Portal{PortalName: bot.PortalName{Name: fmt.Sprintf("p%d", i), URL: fmt.Sprintf("https://p%d.example.com", i)}, API: client})
			a, ok := s.ask(s.portal.Backups()[0].ID + fmt.Sprintf(" --portal p%d", i)).(bot.Accepted)
			if !ok {
				s.t.Fatal("not accepted")
			}
			ids = append(ids, a.Restore.ID)
		}
		later := make(chan time.Duration, portals)
		for _, id := range ids {
			go func() {
				next, err := s.Step(s.t.Context(), id, 0)
				if err != nil {
					s.t.Error(err)
				}
				later <- next.After
			}()
		}
		put := 0
		for range portals - atOnce { // answered at once: not their turn
			if after := <-later; after > 0 && after < 10*time.Second {
				put++
			}
		}
		synctest.Wait() // the others are at the portal by now
		if n := histories(s); put != portals-atOnce || n != atOnce {
			s.t.Errorf("%d of %d were put off, the portal was asked %d times", put, portals, n)
		}
		for range atOnce {
			<-later
		}
		for _, id := range ids {
			if r := s.walk(id, func(r bot.Restore) bool { return r.Shown.State == bot.Requested }); r.State != bot.Requested {
				s.t.Errorf("%s: %+v", r.State, r.Reason)
			}
		}
	})
}

// The look that finds the safety backup finds the chosen one, too: what it shows is
// not asked again for the start, and what it does not show is.
func TestSafetyBackupsLookServesTheStart(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		meanwhile func(s *scene, id string)
		state     bot.State
		asked     int
	}{
		"as it was": {func(*scene, string) {}, bot.Running, 3},
		"changed": {func(s *scene, id string) {
			s.portal.ChangeBackup(id, func(b *docspacetest.Backup) { b.FileName = "another.tar.gz" })
		}, bot.Failed, 4},
		"gone": {func(s *scene, id string) {
			s.portal.ChangeBackup(id, func(b *docspacetest.Backup) { b.Missing = true })
		}, bot.Failed, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				guarded(s)
				r := s.request("")
				s.press(r, "UBOB", bot.PressConfirm)
				s.walk(r.ID, func(r bot.Restore) bool { return r.Safety.Stage == bot.SafetyRunning })
				c.meanwhile(s, r.Backup.ID)
				r = s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Running || r.State.Ended() })
				if n := histories(s); r.State != c.state || n != c.asked {
					s.t.Errorf("%s after %d questions: %+v", r.State, n, r.Reason)
				}
			})
		})
	}
}
