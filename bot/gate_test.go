package bot_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace/docspacetest"
)

func TestCallerFromElsewhereIsRefusedWithWordsOfItsOwn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*policy.Caller)
		policy func(*policy.Policy)
		want   policy.Rule
		says   string
	}{
		"our own":                  {func(*policy.Caller) {}, nil, "", ""},
		"another team":             {func(c *policy.Caller) { c.Team = "T2" }, nil, policy.RuleWorkspace, "a workspace that the bot does not serve"},
		"no team":                  {func(c *policy.Caller) { c.Team = "" }, nil, policy.RuleWorkspace, "a workspace that the bot does not serve"},
		"another home":             {func(c *policy.Caller) { c.Home = "T2" }, nil, policy.RuleWorkspace, "You belong to another workspace"},
		"another organisation":     {func(c *policy.Caller) { c.Enterprise = "E2" }, nil, policy.RuleWorkspace, "an organisation that the bot does not serve"},
		"another app":              {func(c *policy.Caller) { c.App = "A2" }, nil, policy.RuleApp, "another Slack app"},
		"no app":                   {func(c *policy.Caller) { c.App = "" }, nil, policy.RuleApp, "another Slack app"},
		"an app not that of hello": {func(c *policy.Caller) { c.Via = "A2" }, nil, policy.RuleApp, "another Slack app"},
		"the app of hello":         {func(c *policy.Caller) { c.Via = "A1" }, func(p *policy.Policy) { p.App = "" }, "", ""},
		"no app known":             {func(*policy.Caller) {}, func(p *policy.Policy) { p.App = "" }, policy.RuleApp, "has not said yet"},
		"our grid":                 {func(c *policy.Caller) { c.Enterprise, c.Home = "E1", "T9" }, func(p *policy.Policy) { p.Enterprise = "E1" }, "", ""},
		"our grid, seen from elsewhere": {
			func(c *policy.Caller) { c.Enterprise, c.Team = "E1", "T9" }, func(p *policy.Policy) { p.Enterprise = "E1" }, "", "",
		},
		"another grid, seen from here": {
			func(c *policy.Caller) { c.Enterprise = "E2" }, func(p *policy.Policy) { p.Enterprise = "E1" }, policy.RuleWorkspace, "an organisation that",
		},
		"no grid, seen from elsewhere": {
			func(c *policy.Caller) { c.Team = "T9" }, func(p *policy.Policy) { p.Enterprise = "E1" }, policy.RuleWorkspace, "a workspace that",
		},
		"a direct message": {func(c *policy.Caller) { c.Channel = "D1" }, nil, policy.RuleChannel, "direct messages"},
		"another channel":  {func(c *policy.Caller) { c.Channel = "C2" }, nil, policy.RuleChannel, "not set up"},
		"nobody":           {func(c *policy.Caller) { c.User = "" }, nil, policy.RulePerson, "not on the list"},
		"a stranger":       {func(c *policy.Caller) { c.User = "UEVE" }, nil, policy.RulePerson, "not on the list"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				if c.policy != nil {
					c.policy(&s.Policy)
				}
				who := caller("UALICE")
				c.change(&who)
				a, _ := s.Command(s.t.Context(), bot.Command{Caller: who, Delivery: "d", Text: s.portal.Backups()[0].ID})
				no, refused := a.(*policy.Refusal)
				if refused != (c.want != "") || (refused && (no.Rule != c.want || !strings.Contains(no.What, c.says))) {
					s.t.Errorf("answered %+v", a)
				}
			})
		})
	}
}

