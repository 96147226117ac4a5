package loss_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"docspace-restorebot/bot/loss"
	"docspace-restorebot/docspace"
)

const (
	created  docspace.Action = 5000
	updated  docspace.Action = 5002
	renamed  docspace.Action = 5001
	trashed  docspace.Action = 5017
	downward                 = -time.Minute // rows come newest first
)

var now = time.Date(2026, 3, 1, 22, 0, 0, 0, time.UTC)

// act is what one person did to the file of a room.
func act(user string, a docspace.Action, file string) docspace.AuditEvent {
	return docspace.AuditEvent{UserID: user, User: user, Action: a, Targets: []string{file}, Text: a.Name() + ": " + file, Context: "Rooms: Board"}
}

// counted counts acts that are listed newest first.
func counted(acts ...docspace.AuditEvent) (loss.Summary, loss.List) {
	c := loss.New(now, 0, []docspace.Room{{Title: "Board"}, {Title: "Deal", Private: true}})
	for i, e := range acts {
		e.ID, e.Date = int64(len(acts)-i), now.Add(time.Duration(i)*downward)
		c.Add(e)
	}
	return c.Summary(), c.List()
}

func TestAThingIsCountedOnceByWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		acts []docspace.AuditEvent
		lost loss.Tally
		back loss.Back
	}{
		"nothing":                     {},
		"made":                        {[]docspace.AuditEvent{act("ada", created, "1")}, loss.Tally{Created: 1}, loss.Back{}},
		"changed twice by two":        {[]docspace.AuditEvent{act("bob", renamed, "1"), act("ada", updated, "1")}, loss.Tally{Changed: 1}, loss.Back{}},
		"made, then changed":          {[]docspace.AuditEvent{act("ada", updated, "1"), act("ada", created, "1")}, loss.Tally{Created: 1}, loss.Back{}},
		"deleted":                     {[]docspace.AuditEvent{act("ada", trashed, "1")}, loss.Tally{}, loss.Back{Files: 1}},
		"made and deleted":            {[]docspace.AuditEvent{act("ada", trashed, "1"), act("ada", created, "1")}, loss.Tally{}, loss.Back{}},
		"changed, then deleted":       {[]docspace.AuditEvent{act("ada", trashed, "1"), act("ada", updated, "1")}, loss.Tally{}, loss.Back{Files: 1}},
		"an action of a newer server": {[]docspace.AuditEvent{act("ada", 7777, "1")}, loss.Tally{Other: 1}, loss.Back{}},
		"a login":                     {[]docspace.AuditEvent{act("ada", 1000, "1")}, loss.Tally{}, loss.Back{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := counted(c.acts...)
			if s.Lost != c.lost || s.Back != c.back {
				t.Errorf("lost %+v, back %+v, want %+v, %+v", s.Lost, s.Back, c.lost, c.back)
			}
		})
	}
}

func TestOnlyWhatIsInAnOpenRoomIsNamed(t *testing.T) {
	t.Parallel()
	own, private, gone := act("ada", created, "2"), act("ada", created, "3"), act("ada", created, "4")
	own.Context, private.Context, gone.Context = "Documents", "Rooms: Deal", "Rooms: Removed"
	s, l := counted(act("ada", created, "1"), own, private, gone)
	if s.Lost.Created != 4 || s.Lost.Personal != 1 {
		t.Errorf("%+v", s.Lost)
	}
	if len(l.Acts) != 1 || l.Acts[0].Target != "1" || l.Left != 2 {
		t.Errorf("%+v", l)
	}
	if diff := cmp.Diff([]loss.Own{{UserID: "ada", User: "ada", Files: 1}}, l.Personal); diff != "" {
		t.Error(diff)
	}
}

// A list that is read twice, with rows that were there before, says each thing once.
func TestMergingTwiceAddsNothing(t *testing.T) {
	t.Parallel()
	_, l := counted(act("ada", updated, "1"), act("bob", created, "2"))
	later := []loss.Act{{ID: 9, At: now, UserID: "ada", User: "ada", Action: updated, Target: "1", Text: "FileUpdated: 1", Where: "Rooms: Board"}}
	once, files := l.Merged(later)
	if files != 0 || len(once.Acts) != 2 || once.Acts[0].ID != 9 || once.Acts[0].Times != 1 {
		t.Errorf("%d files more, %+v", files, once.Acts)
	}
	twice, files := once.Merged(later)
	if diff := cmp.Diff(once, twice); diff != "" || files != 0 {
		t.Errorf("%d files more, %s", files, diff)
	}
	if _, files := l.Merged([]loss.Act{{ID: 10, Action: updated, Target: "new"}}); files != 1 {
		t.Errorf("a file that is not in the list counts %d times", files)
	}
}

func TestListIsBoundedAndSaysSo(t *testing.T) {
	t.Parallel()
	var acts []docspace.AuditEvent
	for i := range loss.MaxActs + 7 {
		acts = append(acts, act("ada", created, strconv.Itoa(i)))
	}
	s, l := counted(acts...)
	if s.Lost.Created != loss.MaxActs+7 || len(l.Acts) != loss.MaxActs || l.Left != 7 {
		t.Errorf("%d counted, %d listed, %d left", s.Lost.Created, len(l.Acts), l.Left)
	}
	merged, _ := l.Merged([]loss.Act{{ID: 1 << 40, Action: created, Target: "one more"}})
	if len(merged.Acts) != loss.MaxActs || merged.Left != 8 {
		t.Errorf("%d listed, %d left", len(merged.Acts), merged.Left)
	}
}

func TestGroupsAreByPersonOrRoomAndCanBeSearched(t *testing.T) {
	t.Parallel()
	_, l := counted(act("Zoe", created, "alpha"), act("ada", created, "beta"), act("", created, "gamma"))
	names := func(groups []loss.Group) (out []string) {
		for _, g := range groups {
			out = append(out, fmt.Sprintf("%s %d", g.Name, len(g.Acts)))
		}
		return out
	}
	for _, c := range []struct {
		byRoom bool
		find   string
		want   []string
	}{
		{false, "", []string{"ada 1", "Not told by whom 1", "Zoe 1"}},
		{true, "", []string{"Board 3"}},
		{false, "ALPHA", []string{"Zoe 1"}},
		{true, "board", []string{"Board 3"}},
		{false, "nothing like it", nil},
	} {
		if diff := cmp.Diff(c.want, names(l.Grouped(c.byRoom, c.find))); diff != "" {
			t.Errorf("by room %t, %q: %s", c.byRoom, c.find, diff)
		}
	}
}

func FuzzWord(f *testing.F) {
	for _, s := range []string{"", "Invited: ada@example.com", "two\nlines", "\u202eevil", strings.Repeat("ä", 300), "\xff", "a@b@c.example.com"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		w := loss.Word(s)
		if strings.ContainsAny(w, "\n\r\x00\u202e") || len([]rune(w)) > 200 {
			t.Errorf("%q is kept as %q", s, w)
		}
		if again := loss.Word(w); again != w {
			t.Errorf("%q is kept as %q and then as %q", s, w, again)
		}
	})
}
