package bot_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// inDoubt takes a confirmed restore to where nobody can tell when its safety
// backup ends.
func (s *scene) inDoubt(r bot.Restore, kind bot.AlarmKind) bot.Restore {
	s.t.Helper()
	s.press(r, "UBOB", bot.PressConfirm)
	r = s.walk(r.ID, func(r bot.Restore) bool { return len(r.Alarms) > 0 && r.Alarms[0].Told })
	if r.State != bot.Saving || r.Safety.Doubt != kind || r.AsksForWaiver() || !r.CanBeWaived(time.Now()) || s.portal.Starts() != 0 {
		s.t.Fatalf("in doubt the restore is %s, %+v, after %d starts", r.State, r.Safety, s.portal.Starts())
	}
	if shown := s.chat.shown.Restore; shown.Safety.Doubt != kind {
		s.t.Errorf("the card shows %+v", shown.Safety)
	}
	return r
}

// doubts are the ways not to know when a safety backup ends.
var doubts = map[string]struct {
	kind   bot.AlarmKind
	broken func(f *docspacetest.Faults)
	posts  int // for a backup, until people decide
}{
	"it stands still":        {bot.AlarmSafetySlow, func(f *docspacetest.Faults) { f.BackupStuck = true }, 1},
	"it cannot be asked":     {bot.AlarmSafetySilent, func(f *docspacetest.Faults) { f.Pages = []docspacetest.Page{{Path: "getbackupprogress"}} }, 0},
	"its answer is lost too": {bot.AlarmSafetySilent, func(f *docspacetest.Faults) { f.Pages = []docspacetest.Page{{Path: "getbackupprogress", Status: 504}} }, 0},
}

func TestSafetyBackupInDoubtIsNotCalledFailed(t *testing.T) {
	t.Parallel()
	for name, c := range doubts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				guarded(s)
				r := s.request("")
				s.portal.Break(c.broken)
				r = s.inDoubt(r, c.kind)
				if s.backups() != c.posts || len(s.told(bot.NoteSafety)) != 0 {
					s.t.Errorf("%d requests for a backup, told %+v", s.backups(), s.chat.replies)
				}
				s.portal.Heal()
				// It ends well while people think: that counts.
				s.want(s.walk(r.ID, never), bot.Succeeded, 1)
				got, err := s.store.Get(s.t.Context(), r.ID)
				if err != nil || got.Safety.Stage != bot.SafetyDone || got.Safety.Doubt != "" || got.Safety.WaivedBy != "" || len(got.Alarms) != 1 || s.backups() != 1 {
					s.t.Errorf("%+v, alarms %+v, %v after %d requests for a backup", got.Safety, got.Alarms, err, s.backups())
				}
			})
		})
	}
}

func TestInDoubtAPermittedPersonLetsTheRestoreGoOn(t *testing.T) {
	t.Parallel()
	for name, c := range doubts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				guarded(s)
				r := s.request("")
				s.portal.Break(c.broken)
				r = s.inDoubt(r, c.kind)
				s.refused(s.press(r, "UEVE", bot.PressUnsafe), policy.RuleApprover)
				if a := s.press(r, "UBOB", bot.PressUnsafe); a != nil {
					s.t.Fatalf("the press was answered %+v", a)
				}
				s.refused(s.press(r, "UALICE", bot.PressUnsafe), policy.RuleStale)
				r = s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Succeeded })
				s.portal.Heal()
				s.want(s.walk(r.ID, never), bot.Succeeded, 1)
				if r.Safety.Stage != bot.SafetyWaived || r.Safety.WaivedBy != "UBOB" || r.Safety.Doubt != c.kind {
					s.t.Errorf("%+v", r.Safety)
				}
			})
		})
	}
}

// Slow is what a large portal's backup is: 90 % for as long as its file is
// uploaded. It is waited for however long the portal says that it runs.
func TestSlowSafetyBackupIsWaitedForAfterTheQuestionIsOver(t *testing.T) {
	t.Parallel()
	playOn(t, docspacetest.Config{BackupTime: 100 * time.Hour}, func(s *scene) {
		guarded(s)
		s.Poll = 10 * time.Second
		r := s.inDoubt(s.request(""), bot.AlarmSafetySlow)
		r = s.walk(r.ID, func(r bot.Restore) bool { return !r.CanBeWaived(time.Now()) })
		s.refused(s.press(r, "UBOB", bot.PressUnsafe), policy.RuleStale)
		r = s.walk(r.ID, func(r bot.Restore) bool { return r.Safety.Percent > 0 || r.State != bot.Saving })
		if r.State != bot.Saving || s.portal.Starts() != 0 {
			s.t.Fatalf("%s %+v, %+v", r.State, r.Reason, r.Safety)
		}
		if a := s.press(r, "UALICE", bot.PressDismiss); a != nil {
			s.t.Errorf("dismissing was answered %+v", a)
		}
		s.want(s.walk(r.ID, never), bot.Dismissed, 0)
	})
}