func TestPersonIsInspectedBeforeTheCardAndAtThePress(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		person policy.Person
		grid   string
		want   policy.Rule
		says   string
	}{
		"a guest":             {policy.Person{Guest: true}, "", policy.RulePerson, "Guests"},
		"a bot":               {policy.Person{Bot: true}, "", policy.RulePerson, "Bots"},
		"deactivated":         {policy.Person{Deleted: true}, "", policy.RulePerson, "deactivated"},
		"a stranger":          {policy.Person{Stranger: true}, "", policy.RulePerson, "another organisation"},
		"another team":        {policy.Person{Team: "T2"}, "", policy.RuleWorkspace, "another workspace"},
		"another grid":        {policy.Person{Team: "T2", Enterprise: "E2", Teams: []string{"T1"}}, "E1", policy.RuleWorkspace, "another workspace"},
		"elsewhere in a grid": {policy.Person{Team: "T2", Enterprise: "E1", Teams: []string{"T2"}}, "E1", policy.RuleWorkspace, "another workspace"},
		"ours in a grid":      {policy.Person{Team: "T2", Enterprise: "E1", Teams: []string{"T2", "T1"}}, "E1", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				s.Policy.Enterprise = c.grid
				r := s.request("")
				s.chat.people["UBOB"] = c.person
				a := s.press(r, "UBOB", bot.PressConfirm)
				no, refused := a.(*policy.Refusal)
				if refused != (c.want != "") || (refused && (no.Rule != c.want || !strings.Contains(no.What, c.says))) {
					s.t.Errorf("the press was answered %+v", a)
				}
				if c.want != "" {
					s.chat.people["UALICE"] = c.person
					s.press(r, "UBOB", bot.PressDismiss)
					s.chat.people["UBOB"] = policy.Person{}
					s.press(r, "UBOB", bot.PressDismiss)
					s.walk(r.ID, never)
					again := s.ask(s.portal.Backups()[0].ID).(bot.Accepted)
					s.want(s.walk(again.Restore.ID, never), bot.Refused, 0)
				}
			})
		})
	}
}

func TestPressCountsOnlyOnTheCardOfItsRestore(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		r := s.request("")
		for name, p := range map[string]bot.Press{
			"another message": {Caller: caller("UBOB"), Restore: r.ID, MessageTS: "9.9"},
			"another channel": {Caller: policy.Caller{App: "A1", Team: "T1", Channel: "C2", User: "UBOB"}, Restore: r.ID, MessageTS: r.CardTS},
			"unknown":         {Caller: caller("UBOB"), Restore: "nothing", MessageTS: r.CardTS},
		} {
			for _, action := range []bot.Action{bot.PressConfirm, bot.PressDismiss, bot.PressStop, bot.PressType, bot.PressRestored, "other"} {
				p.Action = action
				a, later := s.Press(s.t.Context(), p)
				if _, opens := a.(bot.OpenModal); opens {
					a = later(s.t.Context())
				} else if later != nil {
					later(s.t.Context()) // the buttons are taken off the stranger
				}
				if _, refused := a.(*policy.Refusal); !refused {
					s.t.Errorf("%s, %s: %+v", name, action, a)
				}
			}
		}
		if now, _ := s.store.Get(s.t.Context(), r.ID); now.State != bot.Requested || len(now.Confirmations) != 0 {
			s.t.Errorf("the restore: %+v", now)
		}
		if len(s.chat.retired) != 6 || slices.ContainsFunc(s.chat.retired, func(ts string) bool { return ts != "9.9" }) {
			s.t.Errorf("retired: %q", s.chat.retired)
		}
	})
}

func TestTwoPeopleAreCountedAndThePersonWhoAskedIsNone(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		s.Policy.Approvals, s.Policy.SelfApproval = 2, false
		s.Policy.Approvers = policy.AllowList{IDs: []string{"UALICE", "UBOB", "UCAROL"}}
		r := s.request("")
		s.refused(s.press(r, "UALICE", bot.PressConfirm), policy.RuleSecond)
		if a := s.press(r, "UBOB", bot.PressConfirm); a != nil {
			s.t.Fatalf("the first was answered %+v", a)
		}
		s.refused(s.press(r, "UBOB", bot.PressConfirm), policy.RuleSecond)
		s.walk(r.ID, func(bot.Restore) bool { return len(s.chat.shown.Restore.Confirmations) == 1 })
		if rules := s.chat.shown.Rules; rules.Needed != 2 || !rules.OthersOnly {
			s.t.Errorf("the card says %+v", rules)
		}
		s.press(r, "UCAROL", bot.PressConfirm)
		s.want(s.walk(r.ID, never), bot.Succeeded, 1)
	})
}

