package bot_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/command"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// guarded sets up a safety backup for the scene's portal.
func guarded(s *scene) {
	s.Portals[0].Safety = bot.SafetyTarget{StorageType: docspace.StorageLocal, Params: []command.Param{{Key: "filePath", Value: "/backups"}}}
}

// backups counts how often startbackup was sent.
func (s *scene) backups() int {
	n := 0
	for _, r := range s.portal.Requests() {
		if strings.HasSuffix(r.Path, "startbackup") {
			n++
		}
	}
	return n
}

func TestSafetyBackupIsFinishedBeforeTheStartAndIsTheWayBack(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		guarded(s)
		r := s.request("")
		s.press(r, "UBOB", bot.PressConfirm)
		r = s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Starting || r.State == bot.Running })
		if r.Safety.Stage != bot.SafetyDone || r.Safety.Backup.FileName == "" || s.backups() != 1 {
			s.t.Fatalf("the restore started with the safety backup %+v after %d requests", r.Safety, s.backups())
		}
		r = s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Succeeded && r.EndTS != "" })
		s.Portals[0].API = &docspace.Client{BaseURL: "https://docs.example.com", Key: docspace.NewSecret(s.portal.IssueKey(docspacetest.Key{Permissions: []string{"*"}})), HTTP: docspacetest.Via(s.portal)}
		r = s.walk(r.ID, never)
		s.want(r, bot.Succeeded, 1)
		i := -1
		for n, b := range s.portal.Backups() {
			if b.ID == r.Aftercare.WayBack {
				i = n
			}
		}
		if i < 0 || s.portal.Backups()[i].FileName != r.Safety.Backup.FileName || r.Aftercare.WayBack == r.Safety.TaskID {
			s.t.Errorf("the way back is %q, the safety backup was %q of task %s", r.Aftercare.WayBack, r.Safety.Backup.FileName, r.Safety.TaskID)
		}
		if len(s.told(bot.NoteSafety)) != 0 || len(s.told(bot.NoteStart)) != 1 {
			s.t.Errorf("told %+v", s.chat.replies)
		}
	})
}

func TestFailedSafetyBackupStopsTheRestoreUntilAPermittedPersonSays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		broken func(f *docspacetest.Faults)
		posts  int
	}{
		"it fails":           {func(f *docspacetest.Faults) { f.BackupText = "disk full" }, 1},
		"the plan has none":  {func(f *docspacetest.Faults) { f.NoBackupPlan = true }, 1},
		"its start is eaten": {func(f *docspacetest.Faults) { f.Pages = []docspacetest.Page{{Path: "startbackup"}} }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				guarded(s)
				r := s.request("")
				s.portal.Break(c.broken)
				s.press(r, "UBOB", bot.PressConfirm)
				r = s.walk(r.ID, func(r bot.Restore) bool { return r.Safety.Told == bot.SafetyAsked })
				if r.State != bot.Saving || r.Safety.Why == "" || s.portal.Starts() != 0 || s.backups() != c.posts {
					s.t.Fatalf("after the failure the restore is %s, %+v, with %d starts and %d requests for a backup", r.State, r.Safety, s.portal.Starts(), s.backups())
				}
				if no, ok := s.press(r, "UEVE", bot.PressUnsafe).(*policy.Refusal); !ok || no.Rule != policy.RuleApprover {
					s.t.Errorf("a stranger's press was answered %+v", no)
				}
				if a := s.press(r, "UBOB", bot.PressUnsafe); a != nil {
					s.t.Fatalf("the press was answered %+v", a)
				}
				r = s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Succeeded })
				s.portal.Heal()
				s.want(s.walk(r.ID, never), bot.Succeeded, 1)
				if r.Safety.WaivedBy != "UBOB" || s.backups() != c.posts {
					s.t.Errorf("waived by %q, %d requests for a backup", r.Safety.WaivedBy, s.backups())
				}
			})
		})
	}
}

func TestUnansweredQuestionAboutTheSafetyBackupStartsNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		act  func(s *scene, r bot.Restore)
		want bot.State
	}{
		"dismissed": {func(s *scene, r bot.Restore) { s.press(r, "UALICE", bot.PressDismiss) }, bot.Dismissed},
		"expired":   {func(*scene, bot.Restore) { time.Sleep(16 * time.Minute) }, bot.Expired},
		"pressed late": {func(s *scene, r bot.Restore) {
			time.Sleep(16 * time.Minute)
			if no, ok := s.press(r, "UBOB", bot.PressUnsafe).(*policy.Refusal); !ok || no.Rule != policy.RuleStale {
				s.t.Errorf("a late press was answered %+v", no)
			}
		}, bot.Expired},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				guarded(s)
				s.portal.Break(func(f *docspacetest.Faults) { f.BackupText = "disk full" })
				r := s.request("")
				s.press(r, "UBOB", bot.PressConfirm)
				r = s.walk(r.ID, func(r bot.Restore) bool { return r.Safety.Told == bot.SafetyAsked })
				c.act(s, r)
				s.want(s.walk(r.ID, never), c.want, 0)
			})
		})
	}
}