func TestDoubtThatNobodySettlesComesToAnEnd(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		broken func(s *scene)
		want   string
	}{
		"the portal is silent": {func(s *scene) {
			s.portal.Break(func(f *docspacetest.Faults) { f.Pages = []docspacetest.Page{{Path: "getbackupprogress"}} })
		}, "did not say how far"},
		"another's goes on": {func(s *scene) {
			s.portal.StartBackupElsewhere(4)
			s.portal.Break(func(f *docspacetest.Faults) { f.BackupDead = true })
		}, "had to wait for another backup"},
		// The server forgets a task that shows no change for a day.
		"the worker is dead": {func(s *scene) { s.portal.Break(func(f *docspacetest.Faults) { f.BackupDead = true }) }, "nobody said in time"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				s.Poll = time.Minute
				guarded(s)
				r := s.request("")
				c.broken(s)
				s.press(r, "UBOB", bot.PressConfirm)
				r = s.walk(r.ID, never)
				s.want(r, bot.Expired, 0)
				if !strings.Contains(r.Reason.What, c.want) {
					s.t.Errorf("%+v", r.Reason)
				}
			})
		})
	}
}

func TestAnotherBackupThatEndsLateLetsOursBegin(t *testing.T) {
	t.Parallel()
	playOn(t, docspacetest.Config{BackupTime: 65 * time.Minute}, func(s *scene) {
		guarded(s)
		r := s.request("")
		s.portal.StartBackupElsewhere(4)
		r = s.inDoubt(r, bot.AlarmSafetyWaits)
		r = s.walk(r.ID, func(r bot.Restore) bool { return r.Safety.Stage == bot.SafetyRunning })
		if r.Safety.Doubt != "" || s.backups() != 1 {
			s.t.Errorf("%+v after %d requests", r.Safety, s.backups())
		}
	})
}

// A press and the end of the backup may come in the same moment.
func TestBackupThatEndsAfterTheWaiverIsTheWayBackAllTheSame(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		guarded(s)
		r := s.request("")
		s.portal.Break(func(f *docspacetest.Faults) { f.BackupStuck = true })
		r = s.inDoubt(r, bot.AlarmSafetySlow)
		s.portal.Heal()
		time.Sleep(time.Minute)
		if a := s.press(r, "UBOB", bot.PressUnsafe); a != nil {
			s.t.Fatalf("the press was answered %+v", a)
		}
		r = s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Running })
		if r.Safety.Stage != bot.SafetyDone || r.Safety.Backup.FileName == "" || r.Safety.WaivedBy != "UBOB" {
			s.t.Errorf("%+v", r.Safety)
		}
	})
}

func TestForgottenSafetyBackupIsLookedUpOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		act  func(s *scene, task string)
		want bot.SafetyStage
		why  string
	}{
		"it was finished": {func(s *scene, task string) {
			s.portal.ForgetTasks()
			s.portal.AddBackup(docspacetest.Backup{ID: task, StorageType: 3})
		}, bot.SafetyDone, ""},
		"it was lost": {func(s *scene, _ string) { s.portal.ForgetTasks() }, bot.SafetyAsked, "not in the history"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			playOn(t, docspacetest.Config{BackupTime: time.Hour}, func(s *scene) {
				guarded(s)
				r := s.request("")
				s.press(r, "UBOB", bot.PressConfirm)
				r = s.walk(r.ID, func(r bot.Restore) bool { return r.Safety.Stage == bot.SafetyRunning })
				asked := s.histories()
				c.act(s, r.Safety.TaskID)
				r = s.walk(r.ID, func(r bot.Restore) bool { return r.Safety.Stage != bot.SafetyRunning })
				if r.Safety.Stage != c.want || !strings.Contains(r.Safety.Why, c.why) || s.histories() != asked+1 {
					s.t.Errorf("%+v, the history was asked %d times", r.Safety, s.histories()-asked)
				}
			})
		})
	}
}

