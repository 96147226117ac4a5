package bot_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace/docspacetest"
)

// opened types a command that opens a modal, and returns what fills it.
func (s *scene) opened(text string) bot.Answer {
	s.t.Helper()
	s.asked++
	a, later := s.Command(s.t.Context(), bot.Command{Caller: caller("UALICE"), Delivery: time.Now().String() + string(rune('a'+s.asked)), Text: text})
	if _, ok := a.(bot.OpenModal); !ok || later == nil {
		s.t.Fatalf("%q opened %+v", text, a)
	}
	return later(s.t.Context())
}

// field finds a field by the beginning of its name.
func field(m bot.Modal, name string) (bot.Field, bool) {
	for _, part := range m.Parts {
		if f, ok := part.(bot.Field); ok && strings.HasPrefix(f.Name, name) {
			return f, true
		}
	}
	return bot.Field{}, false
}

func (s *scene) picker() (bot.Modal, bot.Field) {
	s.t.Helper()
	m, ok := s.opened("").(bot.Modal)
	f, found := field(m, "backup_")
	if !ok || !found {
		s.t.Fatalf("the picker is %+v", m)
	}
	return m, f
}

func filled(m bot.Modal, values map[string][]string) bot.Submission {
	c := caller("UALICE")
	c.Channel = ""
	return bot.Submission{Caller: c, Modal: m.ID, Values: values, Delivery: "submit " + m.ID}
}

func TestPickerAsksForARestoreLikeACommand(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		guarded(s)
		m, f := s.picker()
		if len(f.Options) != 3 || f.Kind != bot.FieldMenu || f.Options[0].Value != s.portal.Backups()[0].ID {
			s.t.Fatalf("the backups are %+v", f.Options)
		}
		sent := filled(m, map[string][]string{
			f.Name: {f.Options[1].Value}, "options": {"notify", "no-safety-backup"}, "reason": {"lost <room>"},
		})
		a, _ := s.Submit(s.t.Context(), sent)
		accepted, ok := a.(bot.Accepted)
		if !ok {
			s.t.Fatalf("the submit was answered %+v", a)
		}
		o := accepted.Restore.Order
		if o.BackupID != f.Options[1].Value || !o.Notify || !o.NoSafety || o.Dump || o.DryRun || o.Reason != "lost <room>" {
			s.t.Errorf("asked for %+v", o)
		}
		if again, _ := s.Submit(s.t.Context(), sent); again.(bot.Accepted).Restore.ID != accepted.Restore.ID {
			s.t.Errorf("a submit delivered twice was answered %+v", again)
		}
		r := s.walk(accepted.Restore.ID, func(r bot.Restore) bool { return r.Shown.State == bot.Requested })
		if s.press(r, "UBOB", bot.PressConfirm); s.backups() != 0 {
			s.t.Error("a safety backup was taken")
		}
		s.want(s.walk(r.ID, never), bot.Succeeded, 1)
	})
}

func TestPickerMarksWhatIsAboutToExpireAndLeavesOutWhatHas(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		now := time.Now()
		s.portal.AddBackup(docspacetest.Backup{StorageType: 4, CreatedOn: now.Add(-time.Minute), ExpiresOn: now.Add(40 * time.Minute)})
		s.portal.AddBackup(docspacetest.Backup{StorageType: 4, CreatedOn: now.Add(-2 * time.Minute), ExpiresOn: now.Add(-time.Second)})
		s.portal.AddBackup(docspacetest.Backup{StorageType: 2, CreatedOn: now.Add(-3 * time.Minute)})
		m, f := s.picker()
		if len(f.Options) != 5 || !strings.Contains(f.Hint, "1 more has expired and is left out") {
			s.t.Errorf("%d options, hint %q", len(f.Options), f.Hint)
		}
		if !strings.HasPrefix(f.Options[0].Text, "⚠") || !strings.Contains(f.Options[0].About, "Expires in 39 min!") && !strings.Contains(f.Options[0].About, "Expires in 40 min!") {
			s.t.Errorf("about to expire: %+v", f.Options[0])
		}
		if last := f.Options[4]; last.Text != "⚠ yesterday 23:57 UTC, 3 min ago" || !strings.HasPrefix(last.About, "The server cannot restore it. ") || !strings.HasSuffix(last.About, ", CustomCloud") {
			s.t.Errorf("CustomCloud: %+v", last)
		}
		time.Sleep(41 * time.Minute) // the picker is too old by then as well
		a, _ := s.Submit(s.t.Context(), filled(m, map[string][]string{f.Name: {f.Options[0].Value}}))
		refused(s, a, policy.RuleStale)
	})
}

