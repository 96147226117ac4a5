package bot_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// rules is a model of who may confirm: what the settings say, written down
// once more, and without looking at the policy.
type rules struct {
	*bot.Bot
	t      *rapid.T
	store  *durable.Store
	chat   *channel
	portal *docspacetest.Portal

	needed       int
	self, typing bool
	frozen       bool
	open         string // the restore that is open, as last asked for
	confirmed    map[string]bool
	asked        int

	time consentModel
}

// longTests makes the models tell all their stories; otherwise they tell a third of
// them, others each time.
const longTests = "RESTOREBOT_LONG_TESTS"

// storiesEnough bounds the stories that are told on a real disk: each is some
// hundred transactions, and the race detector makes them ten times as long.
const storiesEnough = 30

// tellStories checks a model by so many stories at most.
func tellStories(t *testing.T, most int, story func(r *rapid.T)) {
	t.Helper()
	if os.Getenv(longTests) == "" {
		most /= 3
	}
	ran, failing := 0, false
	rapid.Check(t, func(r *rapid.T) {
		if ran++; ran > most && !failing {
			return
		}
		defer func() { failing = failing || r.Failed() }() // then rapid looks for a shorter one
		story(r)
	})
}

var modelPeople = []string{"UALICE", "UBOB", "UCAROL", "UDAVE", "UEVE"}

// TestApprovalRulesHoldWhateverHappens lets people ask, press, type, dismiss,
// join and leave groups, become guests, freeze and wait, in any order, against
// the real store. Each press has to be taken or refused as the model says, and
// a start has to have all that it needs at that very moment.
func TestApprovalRulesHoldWhateverHappens(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	empty, err := os.ReadFile(emptyDatabase(t, filepath.Join(dir, "empty.db")))
	if err != nil {
		t.Fatal(err)
	}
	tellStories(t, storiesEnough, func(r *rapid.T) {
		rapid.SyncTest(r, func(r *rapid.T) {
			m := newRules(r, filepath.Join(dir, "model.db"), empty)
			defer func() { _ = m.store.Close() }()
			r.Repeat(map[string]func(*rapid.T){
				"ask": m.ask, "press": m.press, "press again": m.press, "press of many": m.many, "dismiss": m.dismiss,
				"groups": m.groups, "guests": m.guests, "freeze": m.freeze, "wait": m.wait, "step": m.step, "": m.check,
				"die": m.die, "set the clock": m.setClock, "copy": m.copy, "put back": m.putBack,
			})
			m.finish()
		})
	})
}

// emptyDatabase makes a database once: to migrate one takes the most time.
func emptyDatabase(t *testing.T, file string) string {
	t.Helper()
	s, err := durable.Open(t.Context(), "sqlite:"+file)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return file
}

func newRules(t *rapid.T, file string, empty []byte) *rules {
	for _, suffix := range []string{"-wal", "-shm"} {
		_ = os.Remove(file + suffix)
	}
	if err := os.WriteFile(file, empty, 0o600); err != nil {
		t.Fatal(err)
	}
	m := &rules{
		t: t, portal: docspacetest.New(docspacetest.Config{}),
		chat:      &channel{people: map[string]policy.Person{}, groups: map[string][]string{"S1": {"UBOB", "UCAROL"}}},
		needed:    rapid.IntRange(1, 3).Draw(t, "approvals"),
		self:      rapid.Bool().Draw(t, "self-approval"),
		typing:    rapid.Bool().Draw(t, "typing"),
		confirmed: map[string]bool{}, time: newConsentModel(file),
	}
	m.Bot = &bot.Bot{
		Chat: m.chat, Directory: m.chat, Poll: 3 * time.Second, Log: slog.New(slog.DiscardHandler),
		Portals: bot.Portals{{PortalName: bot.PortalName{Name: "docs"}, API: &docspace.Client{
			BaseURL: "https://docs.example.com", Key: docspace.NewSecret(m.portal.Key()), HTTP: docspacetest.Via(m.portal),
		}}},
		Policy: policy.Policy{
			Team: "T1", App: "A1", Users: policy.AllowList{Any: true}, Channels: policy.AllowList{IDs: []string{"COPS"}}, TTL: 15 * time.Minute,
			Approvers: policy.AllowList{IDs: []string{"UALICE", "UDAVE"}, Groups: []string{"S1"}},
			Approvals: m.needed, SelfApproval: m.self, Typing: m.typing,
		},
	}
	m.wake(t)
	return m
}