// What admitted a request is checked at the press, too: nobody can confirm what
// could not be asked for now.
func TestWhatAdmittedARequestIsCheckedAtThePress(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(s *scene)
		want   policy.Rule
	}{
		"the person who asked is off the list": {func(s *scene) { s.Policy.Users = policy.AllowList{IDs: []string{"UBOB"}} }, policy.RulePerson},
		"the person who asked has left":        {func(s *scene) { s.chat.people["UALICE"] = policy.Person{Deleted: true} }, policy.RulePerson},
		"the person who asked is a guest":      {func(s *scene) { s.chat.people["UALICE"] = policy.Person{Guest: true} }, policy.RulePerson},
		"the channel is off the list":          {func(s *scene) { s.Policy.Channels = policy.AllowList{IDs: []string{"CELSE"}} }, policy.RuleChannel},
		"the channel is shared":                {func(s *scene) { s.chat.shared = true }, policy.RuleChannel},
	} {
		for _, typed := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				play(t, func(s *scene) {
					s.Policy.Typing = typed
					action := map[bool]bot.Action{false: bot.PressConfirm, true: bot.PressType}[typed]
					r := s.request("")
					c.change(s)
					s.refused(s.press(r, "UBOB", action), c.want)
					r = s.walk(r.ID, never)
					s.want(r, bot.Expired, 0)
				})
			})
		}
	}
}

// Who confirmed and may not any more loses that, and not the whole request: the
// others are asked again.
func TestAConfirmerWhoLostTheRightLosesThePressAlone(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(s *scene){
		"left the group": func(s *scene) { s.chat.groups["S1"] = []string{"UALICE"} },
		"is a guest now": func(s *scene) { s.chat.people["UBOB"] = policy.Person{Guest: true} },
		"has left":       func(s *scene) { s.chat.people["UBOB"] = policy.Person{Deleted: true} },
	} {
		for _, backup := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				play(t, func(s *scene) {
					s.chat.groups = map[string][]string{"S1": {"UALICE", "UBOB"}}
					s.Policy.Approvers = policy.AllowList{Groups: []string{"S1"}}
					if backup {
						guarded(s)
					}
					r := s.request("")
					if a := s.press(r, "UBOB", bot.PressConfirm); a != nil {
						s.t.Fatalf("the press was answered %+v", a)
					}
					if backup { // the right is lost while the portal is backed up
						r = s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Saving })
					}
					change(s)
					r = s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Requested && r.WithdrawnTold > 0 })
					if len(r.Confirmations) != 0 || !slices.Equal(r.Withdrawn, []string{"UBOB"}) || len(s.told(bot.NoteWithdrawn)) != 1 || r.Safety.Stage != "" {
						s.t.Errorf("%+v, %d told", r, len(s.told(bot.NoteWithdrawn)))
					}
					if a := s.press(r, "UALICE", bot.PressConfirm); a != nil {
						s.t.Fatalf("the other's press was answered %+v", a)
					}
					s.want(s.walk(r.ID, never), bot.Succeeded, 1)
				})
			})
		}
	}
}

// Who joined the group a moment ago is let in, and asking anew costs no more than
// Slack allows.
func TestWhoJoinedTheGroupIsLetIn(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		old := &aging{channel: s.chat, known: map[string][]string{"S1": {"UALICE"}}}
		s.Directory = old
		s.chat.groups = map[string][]string{"S1": {"UALICE", "UBOB"}}
		s.Policy.Approvers = policy.AllowList{Groups: []string{"S1"}}
		r := s.request("")
		if a := s.press(r, "UBOB", bot.PressConfirm); a != nil {
			s.t.Fatalf("the press was answered %+v", a)
		}
		s.want(s.walk(r.ID, never), bot.Succeeded, 1)
	})
	old := &aging{channel: &channel{}, known: map[string][]string{"S1": {"UALICE"}}, busy: true}
	if ok, err := (policy.AllowList{Groups: []string{"S1"}}).Has(t.Context(), old, "UBOB"); ok || err != nil {
		t.Errorf("when it is not the bot's turn to ask: %t, %v", ok, err)
	}
}

// aging is a directory whose answers are old until it is asked anew.
type aging struct {
	*channel

	known map[string][]string
	busy  bool
}

func (a *aging) Members(_ context.Context, group string) ([]string, error) {
	return a.known[group], nil
}