func TestRestoreIsDismissedWhileItsSafetyBackupRuns(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		guarded(s)
		r := s.request("")
		s.press(r, "UBOB", bot.PressConfirm)
		r = s.walk(r.ID, func(r bot.Restore) bool { return r.Safety.Stage == bot.SafetyRunning && r.Safety.Percent > 10 })
		if no, ok := s.press(r, "UEVE", bot.PressDismiss).(*policy.Refusal); !ok || no.Rule != policy.RuleApprover {
			s.t.Errorf("a stranger's press was answered %+v", no)
		}
		if a := s.press(r, "UALICE", bot.PressDismiss); a != nil {
			s.t.Fatalf("the press was answered %+v", a)
		}
		s.want(s.walk(r.ID, never), bot.Dismissed, 0)
		time.Sleep(time.Minute)
		if len(s.portal.Backups()) != 5 || s.backups() != 1 {
			s.t.Errorf("%d backups after %d requests", len(s.portal.Backups()), s.backups())
		}
	})
}

func TestLostAnswerToTheSafetyBackupIsResolvedWithoutASecondOne(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		guarded(s)
		r := s.request("")
		s.portal.Break(func(f *docspacetest.Faults) {
			f.Pages = []docspacetest.Page{{Path: "startbackup", Performed: true, Times: 1}}
		})
		s.press(r, "UBOB", bot.PressConfirm)
		s.want(s.walk(r.ID, never), bot.Succeeded, 1)
		if s.backups() != 1 {
			s.t.Errorf("startbackup was sent %d times", s.backups())
		}
	})
}

func TestRunningBackupIsWaitedForAndNotTakenForOurs(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		guarded(s)
		r := s.request("")
		other := &docspace.Client{BaseURL: "https://docs.example.com", Key: docspace.NewSecret(s.portal.Key()), HTTP: docspacetest.Via(s.portal)}
		task, _, err := other.StartBackup(s.t.Context(), docspace.BackupRequest{StorageType: docspace.StorageDataStore})
		if err != nil {
			s.t.Fatal(err)
		}
		s.press(r, "UBOB", bot.PressConfirm)
		r = s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Running })
		if r.Safety.TaskID == task.TaskID || r.Safety.Backup.StorageType != docspace.StorageLocal {
			s.t.Errorf("the safety backup is %+v, the other's task was %s", r.Safety, task.TaskID)
		}
		s.want(s.walk(r.ID, never), bot.Succeeded, 1)
	})
}

// hasty is a portal where somebody else starts a backup just before ours.
type hasty struct{ *docspace.Client }

func (h hasty) StartBackup(ctx context.Context, r docspace.BackupRequest) (docspace.Progress, bool, error) {
	if _, _, err := h.Client.StartBackup(ctx, docspace.BackupRequest{StorageType: docspace.StorageDataStore}); err != nil {
		return docspace.Progress{}, false, err
	}
	return h.Client.StartBackup(ctx, r)
}

func TestBackupThatOursWasJoinedToIsNoWayBack(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		guarded(s)
		client := &docspace.Client{BaseURL: "https://docs.example.com", Key: docspace.NewSecret(s.portal.Key()), HTTP: docspacetest.Via(s.portal)}
		s.Portals[0].API = hasty{client}
		r := s.request("")
		s.press(r, "UBOB", bot.PressConfirm)
		r = s.walk(r.ID, func(r bot.Restore) bool { return r.Safety.Told == bot.SafetyAsked })
		if !strings.Contains(r.Safety.Why, "DataStore") || s.portal.Starts() != 0 {
			s.t.Errorf("%+v after %d starts", r.Safety, s.portal.Starts())
		}
	})
}

func TestNoSafetyBackupWhereNoneIsWanted(t *testing.T) {
	t.Parallel()
	for _, flags := range []string{" --no-safety-backup", " --dry-run"} {
		t.Run(flags, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				guarded(s)
				r := s.request(flags)
				s.press(r, "UBOB", bot.PressConfirm)
				if s.walk(r.ID, never); s.backups() != 0 {
					s.t.Errorf("startbackup was sent %d times", s.backups())
				}
			})
		})
	}
}

func TestSafetyTargetsThatDoNotOutliveTheRestoreAreRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"off": "", "": "", "Local:/backups": "", "local: /b": "", "ThirdPartyConsumer:S3,bucket=b,region=r": "",
		"ThirdPartyConsumer: GoogleCloud ,bucket=b": "", "thirdpartyconsumer:rackspace": "",
		"Documents:12": "removes it from the history", "DataStore": "removes it from the history", "ThirdpartyDocuments:x": "removes it from the history",
		"CustomCloud": "removes it from the history", "Local:": "name a folder", "Local": "name a folder", "off:x": "alone",
		"ThirdPartyConsumer": "name one of the server's modules", "ThirdPartyConsumer:bucket=b": "s3, googlecloud, rackspace", "ThirdPartyConsumer:": "name one of the server's modules",
		"ThirdPartyConsumer:dropbox,b=1": "s3, googlecloud, rackspace", "ThirdPartyConsumer:S4": "ThirdPartyConsumer:s3", "ThirdPartyConsumer:s3 x": "name one of the server's modules",
		"ThirdPartyConsumer:S3,b=1,b=2": "each once", "ThirdPartyConsumer:S3,x": "key=value", "Somewhere:x": "must be",
	} {
		target, err := bot.ParseSafetyTarget(text)
		switch {
		case want == "" && err != nil, want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%q: got %v, want %q", text, err, want)
		case err == nil && target.IsZero() != (text == "off" || text == ""):
			t.Errorf("%q: %+v", text, target)
		}
	}
}