func (m *rules) now() bot.Restore {
	r, err := m.store.Get(m.t.Context(), m.open)
	if err != nil {
		m.t.Fatal(err)
	}
	return r
}

// may says whether somebody has the right to confirm now, by the model.
func (m *rules) may(user string) bool {
	listed := user == "UALICE" || user == "UDAVE" || slices.Contains(m.chat.groups["S1"], user)
	return listed && !m.chat.people[user].Guest
}

func (m *rules) ask(t *rapid.T) {
	if m.open != "" && m.now().State.Open() {
		t.Skip("one is open")
	}
	m.asked++
	text := m.portal.Backups()[0].ID
	a, _ := m.Command(t.Context(), bot.Command{Caller: caller("UALICE"), Delivery: string(rune('a' + m.asked)), Text: text})
	accepted, ok := a.(bot.Accepted)
	if ok == m.frozen {
		t.Fatalf("while frozen is %v, the request was answered %+v", m.frozen, a)
	}
	if ok {
		m.open, m.confirmed = accepted.Restore.ID, map[string]bool{}
		m.time.agreed = 0
		m.step(t)
		m.step(t)
	}
}

func (m *rules) press(t *rapid.T) {
	if m.open == "" {
		t.Skip("nothing to press")
	}
	r, user := m.now(), rapid.SampledFrom(modelPeople).Draw(t, "who")
	right := !m.typing || rapid.SampledFrom([]bool{true, true, false}).Draw(t, "right word")
	want := r.State == bot.Requested && r.Shown.State == bot.Requested && r.CardTS != "" && time.Now().Before(r.ExpiresAt) && !m.frozen && m.may(user) && !m.chat.people[r.Requester].Guest &&
		(m.self || user != r.Requester) && !m.confirmed[user] && right
	took := m.pressed(t, r, user, right)
	if took != want {
		t.Fatalf("%s pressed in %s (frozen %v, may %v, confirmed %v, right word %v): taken %v, want %v",
			user, r.State, m.frozen, m.may(user), m.confirmed[user], right, took, want)
	}
	if took {
		m.confirmed[user] = true
		m.time.took(len(m.confirmed) >= m.needed)
	}
	now := m.now()
	if len(now.Confirmations) != len(m.confirmed) && now.State != bot.Refused {
		t.Fatalf("%d confirmations, want %d", len(now.Confirmations), len(m.confirmed))
	}
	if enough := len(m.confirmed) >= m.needed; took && enough != (now.State == bot.Confirmed) {
		t.Fatalf("%d of %d, and it is %s", len(m.confirmed), m.needed, now.State)
	}
}

// many presses one after the other, so that often enough of them are taken.
func (m *rules) many(t *rapid.T) {
	for range 6 {
		m.press(t)
	}
	if rapid.Bool().Draw(t, "at once") {
		m.step(t)
	}
}

// pressed reports whether a confirmation was taken.
func (m *rules) pressed(t *rapid.T, r bot.Restore, user string, right bool) bool {
	action := bot.PressConfirm
	if m.typing {
		action = bot.PressType
	}
	a, later := m.Press(t.Context(), bot.Press{Caller: caller(user), Action: action, Restore: r.ID, MessageTS: r.CardTS})
	if _, opens := a.(bot.OpenModal); opens {
		a = later(t.Context())
	}
	modal, ok := a.(bot.Modal)
	if !ok {
		return a == nil
	}
	word := "docs"
	if !right {
		word = "other"
	}
	who := caller(user)
	who.Channel = ""
	a, _ = m.Submit(t.Context(), bot.Submission{Caller: who, Modal: modal.ID, Values: map[string][]string{"word": {word}}})
	return a == nil
}

func (m *rules) dismiss(t *rapid.T) {
	if m.open == "" || rapid.IntRange(0, 3).Draw(t, "seldom") > 0 {
		t.Skip("nothing to dismiss")
	}
	r, user := m.now(), rapid.SampledFrom(modelPeople).Draw(t, "who")
	may := (user == r.Requester && !m.chat.people[user].Guest) || m.may(user)
	a, _ := m.Press(t.Context(), bot.Press{Caller: caller(user), Action: bot.PressDismiss, Restore: r.ID, MessageTS: r.CardTS})
	if want := r.State == bot.Requested && r.CardTS != "" && may; (a == nil) != want {
		t.Fatalf("%s dismissed in %s: %+v, want it taken: %v", user, r.State, a, want)
	}
}