func (a *aging) Fresh() policy.Directory {
	if a.busy {
		return busyDirectory{a.channel}
	}
	return a.channel
}

type busyDirectory struct{ *channel }

func (busyDirectory) Members(context.Context, string) ([]string, error) {
	return nil, policy.ErrChatBusy
}

// What changes between the last confirmation and the start keeps it from
// starting, and the channel is told.
func TestRightsAndPlanAreCheckedAgainJustBeforeTheStart(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(s *scene)
		want   policy.Rule
	}{
		"the person who asked is off the list": {func(s *scene) { s.Policy.Users = policy.AllowList{IDs: []string{"UBOB"}} }, policy.RulePerson},
		"the person who asked has left":        {func(s *scene) { s.chat.people["UALICE"] = policy.Person{Deleted: true} }, policy.RulePerson},
		"the channel is off the list":          {func(s *scene) { s.Policy.Channels = policy.AllowList{IDs: []string{"CELSE"}} }, policy.RuleChannel},
		"the group cannot be read":             {func(s *scene) { delete(s.chat.groups, "S1") }, policy.RuleDirectory},
		"the channel is shared now":            {func(s *scene) { s.chat.shared = true }, policy.RuleChannel},
		"the rules changed":                    {func(s *scene) { s.Policy.Approvals = 2 }, policy.RulePlan},
		"the backup changed": {func(s *scene) {
			s.portal.ChangeBackup(s.portal.Backups()[0].ID, func(b *docspacetest.Backup) { b.FileName = "other.tar.gz" })
		}, policy.RulePlan},
		"the backup is gone": {func(s *scene) {
			s.portal.ChangeBackup(s.portal.Backups()[0].ID, func(b *docspacetest.Backup) { b.Missing = true })
		}, policy.RuleBackup},
		"frozen": {func(s *scene) {
			_ = s.store.SetFreeze(s.t.Context(), bot.Freeze{By: "UBOB", Reason: "x", At: time.Now()})
		}, policy.RuleFreeze},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				s.chat.groups = map[string][]string{"S1": {"UBOB"}}
				s.Policy.Approvers = policy.AllowList{Groups: []string{"S1"}}
				r := s.request("")
				if a := s.press(r, "UBOB", bot.PressConfirm); a != nil {
					s.t.Fatalf("the press was answered %+v", a)
				}
				c.change(s)
				r = s.walk(r.ID, never)
				s.want(r, bot.Failed, 0)
				if r.Reason.Rule != c.want || unchanged.MatchString(r.Reason.What) || r.Effect() != bot.Untouched {
					s.t.Errorf("told %+v, want rule %s", r.Reason, c.want)
				}
				if len(s.chat.replies) != 1 {
					s.t.Errorf("the channel got %+v", s.chat.replies)
				}
			})
		})
	}
}

func TestSlackThatAnswersAgainLetsAConfirmedRestoreStart(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		s.chat.groups = map[string][]string{"S1": {"UBOB"}}
		s.Policy.Approvers = policy.AllowList{Groups: []string{"S1"}}
		r := s.request("")
		s.press(r, "UBOB", bot.PressConfirm)
		delete(s.chat.groups, "S1")
		for range 5 {
			now, _ := s.store.Get(s.t.Context(), r.ID)
			next, _ := s.Step(s.t.Context(), r.ID, now.Generation)
			time.Sleep(next.After)
		}
		s.chat.groups["S1"] = []string{"UBOB"}
		s.want(s.walk(r.ID, never), bot.Succeeded, 1)
	})
}

