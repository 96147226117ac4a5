package bot_test

import (
	"slices"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

func TestGapBetweenStepsIsToldAsAnAbsence(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		gap     time.Duration
		process string
		want    int
	}{
		"killed and started again": {40 * time.Second, "second", 1},
		"machine asleep":           {2 * time.Minute, "", 1},
		"a slow step":              {30 * time.Second, "", 0},
		"started again at once":    {5 * time.Second, "second", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				s.portal = docspacetest.New(docspacetest.Config{Script: docspacetest.Total(10 * time.Minute)})
				s.Portals[0].API = &docspace.Client{BaseURL: "https://docs.example.com", Key: docspace.NewSecret(s.portal.Key()), HTTP: docspacetest.Via(s.portal)}
				r := s.request("")
				s.press(r, "UBOB", bot.PressConfirm)
				s.walk(r.ID, func(r bot.Restore) bool { return r.Progress.Percent > 20 })
				from := time.Now()
				time.Sleep(c.gap)
				s.Process = c.process
				r = s.walk(r.ID, never)
				s.want(r, bot.Succeeded, 1)
				if len(r.Downtimes) != c.want || len(s.told(bot.NoteDowntime)) != c.want {
					s.t.Fatalf("got %+v and told %d times, want %d", r.Downtimes, len(s.told(bot.NoteDowntime)), c.want)
				}
				if c.want > 0 && (r.Downtimes[0].From.After(from) || from.Sub(r.Downtimes[0].From) > 11*time.Second || r.Downtimes[0].To.Sub(from) < c.gap) {
					s.t.Errorf("away from %s to %s, gone at %s", r.Downtimes[0].From, r.Downtimes[0].To, from)
				}
			})
		})
	}
}

func TestPhasesAreToldInOrderAndOnce(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		s.portal = docspacetest.New(docspacetest.Config{Script: docspacetest.Script{
			Queued: 30 * time.Second, Download: time.Minute, Import: 2 * time.Minute, Copy: 2 * time.Minute, Swap: 30 * time.Second,
		}})
		s.Portals[0].API = &docspace.Client{BaseURL: "https://docs.example.com", Key: docspace.NewSecret(s.portal.Key()), HTTP: docspacetest.Via(s.portal)}
		r := s.request("")
		s.press(r, "UBOB", bot.PressConfirm)
		last, percent := bot.PhaseQueued, 0
		s.walk(r.ID, func(r bot.Restore) bool {
			if r.Progress.Percent < percent {
				s.t.Errorf("went back from %d to %d", percent, r.Progress.Percent)
			}
			if r.Progress.Phase != "" {
				last, percent = r.Progress.Phase, r.Progress.Percent
			}
			return false
		})
		if n := len(s.told(bot.NoteStart)); n != 1 || last != bot.PhaseFinishing {
			s.t.Errorf("the start was told %d times, the last phase seen was %s", n, last)
		}
	})
}

func TestCountsAreToldOnceANewKeyWorks(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		r := s.request("")
		s.press(r, "UBOB", bot.PressConfirm)
		r = s.walk(r.ID, func(r bot.Restore) bool { return r.Aftercare.Tries > 3 })
		if r.Settled || len(s.told(bot.NoteCounted)) != 0 || r.Preflight.Counts.Users != 42 || r.Preflight.Counts.Rooms != 7 {
			s.t.Fatalf("before a new key: %+v, %+v", r.Aftercare, r.Preflight)
		}
		s.Portals[0].API = &docspace.Client{BaseURL: "https://docs.example.com", Key: docspace.NewSecret(s.portal.IssueKey(docspacetest.Key{Permissions: []string{"*"}})), HTTP: docspacetest.Via(s.portal)}
		r = s.walk(r.ID, never)
		if c := r.Aftercare.Counts; !r.Aftercare.Done || c.Users != 42 || c.Rooms != 7 || c.Backups != len(s.portal.Backups())-1 || len(s.told(bot.NoteCounted)) != 1 || !slices.Contains(s.done(r.ID), "key ") {
			s.t.Errorf("counted %+v, told %d times", r.Aftercare, len(s.told(bot.NoteCounted)))
		}
	})
}

func TestWithoutANewKeyTheBotGivesUpAfterADay(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		r := s.request("")
		s.press(r, "UBOB", bot.PressConfirm)
		r = s.walk(r.ID, never)
		if !r.Settled || !r.Aftercare.GaveUp || time.Since(r.EndedAt) > 25*time.Hour {
			s.t.Errorf("care %+v after %s", r.Aftercare, time.Since(r.EndedAt))
		}
	})
}

func TestUsualDurationComesFromOurOwnHistory(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		if r := s.request(""); r.Preflight.Usual.Runs != 0 {
			s.t.Errorf("without a history it knows %+v", r.Preflight.Usual)
		}
		s.ask("cancel " + s.store.restores[0].ID)
		now := time.Now()
		for i := range 20 {
			ended := bot.Restore{
				ID: bot.NewID(), Portal: "docs", Delivery: bot.NewID(), State: bot.Succeeded, RequestedAt: now,
				StartedAt: now.Add(-time.Duration(i+1) * time.Minute), EndedAt: now,
			}
			ended.Backup.StorageType = docspace.StorageThirdPartyConsumer
			switch i {
			case 17:
				ended.Followed = true // its start was not ours
			case 18:
				ended.Backup.StorageType = docspace.StorageDataStore
			case 19:
				ended.ClosedBy = "UBOB" // when it ended is a person's word
			}
			if err := s.store.Create(s.t.Context(), ended); err != nil {
				s.t.Fatal(err)
			}
		}
		want := bot.Usual{Runs: 17, Median: 9 * time.Minute, P90: 16 * time.Minute}
		if r := s.request(""); r.Preflight.Usual != want {
			s.t.Errorf("got %+v, want %+v", r.Preflight.Usual, want)
		}
	})
}

func TestOutlookSaysWhatIsTrueNow(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		client := &docspace.Client{BaseURL: "https://docs.example.com", Key: docspace.NewSecret(s.portal.Key()), HTTP: docspacetest.Via(s.portal)}
		if _, _, err := client.StartBackup(s.t.Context(), docspace.BackupRequest{StorageType: docspace.StorageDataStore}); err != nil {
			s.t.Fatal(err)
		}
		id := s.portal.Backups()[1].ID
		a, ok := s.ask(id).(bot.Accepted)
		if !ok {
			s.t.Fatal("not accepted")
		}
		r := s.walk(a.Restore.ID, func(r bot.Restore) bool { return r.Shown.State == bot.Requested })
		o := r.Preflight
		if !o.Backing || o.Newer != 1 || !o.KeyAll || !o.KeyExpires.IsZero() || o.Counts.Backups != 3 {
			s.t.Errorf("outlook %+v", o)
		}
	})
}
