package bot_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/loss"
	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// playLoss is play on a portal where people worked, by a bot that asks for it.
func playLoss(t *testing.T, config docspacetest.Config, work docspacetest.Work, act func(s *scene)) {
	t.Helper()
	playOn(t, config, func(s *scene) {
		s.Loss = bot.LossRules{On: true, Kept: 90 * 24 * time.Hour}
		s.portal.AddEvents(work.Events(time.Now())...)
		act(s)
	})
}

// work is what people did since the newest backup of the portal, which is 3 h old.
var work = docspacetest.Work{
	Age: 2 * time.Hour, Last: 4 * time.Minute, Files: 41, Changed: 12, Saves: 3, Moved: 2, Removed: 4, Rooms: 3, Invited: 2, Personal: 5, Opened: 3, People: 7,
}

// counted walks a request until the card shows what it takes.
func (s *scene) counted() bot.Restore {
	s.t.Helper()
	r := s.request("")
	return s.walk(r.ID, func(r bot.Restore) bool { return r.Loss.Source != "" && r.Shown.Version == r.Version })
}

func TestCardIsPostedWithoutTheLossAndFilledIn(t *testing.T) {
	t.Parallel()
	playLoss(t, docspacetest.Config{Faults: docspacetest.Faults{AuditDelay: 900 * time.Millisecond}}, work, func(s *scene) {
		began := time.Now()
		r := s.request("")
		if took := time.Since(began); r.Loss.Source != "" || !s.chat.shown.Counting || s.chat.posted != 1 || took >= 900*time.Millisecond {
			s.t.Fatalf("the card waited %s: %+v", took, r.Loss)
		}
		asked := len(s.portal.Requests())
		r = s.walk(r.ID, func(r bot.Restore) bool { return r.Loss.Source != "" && r.Shown.Version == r.Version })
		if took := time.Since(began); took > 5*time.Second {
			s.t.Errorf("it was filled in after %s", took)
		}
		if n := len(s.portal.Requests()) - asked; n > 20 {
			s.t.Errorf("it took %d requests", n)
		}
		l := r.Loss
		want := loss.Tally{Created: 46, Changed: 12, Moved: 2, Rooms: 3, Invited: 2, Personal: 5}
		if l.Lost != want || l.Back != (loss.Back{Files: 4}) || l.People != 7 || !l.Complete || l.Source != loss.FromTrail {
			s.t.Errorf("%+v", l)
		}
		if ago := began.Sub(l.Last); (ago - 4*time.Minute).Abs() > 2*time.Minute {
			s.t.Errorf("the last was %s ago", ago)
		}
		if s.chat.shown.Restore.Loss != l || s.chat.posted != 1 {
			s.t.Errorf("the card shows %+v", s.chat.shown.Restore.Loss)
		}
	})
}

func TestWhatNobodyDidIsNotLost(t *testing.T) {
	t.Parallel()
	playOn(t, docspacetest.Config{}, func(s *scene) {
		s.Loss = bot.LossRules{On: true, Kept: time.Hour}
		at := func(action int, target string, back time.Duration) docspacetest.Event {
			return docspacetest.Event{At: time.Now().Add(-back), Action: action, Target: []string{target}, Title: "F" + target, Room: 101}
		}
		s.portal.AddEvents(
			at(5000, "before", 4*time.Hour),                      // in the backup
			at(5000, "1", time.Hour), at(5018, "1", time.Minute), // made and deleted since
			at(5034, "2", time.Hour), at(5018, "2", time.Minute), // changed, then deleted: comes back
			at(5054, "3", time.Hour), at(5034, "3", time.Minute), // opened, and saved since
			at(5054, "4", time.Hour),                             // open still
			at(5054, "5", 6*time.Hour), at(5009, "6", time.Hour), // reading
			docspacetest.Event{Action: 5041}, docspacetest.Event{Action: 5125}, // a backup
			docspacetest.Event{Action: 4022, Target: []string{"a", "b", "c"}, UserID: docspace.AuditSystem},
			docspacetest.Event{Action: 5011, Target: []string{"7"}, Room: 102, UserID: docspace.AuditGuest},
		)
		l := s.counted().Loss
		if l.Lost != (loss.Tally{Created: 1, Changed: 1}) || l.Back != (loss.Back{Files: 1, People: 3}) || l.Open != 1 || l.People != 1 || !l.Links {
			s.t.Errorf("%+v", l)
		}
	})
}