func TestPickerRefusesWhatItDidNotShow(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		m, f := s.picker()
		for name, values := range map[string]map[string][]string{
			"nothing":        {},
			"another backup": {f.Name: {"11111111-2222-3333-4444-555555555555"}},
			"another turn":   {"backup_7": {f.Options[0].Value}},
			"two lines":      {f.Name: {f.Options[0].Value}, "reason": {"a\nb"}},
		} {
			if a, _ := s.Submit(s.t.Context(), filled(m, values)); a == nil {
				s.t.Errorf("%s: accepted", name)
			} else if _, ok := a.(bot.Faults); !ok {
				s.t.Errorf("%s: %+v", name, a)
			}
		}
		eve := filled(m, map[string][]string{f.Name: {f.Options[0].Value}})
		eve.Caller.User = "UEVE"
		a, _ := s.Submit(s.t.Context(), eve)
		refused(s, a, policy.RulePerson)
		if len(s.store.restores) != 0 {
			s.t.Errorf("recorded %+v", s.store.restores)
		}
	})
}

func TestPickerSearchesALongHistory(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		for i := range 150 {
			s.portal.AddBackup(docspacetest.Backup{StorageType: 3, CreatedOn: time.Now().Add(-time.Duration(i+100) * time.Hour), FileName: "old.tar.gz"})
		}
		before := len(s.portal.Requests())
		m, f := s.picker()
		if f.Kind != bot.FieldSearch {
			s.t.Fatalf("%d backups are shown as %s", len(f.Options), f.Kind)
		}
		asked := len(s.portal.Requests())
		sub := filled(m, nil)
		sub.Field = f.Name
		if all := s.Suggest(s.t.Context(), sub); len(all) != 100 {
			s.t.Errorf("an empty search offers %d", len(all))
		}
		sub.Query = " ThirdParty"
		if found := s.Suggest(s.t.Context(), sub); len(found) != 1 || found[0].Value != s.portal.Backups()[0].ID {
			s.t.Errorf("a search offers %+v", found)
		}
		if n := len(s.portal.Requests()); n != asked || asked == before {
			s.t.Errorf("the searches asked the portal %d times", n-asked)
		}
		sub.Caller.User = "UEVE"
		if found := s.Suggest(s.t.Context(), sub); len(found) != 0 {
			s.t.Errorf("somebody else is offered %+v", found)
		}
	})
}

func TestPickerChangesThePortalAndToTheWholeServer(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		wiki := second(s, policy.PortalRules{})
		m, f := s.picker()
		change := func(m bot.Modal, name, value string) (bot.Modal, bot.Field) {
			s.t.Helper()
			sub := filled(m, map[string][]string{name: {value}})
			sub.Field = name
			_, later := s.Choose(s.t.Context(), sub)
			if later == nil {
				s.t.Fatalf("choosing %s changes nothing", value)
			}
			next, ok := later(s.t.Context()).(bot.Modal)
			nextField, found := field(next, "backup_")
			if !ok || !found || next.ID != m.ID || nextField.Name == f.Name {
				s.t.Fatalf("after choosing %s: %+v", value, next)
			}
			return next, nextField
		}
		m, f = change(m, "portal", "wiki")
		if f.Options[0].Value != wiki.Backups()[0].ID {
			s.t.Errorf("the backups of wiki are %+v", f.Options)
		}
		m, f = change(m, "scope", "server")
		if len(f.Options) != 1 {
			s.t.Fatalf("the backups of the server are %+v", f.Options)
		}
		a, _ := s.Submit(s.t.Context(), filled(m, map[string][]string{f.Name: {f.Options[0].Value}}))
		if accepted, ok := a.(bot.Accepted); !ok || accepted.Restore.Portal != "wiki" || !accepted.Restore.Order.Dump {
			s.t.Errorf("the submit was answered %+v", a)
		}
	})
}

