package bot_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/command"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace/docspacetest"
)

// expired is before the time of every test.
var expired = time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC)

// guidForms are a GUID in each form of .NET, and as people paste it.
func guidForms(id string) []string {
	n := strings.ReplaceAll(id, "-", "")
	x := fmt.Sprintf("{0x%s, 0x%s, 0x%s, {", n[:8], n[8:12], n[12:16])
	x += strings.TrimSuffix(regexp.MustCompile(`..`).ReplaceAllString(n[16:], "0x$0,"), ",") + "}}"
	forms := []string{id, n, "{" + id + "}", "(" + id + ")", x, strings.ReplaceAll(x, " ", "")}
	for _, form := range forms {
		forms = append(forms, strings.ToUpper(form), "  "+form+" ", "\u00a0"+form)
	}
	return forms
}

// unseen asks for what the bot cannot see and takes the request to its card.
func (s *scene) unseen(text string) bot.Restore {
	s.t.Helper()
	a, ok := s.ask(text).(bot.Accepted)
	if !ok {
		s.t.Fatalf("%s is not accepted: %+v", text, a)
	}
	return s.walk(a.Restore.ID, func(r bot.Restore) bool { return r.Shown.State == bot.Requested || r.State == bot.Refused })
}

// agreed takes the word of a second person, after it was refused to the first and
// to a bare press.
func (s *scene) agreed(r bot.Restore) bot.Restore {
	s.t.Helper()
	s.refused(s.press(r, "UALICE", bot.PressType), policy.RuleSecond)
	s.refused(s.press(r, "UBOB", bot.PressConfirm), policy.RuleTyping)
	if a := s.typed(r, "UBOB", "docs"); a != nil {
		s.t.Fatalf("the other's word was answered %+v", a)
	}
	return s.walk(r.ID, never)
}

// Whatever else stands in the command, a GUID that the history does not show is
// refused, and its refusal names the one way there is.
func TestUnlistedBackupIsRefusedWithoutTheFlag(t *testing.T) {
	t.Parallel()
	for name, b := range map[string]docspacetest.Backup{
		"of another portal": {StorageType: 3, Unlisted: true},
		"of the server":     {StorageType: 3, Dump: true},
		"expired":           {StorageType: 4, ExpiresOn: expired},
		"in CustomCloud":    {StorageType: 2},
		"without its file":  {StorageType: 3, Missing: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				id := s.portal.AddBackup(b)
				for _, form := range guidForms(id) {
					no, ok := s.turned(`"` + form + `"`).(*policy.Refusal)
					if !ok || no.Rule != policy.RuleBackup || !strings.Contains(no.Do, "--unlisted") {
						s.t.Fatalf("%s: answered %+v", form, no)
					}
				}
				if s.portal.Starts() != 0 {
					s.t.Error("it was started")
				}
			})
		})
	}
}

func TestUnlistedIsSentAsTypedWithASecondPersonAndTheWord(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		record docspacetest.Backup
		sick   docspacetest.Faults
		unread string
		seen   bool // the card can show the record
	}{
		"not in the history":  {record: docspacetest.Backup{StorageType: 5, Unlisted: true}},
		"history broken":      {record: docspacetest.Backup{StorageType: 5}, sick: docspacetest.Faults{HistoryFails: true}, unread: "it cannot put its list of backups together (500"},
		"history without end": {record: docspacetest.Backup{StorageType: 5}, sick: docspacetest.Faults{HistoryDelay: time.Hour}, unread: "its list of backups takes too long"},
		"history takes 60 s":  {record: docspacetest.Backup{StorageType: 5, Unlisted: true}, sick: docspacetest.Faults{HistoryDelay: time.Minute}},
		"expired":             {record: docspacetest.Backup{StorageType: 4, ExpiresOn: expired}, seen: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				id := s.portal.AddBackup(c.record)
				s.portal.Break(func(f *docspacetest.Faults) { *f = c.sick })
				r := s.unseen(strings.ToUpper("{"+id+"}") + " --unlisted")
				if r.State != bot.Requested || (r.Backup.ID != "") != c.seen || !strings.Contains(r.Preflight.Unread, c.unread) || (c.unread == "") != (r.Preflight.Unread == "") {
					s.t.Fatalf("%s %+v: %+v %+v", r.State, r.Reason, r.Backup, r.Preflight)
				}
				r = s.agreed(r)
				s.want(r, bot.Succeeded, 1)
				if got := s.portal.Restores()[0].BackupID; got != id || histories(s) < 1 {
					s.t.Errorf("restored %s, not %s", got, id)
				}
			})
		})
	}
}

// What the card can show must not go unseen.
func TestUnlistedIsRefusedWhereTheHistoryShowsTheBackup(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		no, ok := s.turned(s.portal.Backups()[0].ID + " --unlisted").(*policy.Refusal)
		if !ok || no.Rule != policy.RuleBackup || !strings.Contains(no.What, "history shows the backup") {
			s.t.Errorf("answered %+v", no)
		}
	})
}

// People agreed to the id that they were shown. The history is not asked again for
// it, and what it says by then changes nothing.
func TestUnlistedThatIsListedByTheStartIsStartedAllTheSame(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		id := s.portal.AddBackup(docspacetest.Backup{StorageType: 5, Unlisted: true})
		r := s.unseen(id + " --unlisted")
		asked := histories(s)
		s.portal.AddBackup(docspacetest.Backup{ID: id, StorageType: 5})
		s.press(r, "UBOB", bot.PressType)
		if a := s.typed(r, "UBOB", "docs"); a != nil {
			s.t.Fatalf("answered %+v", a)
		}
		s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Running })
		if n := histories(s); n != asked || s.portal.Starts() != 1 || s.portal.Restores()[0].BackupID != id {
			s.t.Errorf("asked %d more times, %d starts of %+v", n-asked, s.portal.Starts(), s.portal.Restores())
		}
	})
}

func TestUnlistedLocalTakesTheUploadAndCustomCloudFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		order string
		state bot.State
		words string
	}{
		"Local":       {"upload --storage Local --param filePath=/a.tar.gz --unlisted", bot.Succeeded, ""},
		"CustomCloud": {"x --storage CustomCloud --param filePath=a.tar.gz --unlisted", bot.Failed, "Unknown storage type."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				s.portal.Upload(docspacetest.Backup{})
				r := s.unseen(c.order)
				if r.State != bot.Requested || histories(s) != 0 {
					s.t.Fatalf("%s: %+v", r.State, r.Reason)
				}
				r = s.agreed(r)
				s.want(r, c.state, 1)
				if !strings.Contains(r.Reason.What, c.words) {
					s.t.Errorf("told %q", r.Reason.What)
				}
			})
		})
	}
}

// An order that an older version took is measured by what holds now.
func TestOrderOfAnOlderVersionIsCheckedBeforeItsCard(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		a, ok := s.ask(s.portal.Backups()[0].ID).(bot.Accepted)
		if !ok {
			s.t.Fatal("not accepted")
		}
		old := a.Restore
		old.Order.Params = []command.Param{{Key: "filePath", Value: "/a.tar.gz"}}
		if _, err := s.store.Save(s.t.Context(), a.Restore, old); err != nil {
			s.t.Fatal(err)
		}
		r := s.walk(old.ID, never)
		if r.State != bot.Refused || !strings.Contains(r.Reason.What, "ignores --param filePath") || s.portal.Starts() != 0 {
			s.t.Errorf("%s: %+v", r.State, r.Reason)
		}
	})
}