func (m *rules) groups(t *rapid.T) {
	if rapid.IntRange(0, 6).Draw(t, "unreadable") == 0 {
		delete(m.chat.groups, "S1")
		return
	}
	m.chat.groups["S1"] = rapid.SliceOfNDistinct(rapid.SampledFrom(modelPeople), 0, 4, rapid.ID).Draw(t, "members")
}

func (m *rules) guests(t *rapid.T) {
	m.chat.people[rapid.SampledFrom(modelPeople).Draw(t, "who")] = policy.Person{Guest: rapid.IntRange(0, 2).Draw(t, "guest") == 0}
}

func (m *rules) freeze(t *rapid.T) {
	user, verb := rapid.SampledFrom(modelPeople).Draw(t, "who"), "freeze for a while"
	if m.frozen {
		verb = "unfreeze"
	} else if rapid.Bool().Draw(t, "seldom") {
		t.Skip("no freeze now")
	}
	a, _ := m.Command(t.Context(), bot.Command{Caller: caller(user), Delivery: "f", Text: verb})
	_, took := a.(bot.FreezeSet)
	if took != m.may(user) {
		t.Fatalf("%s, who may: %v, said %s: %+v", user, m.may(user), verb, a)
	}
	if took {
		m.frozen = !m.frozen
	}
}

func (m *rules) wait(t *rapid.T) {
	time.Sleep(time.Duration(rapid.IntRange(1, 8).Draw(t, "minutes")) * time.Minute / 2)
}

// step takes the restore one step further. A start must be right when it comes.
func (m *rules) step(t *rapid.T) {
	if m.open == "" {
		t.Skip("nothing to do")
	}
	m.walked(t)
}

// walked takes a step, and says when the next is due.
func (m *rules) walked(t *rapid.T) time.Duration {
	before, r := m.portal.Starts(), m.now()
	next, _ := m.Step(t.Context(), r.ID, r.Generation)
	for _, user := range m.now().Withdrawn {
		if m.confirmed[user] && !slices.Contains(m.now().Confirmers(), user) {
			if m.may(user) {
				t.Fatalf("the confirmation of %s was taken back, who may confirm", user)
			}
			delete(m.confirmed, user)
		}
	}
	if m.portal.Starts() == before {
		return next.After
	}
	m.time.started(t)
	switch {
	case m.frozen:
		t.Fatal("it started while frozen")
	case len(m.confirmed) < m.needed:
		t.Fatalf("it started with %d of %d", len(m.confirmed), m.needed)
	case !m.self && m.confirmed[r.Requester]:
		t.Fatal("the person who asked was counted")
	}
	if m.chat.people[r.Requester].Guest {
		t.Fatal("it started although the person who asked may not ask any more")
	}
	for user := range m.confirmed {
		if !m.may(user) {
			t.Fatalf("it started although %s may not confirm any more", user)
		}
	}
	return next.After
}

// check holds after every act.
func (m *rules) check(t *rapid.T) {
	if n := m.portal.Starts(); n > m.time.used {
		t.Fatalf("startrestore was sent %d times for %d agreements", n, m.time.used)
	}
	if s := m.state(); s != bot.Confirmed && s != bot.Saving {
		m.time.over()
	}
	f, err := m.store.Frozen(t.Context())
	if err != nil || f.On() != m.frozen {
		t.Fatalf("frozen %v, %v, want %v", f.On(), err, m.frozen)
	}
}

// finish lets what is on its way come to its end, and reads the trail.
func (m *rules) finish() {
	for range 3000 {
		if m.open == "" {
			break
		}
		if m.over() {
			break
		}
		time.Sleep(m.walked(m.t))
	}
	if m.open != "" && !m.over() {
		m.t.Fatalf("it came to no end and asks nobody: %s", m.now().State)
	}
	m.check(m.t)
	if _, err := m.store.CheckAudit(m.t.Context(), durable.AuditHead{}); err != nil {
		m.t.Fatal(err)
	}
}