func TestPickerSaysWhyThereIsNothingToPick(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		broken func(s *scene)
		want   policy.Rule
	}{
		"portal down": {func(s *scene) { s.portal.Break(func(f *docspacetest.Faults) { f.Down = true }) }, policy.RulePortal},
		"dead key":    {func(s *scene) { s.portal.RevokeKeys() }, policy.RuleKey},
		"a guest":     {func(s *scene) { s.chat.people["UALICE"] = policy.Person{Guest: true} }, policy.RulePerson},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				c.broken(s)
				refused(s, s.opened(""), c.want)
			})
		})
	}
}

func TestRestoreElsewhereIsFollowedAndNeverStarted(t *testing.T) {
	t.Parallel()
	for _, dump := range []bool{false, true} {
		play(t, func(s *scene) {
			id := s.portal.AddBackup(docspacetest.Backup{Dump: dump})
			s.portal.StartElsewhere(id)
			follow := func(user string) bot.Answer {
				a, later := s.Press(s.t.Context(), bot.Press{Caller: caller(user), Action: bot.PressFollow, Restore: "docs"})
				if a != nil || later == nil {
					s.t.Fatalf("the press was answered at once: %+v", a)
				}
				return later(s.t.Context())
			}
			refused(s, follow("UEVE"), policy.RulePerson)
			if said, ok := follow("UBOB").(bot.TextAnswer); !ok || !strings.Contains(said.Text, "Following") {
				s.t.Fatalf("answered %+v", said)
			}
			if said, ok := follow("UALICE").(*policy.Refusal); !ok || !strings.Contains(said.String(), "already. Your press changed nothing.") {
				s.t.Errorf("a second Follow was answered %+v", said)
			}
			r := s.store.restores[0]
			if r.State != bot.Running || !r.Followed || r.Order.Dump != dump {
				s.t.Errorf("recorded %+v", r)
			}
			refused(s, s.ask(s.portal.Backups()[0].ID), policy.RuleBusy)
			s.want(s.walk(r.ID, never), bot.Succeeded, 0)
			if s.chat.posted != 1 || len(s.told(bot.NoteEnd)) != 1 {
				s.t.Errorf("%d cards, told %+v", s.chat.posted, s.chat.replies)
			}
			if said, ok := follow("UBOB").(*policy.Refusal); !ok || !strings.Contains(said.String(), "nothing to follow") {
				s.t.Errorf("after its end: %+v", said)
			}
		})
	}
}

func TestRefusalOfABusyPortalOffersToFollow(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		s.portal.StartElsewhere(s.portal.Backups()[0].ID)
		a, ok := s.ask(s.portal.Backups()[0].ID).(bot.Accepted)
		if !ok {
			s.t.Fatal("not recorded")
		}
		s.want(s.walk(a.Restore.ID, never), bot.Refused, 0)
		if no, ok := s.chat.answers[0].(*policy.Refusal); !ok || no.Follow != "docs" {
			s.t.Errorf("told %+v", s.chat.answers)
		}
	})
}

func TestButtonOfTheListOpensThePickerWithThatBackup(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		id := s.portal.Backups()[1].ID
		a, later := s.Press(s.t.Context(), bot.Press{Caller: caller("UALICE"), Action: bot.PressPick, Restore: "docs " + id})
		if _, ok := a.(bot.OpenModal); !ok {
			s.t.Fatalf("answered %+v", a)
		}
		m, ok := later(s.t.Context()).(bot.Modal)
		f, found := field(m, "backup_")
		if !ok || !found || f.Initial != id {
			s.t.Errorf("the picker shows %+v", f)
		}
		_, later = s.Press(s.t.Context(), bot.Press{Caller: caller("UEVE"), Action: bot.PressPick, Restore: "docs " + id})
		refused(s, later(s.t.Context()), policy.RulePerson)
		_, later = s.Press(s.t.Context(), bot.Press{Caller: caller("UALICE"), Action: bot.PressPick, Restore: "rm -rf / docs now"})
		refused(s, later(s.t.Context()), policy.RuleStale)
	})
}

