package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// peer is another replica with the same Store, and nothing else of this one.
func (s *scene) peer() *bot.Bot {
	b := s.Bot
	return &bot.Bot{
		Store: b.Store, Chat: b.Chat, Directory: b.Directory, Portals: b.Portals, Policy: b.Policy,
		Process: b.Process, Poll: b.Poll, Doctor: b.Doctor, Log: b.Log,
	}
}

func histories(s *scene) (n int) {
	for _, r := range s.portal.Requests() {
		if strings.HasSuffix(r.Path, "getbackuphistory") {
			n++
		}
	}
	return n
}

func deep(s *scene, n int) {
	for i := range n {
		s.portal.AddBackup(docspacetest.Backup{StorageType: 3, CreatedOn: time.Now().Add(-time.Duration(i+100) * time.Hour), FileName: fmt.Sprintf("old-%d.tar.gz", i)})
	}
}

// What the database keeps of a picker does not grow with the history.
func TestPickerKeepsNoListInTheStore(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		deep(s, 5000)
		m, _ := s.picker()
		if f := s.store.forms[m.ID]; len(f.Data) == 0 || len(f.Data) > 200 {
			s.t.Errorf("the form holds %d bytes", len(f.Data))
		}
	})
}

// A search that comes to another replica asks the portal anew, once for all of
// its searches; a submit there is looked up as a typed command is.
func TestPickerIsServedByAnotherReplica(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		deep(s, 150)
		m, f := s.picker()
		asked, other := histories(s), s.peer()
		sub := filled(m, nil)
		sub.Field, sub.Query = f.Name, "old-149"
		for range 3 {
			if found := other.Suggest(s.t.Context(), sub); len(found) != 1 {
				s.t.Errorf("another replica offers %d", len(found))
			}
		}
		if n := histories(s) - asked; n != 1 {
			s.t.Errorf("the portal was asked %d times", n)
		}
		third := s.peer()
		for id, ok := range map[string]bool{"rm -rf": false, s.portal.Backups()[0].ID: true} {
			a, _ := third.Submit(s.t.Context(), filled(m, map[string][]string{f.Name: {id}}))
			if _, accepted := a.(bot.Accepted); accepted != ok {
				s.t.Errorf("a submit of %q there was answered %+v", id, a)
			}
		}
	})
}

// A portal whose list takes long is not waited for: it is there for a later
// letter, and asked once.
func TestSearchDoesNotWaitForASlowPortal(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		deep(s, 150)
		m, f := s.picker()
		asked, other := histories(s), s.peer()
		s.portal.Break(func(f *docspacetest.Faults) { f.Delay = 8 * time.Second })
		sub := filled(m, nil)
		sub.Field = f.Name
		for range 2 {
			began := time.Now()
			if found := other.Suggest(s.t.Context(), sub); len(found) != 0 || time.Since(began) > 2*time.Second {
				s.t.Errorf("%d offered after %s", len(found), time.Since(began))
			}
		}
		time.Sleep(10 * time.Second)
		if found := other.Suggest(s.t.Context(), sub); len(found) != 100 || histories(s)-asked != 1 {
			s.t.Errorf("later %d are offered, the portal was asked %d times", len(found), histories(s)-asked)
		}
	})
}

// More portals than a menu holds are searched for.
func TestPickerSearchesManyPortals(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		for i := 2; i <= 150; i++ {
			p := s.Portals[0]
			p.Name, p.URL = fmt.Sprintf("portal%d", i), fmt.Sprintf("https://p%d.example.com", i)
			s.Portals = append(s.Portals, p)
		}
		m, ok := s.opened("--portal portal150").(bot.Modal)
		menu, found := field(m, "portal")
		if !ok || !found || menu.Kind != bot.FieldSearch || menu.Initial != "portal150" || len(menu.Options) != 1 {
			s.t.Fatalf("the portals are %+v", menu)
		}
		sub := filled(m, nil)
		sub.Field, sub.Query = "portal", "PORTAL14"
		if offered := s.Suggest(s.t.Context(), sub); len(offered) != 11 {
			s.t.Errorf("offered %+v", offered)
		}
		change := filled(m, map[string][]string{"portal": {"portal149"}})
		change.Field = "portal"
		_, later := s.Choose(s.t.Context(), change)
		next, _ := later(s.t.Context()).(bot.Modal)
		if menu, _ = field(next, "portal"); menu.Initial != "portal149" {
			s.t.Errorf("after a change: %+v", menu)
		}
		sub.Caller.User = "UEVE"
		if offered := s.Suggest(s.t.Context(), sub); len(offered) != 0 {
			s.t.Errorf("a stranger is offered %+v", offered)
		}
	})
}

// Show older goes on with the list that people see, expired backups too, whatever a
// picker has asked for meanwhile.
func TestShowOlderShowsExpiredBackupsAfterAPicker(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		old := s.portal.AddBackup(docspacetest.Backup{StorageType: 4, CreatedOn: time.Now().Add(-time.Hour), ExpiresOn: time.Now().Add(-time.Minute)})
		s.picker()
		asked := histories(s)
		_, later := s.Press(s.t.Context(), bot.Press{Caller: caller("UALICE"), Action: bot.PressOlder, Restore: s.Portals[0].Name + " 0"})
		list, ok := later(s.t.Context()).(bot.Backups)
		if !ok || !slices.ContainsFunc(list.Backups, func(b docspace.Backup) bool { return b.ID == old }) {
			s.t.Errorf("older ones: %+v", list)
		}
		if n := histories(s) - asked; n != 0 {
			s.t.Errorf("the portal was asked %d times more", n)
		}
	})
}