// histories counts how often the history was asked for.
func (s *scene) histories() int {
	n := 0
	for _, r := range s.portal.Requests() {
		if strings.HasSuffix(r.Path, "getbackuphistory") {
			n++
		}
	}
	return n
}

// blind is a portal whose history does not come in time.
type blind struct {
	*docspace.Client
	asked *int
	wait  time.Duration
}

func (b blind) BackupHistory(ctx context.Context, dump bool) ([]docspace.Backup, error) {
	*b.asked++
	select {
	case <-time.After(b.wait):
		return b.Client.BackupHistory(ctx, dump)
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func TestFinishedSafetyBackupIsDoneHoweverTheHistoryIs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		act    func(s *scene)
		unseen bool
	}{
		"it takes its time": {func(s *scene) { s.slowHistory(9 * time.Second) }, false},
		"it never comes":    {func(s *scene) { s.slowHistory(time.Hour) }, true},
		"it takes a minute": {func(s *scene) { s.slowHistory(time.Minute) }, false},
		"it answers 500": {func(s *scene) {
			s.portal.Break(func(f *docspacetest.Faults) { f.Pages = []docspacetest.Page{{Path: "getbackuphistory", Status: 500}} })
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				guarded(s)
				r := s.request("")
				s.press(r, "UBOB", bot.PressConfirm)
				r = s.walk(r.ID, func(r bot.Restore) bool { return r.Safety.Stage == bot.SafetyRunning })
				before := s.histories()
				c.act(s)
				r = s.walk(r.ID, func(r bot.Restore) bool { return r.Safety.Stage != bot.SafetyRunning })
				if r.Safety.Stage != bot.SafetyDone || (r.Safety.Unseen != "") != c.unseen || (r.Safety.Backup.FileName == "") != c.unseen || r.Safety.Backup.ID == "" {
					s.t.Errorf("%+v", r.Safety)
				}
				if n := s.histories() - before; n != 1 {
					s.t.Errorf("the history was asked for %d times", n)
				}
				if c.unseen {
					return // the start may look again, and is refused in words where it cannot
				}
				s.want(s.walk(r.ID, never), bot.Succeeded, 1)
			})
		})
	}
}

func (s *scene) blind(asked *int, wait time.Duration) {
	client, ok := s.Portals[0].API.(*docspace.Client)
	if !ok {
		s.t.Fatal("no client")
	}
	s.Portals[0].API = blind{client, asked, wait}
}

// Only the store DataStore gives its backups a link, so a task with one is
// somebody else's even where the history cannot be read.
func TestJoinedBackupIsKnownByItsLinkWithoutTheHistory(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		guarded(s)
		client, _ := s.Portals[0].API.(*docspace.Client)
		s.Portals[0].API = hasty{client}
		r := s.request("")
		s.press(r, "UBOB", bot.PressConfirm)
		r = s.walk(r.ID, func(r bot.Restore) bool { return r.Safety.Stage == bot.SafetyRunning })
		s.portal.Break(func(f *docspacetest.Faults) { f.Pages = []docspacetest.Page{{Path: "getbackuphistory", Status: 500}} })
		r = s.walk(r.ID, func(r bot.Restore) bool { return r.Safety.Told == bot.SafetyAsked })
		if !strings.Contains(r.Safety.Why, "DataStore") || s.portal.Starts() != 0 {
			s.t.Errorf("%+v after %d starts", r.Safety, s.portal.Starts())
		}
	})
}

func TestStopOfTheBotWhileItAsksForTheHistoryDecidesNothing(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		guarded(s)
		r := s.request("")
		s.press(r, "UBOB", bot.PressConfirm)
		r = s.walk(r.ID, func(r bot.Restore) bool { return r.Safety.Stage == bot.SafetyRunning })
		asked := 0
		s.blind(&asked, time.Hour)
		time.Sleep(time.Minute)
		ctx, stop := context.WithCancel(s.t.Context())
		time.AfterFunc(time.Second, stop)
		if _, err := s.Step(ctx, r.ID, r.Generation); !errors.Is(err, context.Canceled) {
			s.t.Errorf("the step ended with %v", err)
		}
		if now, err := s.store.Get(s.t.Context(), r.ID); err != nil || now.Safety.Stage != bot.SafetyRunning || asked != 1 {
			s.t.Errorf("%+v %v", now.Safety, err)
		}
	})
}