// A backup is told by its time and age, then by its file and storage, and 60 of them
// fit; the newest that the server can restore stands first.
func TestPickerTellsTimeAndAgeFirst(t *testing.T) {
	t.Parallel()
	playOn(t, docspacetest.Config{Backups: []docspacetest.Backup{}}, func(s *scene) {
		now := time.Now()
		s.portal.AddBackup(docspacetest.Backup{StorageType: 2, CreatedOn: now.Add(-time.Hour), FileName: "newest.tar.gz"})
		for i := range 59 {
			s.portal.AddBackup(docspacetest.Backup{StorageType: 5, CreatedOn: now.Add(-time.Duration(i+2) * time.Hour), FileName: fmt.Sprintf("docs_%02d.tar.gz", i)})
		}
		_, f := s.picker()
		if f.Kind != bot.FieldMenu || len(f.Options) != 60 || !strings.Contains(f.Hint, "60 backups") || !strings.Contains(f.Hint, "/restore list") {
			s.t.Fatalf("%s of %d: %q", f.Kind, len(f.Options), f.Hint)
		}
		if first := f.Options[0]; first.Text != "yesterday 22:00 UTC, 2 h ago" || first.About != "docs_00.tar.gz, ThirdPartyConsumer" {
			s.t.Errorf("the first is %+v", first)
		}
		if last := f.Options[59]; !strings.Contains(last.About, "newest.tar.gz") {
			s.t.Errorf("the last is %+v", last)
		}
	})
}

// A menu is plain text, in which Slack shows no dates: the bot tells them in the zone of
// the person, at the first look and in a search.
func TestPickerTellsTimesInTheZoneOfWhoReads(t *testing.T) {
	t.Parallel()
	for zone, want := range map[string]string{
		"Europe/Riga": "today 01:20, 40 min ago", "America/New_York": "today 18:20, 40 min ago", "Asia/Kathmandu": "today 05:05, 40 min ago",
		"": "yesterday 23:20 UTC, 40 min ago", "Etc/UTC": "yesterday 23:20, 40 min ago", "No/Such": "today 00:20, 40 min ago", "Local": "yesterday 23:20 UTC, 40 min ago",
	} {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			for _, many := range []int{0, 110} {
				playOn(t, docspacetest.Config{Backups: []docspacetest.Backup{}}, func(s *scene) { // at midnight, UTC
					s.chat.people["UALICE"] = policy.Person{TimeZone: zone, UTCOffset: time.Hour}
					now := time.Now()
					s.portal.AddBackup(docspacetest.Backup{StorageType: 5, CreatedOn: now.Add(-40 * time.Minute), FileName: "newest.tar.gz"})
					for i := range many {
						s.portal.AddBackup(docspacetest.Backup{StorageType: 5, CreatedOn: now.Add(-time.Duration(i+400) * 24 * time.Hour), FileName: "old.tar.gz"})
					}
					m, f := s.picker()
					if f.Options[0].Text != want {
						s.t.Errorf("%d backups: %q, want %q", many, f.Options[0].Text, want)
					}
					if many > 0 && !strings.HasPrefix(f.Options[1].Text, "Nov 2") {
						s.t.Errorf("of another year: %q", f.Options[1].Text)
					}
					sub := filled(m, nil)
					sub.Field, sub.Query = f.Name, "40 min"
					if found := s.Suggest(s.t.Context(), sub); len(found) != 1 || found[0].Text != want {
						s.t.Errorf("a search offers %+v", found)
					}
				})
			}
		})
	}
}

// A chat that does not say who somebody is in time holds up no picker.
func TestPickerOpensWithoutAZone(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		s.Directory = slowPeople{s.Directory}
		began := time.Now()
		_, f := s.picker()
		if took := time.Since(began); took > 3*time.Second || !strings.Contains(f.Options[0].Text, " UTC, ") {
			s.t.Errorf("after %s: %+v", took, f.Options[0])
		}
	})
}

// slowPeople answers the checks, and nobody who waits for less than a second.
type slowPeople struct{ policy.Directory }

func (d slowPeople) Person(ctx context.Context, user string) (policy.Person, error) {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < time.Second {
		<-ctx.Done()
		return policy.Person{}, ctx.Err()
	}
	return d.Directory.Person(ctx, user)
}