func TestLossIsCountedFromTheStartOfTheBackup(t *testing.T) {
	t.Parallel()
	playLoss(t, docspacetest.Config{}, docspacetest.Work{}, func(s *scene) {
		taken := s.portal.Backups()[0].CreatedOn
		s.portal.AddEvents(
			docspacetest.Event{At: taken.Add(-20 * time.Minute), Action: 5127},
			docspacetest.Event{At: taken.Add(-10 * time.Minute), Action: 5000, Target: []string{"meanwhile"}, Room: 101},
			docspacetest.Event{At: taken.Add(-30 * time.Minute), Action: 5000, Target: []string{"before"}, Room: 101},
		)
		if l := s.counted().Loss; l.Lost.Created != 1 || l.FromEnd || !l.From.Equal(taken.Add(-20*time.Minute)) {
			s.t.Errorf("%+v", l)
		}
	})
}

func TestLongTrailIsReadOnAfterTheCard(t *testing.T) {
	t.Parallel()
	playLoss(t, docspacetest.Config{}, docspacetest.Work{Age: 2 * time.Hour, Files: 3000, People: 9}, func(s *scene) {
		var reads []bot.LossRead
		s.OnLossRead = func(r bot.LossRead) { reads = append(reads, r) }
		var shown []bot.Card
		s.chat.trouble = func(_ string, c bot.Card) error {
			shown = append(shown, c)
			return nil
		}
		r := s.request("")
		whole := s.walk(r.ID, func(r bot.Restore) bool { return r.Loss.Complete && r.Shown.Version == r.Version })
		if first := shown[1]; first.Restore.Loss.Complete || first.Restore.Loss.Lost.Created != 1100 || !first.Counting {
			s.t.Errorf("%+v", first.Restore.Loss)
		}
		if whole.Loss.Lost.Created != 3000 || whole.Loss.Tries != 1 || s.chat.shown.Counting || len(reads) != 2 || reads[0].Complete || !reads[1].Complete {
			s.t.Errorf("%+v, %+v", whole.Loss, reads)
		}
	})
}

func TestPlanWithoutTheTrailIsSaid(t *testing.T) {
	t.Parallel()
	for name, w := range map[string]docspacetest.Work{
		"many": work, "few": {Age: 2 * time.Hour, Files: 2, Rooms: 1, Invited: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			playLoss(t, docspacetest.Config{Faults: docspacetest.Faults{NoAudit: true}}, w, func(s *scene) {
				l := s.counted().Loss
				if l.Source != loss.FromRooms || l.Lost.Created != w.Files || l.Lost.RoomsChanged == 0 || l.Lost.Invited != w.Invited || l.People == 0 {
					s.t.Errorf("%+v", l)
				}
			})
		})
	}
}

func TestWhatCannotBeToldHoldsNothingUp(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		faults docspacetest.Faults
		why    string
	}{
		"slow":    {docspacetest.Faults{AuditDelay: time.Minute}, "answer"},
		"failing": {docspacetest.Faults{Pages: []docspacetest.Page{{Path: "filter", Status: 500}}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			playLoss(t, docspacetest.Config{Faults: tt.faults}, work, func(s *scene) {
				began := time.Now()
				r := s.counted()
				if r.Loss.Source != loss.FromNone || r.Loss.Why == "" || !strings.Contains(r.Loss.Why, tt.why) || time.Since(began) > 8*time.Second {
					s.t.Errorf("after %s: %+v", time.Since(began), r.Loss)
				}
				if a := s.press(r, "UBOB", bot.PressConfirm); a != nil {
					s.t.Fatalf("%+v", a)
				}
				s.want(s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Succeeded && r.Shown.State == r.State }), bot.Succeeded, 1)
			})
		})
	}
}

func TestChangesSinceTheCardAreAddedBeforeTheStart(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		since docspacetest.Work
		jump  bool
	}{
		"nothing":        {},
		"a little":       {since: docspacetest.Work{Age: time.Minute, Files: 1, Changed: 1}},
		"somebody works": {since: docspacetest.Work{Age: time.Minute, Files: 6, Changed: 3, People: 9}, jump: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			playLoss(t, docspacetest.Config{}, work, func(s *scene) {
				r := s.counted()
				was := r.Loss
				before, err := s.store.Loss(s.t.Context(), r.ID)
				if err != nil {
					s.t.Fatal(err)
				}
				time.Sleep(30 * time.Second)
				for i, e := range tt.since.Events(time.Now()) {
					e.Target = []string{fmt.Sprint("new", i)}
					if i == 0 {
						e.At = e.At.Add(-40 * time.Second) // its row comes late: the card has not counted it
					}
					s.portal.AddEvents(e)
				}
				s.press(r, "UBOB", bot.PressConfirm)
				r = s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Running })
				n := tt.since.Files + tt.since.Changed
				if r.Loss.Since != n || r.Loss.Jump != tt.jump || r.Loss.Lost.Created != was.Lost.Created+tt.since.Files || r.Loss.Lost.Changed != was.Lost.Changed+tt.since.Changed {
					s.t.Errorf("%+v, was %+v", r.Loss, was)
				}
				l, err := s.store.Loss(s.t.Context(), r.ID)
				if err != nil || len(l.Acts) != len(before.Acts)+n {
					s.t.Errorf("%d acts, %v", len(l.Acts), err)
				}
				if !slices.IsSortedFunc(l.Acts, func(a, b loss.Act) int { return b.At.Compare(a.At) }) && n == 0 {
					s.t.Error("they are not sorted")
				}
				s.want(s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Succeeded && r.Shown.State == r.State }), bot.Succeeded, 1)
			})
		})
	}
}