func TestTypingTheNameConfirmsAndAWrongWordIsToldInTheField(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		s.Policy.Typing = true
		r := s.request("")
		s.refused(s.press(r, "UBOB", bot.PressConfirm), policy.RuleTyping)
		for _, word := range []string{"", "doc", "docs!", "dоcs", strings.Repeat("docs", 1000), "docs docs"} {
			if faults, ok := s.typed(r, "UBOB", word).(bot.Faults); !ok || !strings.Contains(faults["word"].String(), "name. Your press changed nothing. Type docs") {
				s.t.Errorf("%.20q was answered %+v", word, faults)
			}
		}
		if a := s.typed(r, "UBOB", " Docs\u200b\u00a0"); a != nil {
			s.t.Fatalf("the right word was answered %+v", a)
		}
		s.want(s.walk(r.ID, never), bot.Succeeded, 1)
		typed := 0
		for _, e := range s.store.events {
			if e.Kind == bot.EventTyped {
				typed++
				if len([]rune(e.Detail["typed"])) > 101 {
					s.t.Errorf("the trail keeps %d runes", len([]rune(e.Detail["typed"])))
				}
			}
			if e.Kind == bot.EventConfirmed && e.Detail["typed"] == "" {
				s.t.Error("the trail does not keep the word of the confirmation")
			}
		}
		if typed != 6 {
			s.t.Errorf("%d wrong words in the trail, want 6", typed)
		}
	})
}

func TestModalCountsOnlyForWhoOpenedItAndForThePlanItShows(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		by     string
		change func(s *scene, r bot.Restore, m *bot.Modal)
		want   policy.Rule
	}{
		"somebody else's":      {"UALICE", func(*scene, bot.Restore, *bot.Modal) {}, policy.RulePerson},
		"an unknown one":       {"UBOB", func(_ *scene, _ bot.Restore, m *bot.Modal) { m.ID = "forged" }, policy.RuleStale},
		"one of changed rules": {"UBOB", func(s *scene, _ bot.Restore, _ *bot.Modal) { s.Policy.SelfApproval = false }, policy.RulePlan},
		"one of another plan": {"UBOB", func(s *scene, _ bot.Restore, m *bot.Modal) {
			f := s.store.forms[m.ID]
			f.Data = "another"
			s.store.forms[m.ID] = f
		}, policy.RulePlan},
		"an old one":        {"UBOB", func(*scene, bot.Restore, *bot.Modal) { time.Sleep(16 * time.Minute) }, policy.RuleStale},
		"of a dismissed":    {"UBOB", func(s *scene, r bot.Restore, _ *bot.Modal) { s.press(r, "UALICE", bot.PressDismiss) }, policy.RuleStale},
		"of a confirmed":    {"UBOB", func(s *scene, r bot.Restore, _ *bot.Modal) { s.typed(r, "UALICE", "docs") }, policy.RuleStale},
		"while frozen":      {"UBOB", func(s *scene, _ bot.Restore, _ *bot.Modal) { s.store.freeze = bot.Freeze{At: time.Now()} }, policy.RuleFreeze},
		"of one who left":   {"UBOB", func(s *scene, _ bot.Restore, _ *bot.Modal) { s.Policy.Approvers.IDs = s.Policy.Approvers.IDs[:1] }, policy.RulePlan},
		"of a guest now":    {"UBOB", func(s *scene, _ bot.Restore, _ *bot.Modal) { s.chat.people["UBOB"] = policy.Person{Guest: true} }, policy.RulePerson},
		"where it's shared": {"UBOB", func(s *scene, _ bot.Restore, _ *bot.Modal) { s.chat.shared = true }, policy.RuleChannel},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				s.Policy.Typing = true
				r := s.request("")
				m, ok := s.press(r, "UBOB", bot.PressType).(bot.Modal)
				if !ok {
					s.t.Fatal("no modal")
				}
				c.change(s, r, &m)
				s.refused(s.submit(m, c.by, "docs"), c.want)
				if s.portal.Starts() != 0 {
					s.t.Error("it was started")
				}
			})
		})
	}
}

func TestFreezeHoldsEverythingUntilItEnds(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		s.Policy.Approvers = policy.AllowList{IDs: []string{"UALICE"}}
		r := s.request("")
		bob := func(text string) bot.Answer {
			a, later := s.Command(s.t.Context(), bot.Command{Caller: caller("UBOB"), Delivery: text, Text: text})
			if later != nil {
				return later(s.t.Context())
			}
			return a
		}
		s.refused(bob("freeze mine"), policy.RuleApprover)
		s.refused(s.ask("freeze"), policy.RuleSyntax)
		if set, ok := s.ask("freeze we're migrating until 04:00").(bot.FreezeSet); !ok || set.Freeze.Reason != "we're migrating until 04:00" {
			s.t.Fatalf("freeze was answered %+v", set)
		}
		s.refused(s.press(r, "UALICE", bot.PressConfirm), policy.RuleFreeze)
		s.refused(bob(s.portal.Backups()[0].ID), policy.RuleFreeze)
		s.walk(r.ID, func(bot.Restore) bool { return s.chat.shown.Freeze.On() })
		if st, ok := bob("status").(bot.Status); !ok || st.Freeze.Reason != "we're migrating until 04:00" {
			s.t.Errorf("status: %+v", st)
		}
		s.refused(bob("unfreeze"), policy.RuleApprover)
		if set, ok := s.ask("unfreeze").(bot.FreezeSet); !ok || !set.Ended.On() {
			s.t.Errorf("unfreeze was answered %+v", set)
		}
		s.walk(r.ID, func(bot.Restore) bool { return !s.chat.shown.Freeze.On() })
		s.press(r, "UALICE", bot.PressConfirm)
		s.want(s.walk(r.ID, never), bot.Succeeded, 1)
	})
}

func TestFreezeThatCannotBeReadIsOne(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		r := s.request("")
		s.store.broken = errors.New("no such table")
		s.refused(s.press(r, "UBOB", bot.PressConfirm), policy.RuleFreeze)
		s.refused(s.ask(s.portal.Backups()[0].ID), policy.RuleFreeze)
		s.store.broken = nil
		s.press(r, "UBOB", bot.PressConfirm)
		s.store.broken = errors.New("no such table")
		for range 20 {
			now, _ := s.store.Get(s.t.Context(), r.ID)
			if next, err := s.Step(s.t.Context(), r.ID, now.Generation); err == nil && next.Done {
				s.t.Fatal("the restore was given up")
			}
		}
		if s.portal.Starts() != 0 {
			s.t.Fatal("it was started")
		}
		s.store.broken = nil
		s.want(s.walk(r.ID, never), bot.Succeeded, 1)
	})
}

func glassScene(t *testing.T, act func(s *scene, r bot.Restore)) {
	t.Helper()
	play(t, func(s *scene) {
		s.Policy.BreakGlass = policy.AllowList{IDs: []string{"UALICE"}}
		s.Policy.SelfApproval, s.Policy.Approvals = false, 2
		act(s, s.request(` --break-glass --reason "nobody awake"`))
	})
}

func TestBrokenGlassCountsDownAMinuteInFrontOfEverybody(t *testing.T) {
	t.Parallel()
	glassScene(t, func(s *scene, r bot.Restore) {
		s.refused(s.press(r, "UBOB", bot.PressConfirm), policy.RuleBreakGlass)
		if a := s.press(r, "UALICE", bot.PressConfirm); a != nil {
			s.t.Fatalf("the press was answered %+v", a)
		}
		began, edits := time.Now(), s.chat.edits
		r = s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Starting || s.portal.Starts() > 0 })
		if waited := time.Since(began); waited < time.Minute || waited > 70*time.Second {
			s.t.Errorf("it started after %s", waited)
		}
		if n := s.chat.edits - edits; n < 10 {
			s.t.Errorf("the card counted down %d times", n)
		}
		if len(s.chat.replies) == 0 || s.chat.replies[0].Kind != bot.NoteBreakGlass || !s.chat.replies[0].Broadcast {
			s.t.Errorf("the approvers were not called: %+v", s.chat.replies)
		}
		s.want(s.walk(r.ID, never), bot.Succeeded, 1)
		marks := 0
		for _, e := range s.store.events {
			if e.Kind == bot.EventBreakGlass {
				marks++
			}
		}
		if marks != 2 { // asked, and called
			s.t.Errorf("%d marks in the trail", marks)
		}
	})
}

func TestAnybodyStopsABrokenGlass(t *testing.T) {
	t.Parallel()
	glassScene(t, func(s *scene, r bot.Restore) {
		s.refused(s.press(r, "UEVE", bot.PressStop), policy.RuleStale) // nothing to stop yet
		s.press(r, "UALICE", bot.PressConfirm)
		r = s.walk(r.ID, func(r bot.Restore) bool { return !r.StartsAt.IsZero() && s.chat.shown.Restore.State == bot.Confirmed })
		s.chat.people["UEVE"] = policy.Person{Guest: true}
		if a := s.press(r, "UEVE", bot.PressStop); a != nil {
			s.t.Errorf("stop was answered %+v", a)
		}
		r = s.walk(r.ID, never)
		s.want(r, bot.Dismissed, 0)
		if r.ClosedBy != "UEVE" {
			s.t.Errorf("stopped by %q", r.ClosedBy)
		}
		s.refused(s.press(r, "UEVE", bot.PressStop), policy.RuleStale)
	})
}