// A press does not wait for the counting, and the start looks for itself.
func TestPressBeforeTheCountStartsAtOnce(t *testing.T) {
	t.Parallel()
	playLoss(t, docspacetest.Config{}, work, func(s *scene) {
		r := s.request("")
		if a := s.press(r, "UBOB", bot.PressConfirm); a != nil {
			s.t.Fatalf("%+v", a)
		}
		r = s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Running })
		if r.Loss.Lost.Created != 46 {
			s.t.Errorf("%+v", r.Loss)
		}
		if l, err := s.store.Loss(s.t.Context(), r.ID); err != nil || len(l.Acts) == 0 {
			s.t.Errorf("%+v %v", l, err)
		}
	})
}

func TestLossIsOff(t *testing.T) {
	t.Parallel()
	playOn(t, docspacetest.Config{Events: work.Events(time.Now())}, func(s *scene) {
		r := s.request("")
		s.press(r, "UBOB", bot.PressConfirm)
		r = s.walk(r.ID, never)
		if r.Loss != (loss.Summary{}) || len(s.store.losses) != 0 {
			s.t.Errorf("%+v", r.Loss)
		}
		for _, q := range s.portal.Requests() {
			if strings.Contains(q.Path, "audit") || strings.Contains(q.Path, "quota") {
				s.t.Errorf("%s is asked", q.Path)
			}
		}
	})
}

// Of 60,000 events the card is no later, the list is bounded, and all are counted.
func TestSixtyThousandEventsHoldNothingUp(t *testing.T) {
	t.Parallel()
	many := docspacetest.Work{Age: 2 * time.Hour, Files: 60_000, People: 40}
	playLoss(t, docspacetest.Config{Faults: docspacetest.Faults{AuditDelay: 50 * time.Millisecond}}, many, func(s *scene) {
		began := time.Now()
		r := s.request("")
		if took := time.Since(began); took > time.Second || r.CardTS == "" {
			s.t.Errorf("the card took %s", took)
		}
		r = s.walk(r.ID, func(r bot.Restore) bool { return r.Loss.Complete })
		l, err := s.store.Loss(s.t.Context(), r.ID)
		if err != nil || r.Loss.Lost.Created != 60_000 || len(l.Acts) != 3000 || l.Left != 57_000 || r.Loss.People != 40 {
			s.t.Errorf("%+v: %d acts and %d more, %v", r.Loss, len(l.Acts), l.Left, err)
		}
		if took := time.Since(began); took > time.Minute {
			s.t.Errorf("all of it took %s", took)
		}
	})
}

// BenchmarkLossOfSixtyThousandEvents is the reading of a long trail and what it
// allocates, the portal for tests included.
func BenchmarkLossOfSixtyThousandEvents(b *testing.B) {
	portal := docspacetest.New(docspacetest.Config{})
	portal.AddEvents(docspacetest.Work{Age: 2 * time.Hour, Files: 60_000, People: 40}.Events(time.Now())...)
	client := &docspace.Client{BaseURL: "https://docs.example.com", Key: docspace.NewSecret(portal.Key()), HTTP: docspacetest.Via(portal)}
	clock := time.Now()
	client.Now, client.Sleep = func() time.Time { return clock }, func(_ context.Context, d time.Duration) error {
		clock = clock.Add(d) // the limits of the cloud take their time elsewhere
		return nil
	}
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		read, err := client.ReadAudit(b.Context(), docspace.AuditRange{From: time.Now().Add(-3 * time.Hour), To: time.Now(), Parallel: 1}, func(docspace.AuditEvent) { n++ })
		if err != nil || n != 60_000 || !read.Complete {
			b.Fatal(n, err)
		}
	}
}