func TestCountdownBeginsAnewAfterTheBotWasAway(t *testing.T) {
	t.Parallel()
	glassScene(t, func(s *scene, r bot.Restore) {
		s.press(r, "UALICE", bot.PressConfirm)
		r = s.walk(r.ID, func(r bot.Restore) bool { return !r.StartsAt.IsZero() && r.Shown.State == bot.Confirmed })
		time.Sleep(2 * time.Minute) // the bot is down, and its Stop button with it
		back := time.Now()
		s.walk(r.ID, func(bot.Restore) bool { return s.portal.Starts() > 0 })
		if waited := time.Since(back); waited < time.Minute {
			s.t.Errorf("it started %s after the bot came back", waited)
		}
	})
}

func TestCountdownThatNobodySeesStartsNothing(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{"slack is down": errors.New("down"), "the card is gone": bot.ErrCardGone} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			glassScene(t, func(s *scene, r bot.Restore) {
				s.press(r, "UALICE", bot.PressConfirm)
				r = s.walk(r.ID, func(r bot.Restore) bool { return r.CountdownTS != "" })
				s.chat.editErr = err
				r = s.walk(r.ID, func(r bot.Restore) bool { return r.State.Ended() })
				if r.State != bot.Failed || r.Reason.Rule != policy.RuleBreakGlass || s.portal.Starts() != 0 {
					s.t.Errorf("%s after %d starts, %+v", r.State, s.portal.Starts(), r.Reason)
				}
			})
		})
	}
}

func TestGlassIsBrokenOnlyByWhomItNames(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		id := s.portal.Backups()[0].ID
		dump := s.portal.AddBackup(docspacetest.Backup{Dump: true})
		s.refused(s.ask(id+" --break-glass --reason x"), policy.RuleBreakGlass) // not set up
		s.Policy.BreakGlass = policy.AllowList{IDs: []string{"UBOB"}}
		s.refused(s.ask(id+" --break-glass --reason x"), policy.RuleBreakGlass) // not her
		s.Policy.BreakGlass = policy.AllowList{Groups: []string{"S1"}}
		s.refused(s.ask(id+" --break-glass --reason x"), policy.RuleDirectory) // unreadable
		s.Policy.BreakGlass = policy.AllowList{IDs: []string{"UALICE"}}
		s.refused(s.ask(id+" --break-glass"), policy.RuleSyntax)                     // no reason
		s.refused(s.ask(dump+" --dump --break-glass --reason x"), policy.RuleSyntax) // two people always
		if _, ok := s.ask(id + " --break-glass --reason x").(bot.Accepted); !ok {
			s.t.Error("who is named was not let in")
		}
	})
}

func TestModalStaysOpenWhileSlackCannotSayWhoSomebodyIs(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		s.Policy.Typing = true
		s.Policy.Approvers, s.chat.groups = policy.AllowList{Groups: []string{"S1"}}, map[string][]string{"S1": {"UBOB"}}
		r := s.request("")
		m, ok := s.press(r, "UBOB", bot.PressType).(bot.Modal)
		if !ok {
			s.t.Fatal("no modal")
		}
		delete(s.chat.groups, "S1")
		if faults, ok := s.submit(m, "UBOB", "docs").(bot.Faults); !ok || !strings.Contains(faults["word"].String(), "Slack could not say who may do this, so nobody may for now. Your press changed nothing. Try again") {
			s.t.Errorf("answered %+v", faults)
		}
		s.chat.groups["S1"] = []string{"UBOB"}
		if a := s.submit(m, "UBOB", "docs"); a != nil {
			s.t.Errorf("answered %+v", a)
		}
		s.want(s.walk(r.ID, never), bot.Succeeded, 1)
	})
}
