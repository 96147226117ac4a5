package bot_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// scene is a bot between a chat and a portal, all in one bubble of fake time.
type scene struct {
	*bot.Bot
	t      *testing.T
	store  *memory
	chat   *channel
	portal *docspacetest.Portal
	asked  int
}

func play(t *testing.T, act func(s *scene)) {
	t.Helper()
	playOn(t, docspacetest.Config{}, act)
}

// playOn is play on a portal of a certain kind.
func playOn(t *testing.T, config docspacetest.Config, act func(s *scene)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		portal := docspacetest.New(config)
		s := &scene{t: t, store: &memory{}, chat: &channel{people: map[string]policy.Person{}}, portal: portal}
		client := &docspace.Client{BaseURL: "https://docs.example.com", Key: docspace.NewSecret(portal.Key()), HTTP: docspacetest.Via(portal)}
		users := policy.AllowList{IDs: []string{"UALICE", "UBOB"}}
		s.Bot = &bot.Bot{
			Store: s.store, Chat: s.chat, Directory: s.chat, Poll: 3 * time.Second, Log: slog.New(slog.DiscardHandler),
			Portals: bot.Portals{{PortalName: bot.PortalName{Name: "docs"}, API: client}},
			Policy: policy.Policy{
				Team: "T1", App: "A1", Users: users, Approvers: users, SelfApproval: true,
				Channels: policy.AllowList{IDs: []string{"COPS"}}, TTL: 15 * time.Minute,
			},
		}
		act(s)
	})
}

func caller(user string) policy.Caller {
	return policy.Caller{App: "A1", Team: "T1", Channel: "COPS", User: user}
}

func (s *scene) ask(text string) bot.Answer {
	s.asked++
	a, _ := s.Command(s.t.Context(), bot.Command{Caller: caller("UALICE"), Delivery: time.Now().String() + string(rune('a'+s.asked)), Text: text})
	return a
}

// request asks for a restore and takes its steps until the card is up.
func (s *scene) request(flags string) bot.Restore {
	s.t.Helper()
	a, ok := s.ask(s.portal.Backups()[0].ID + flags).(bot.Accepted)
	if !ok {
		s.t.Fatalf("the request was not accepted: %+v", a)
	}
	return s.walk(a.Restore.ID, func(r bot.Restore) bool { return r.Shown.State == bot.Requested })
}

func (s *scene) press(r bot.Restore, user string, action bot.Action) bot.Answer {
	a, later := s.Press(s.t.Context(), bot.Press{Caller: caller(user), Action: action, Restore: r.ID, MessageTS: r.CardTS})
	if _, opens := a.(bot.OpenModal); opens {
		return later(s.t.Context())
	}
	return a
}

// typed presses Restore, types a word in the modal and submits it.
func (s *scene) typed(r bot.Restore, user, word string) bot.Answer {
	s.t.Helper()
	m, ok := s.press(r, user, bot.PressType).(bot.Modal)
	if !ok {
		s.t.Fatalf("no modal for %s", user)
	}
	return s.submit(m, user, word)
}

func (s *scene) submit(m bot.Modal, user, word string) bot.Answer {
	c := caller(user)
	c.Channel = ""
	a, _ := s.Submit(s.t.Context(), bot.Submission{Caller: c, Modal: m.ID, Values: map[string][]string{"word": {word}}})
	return a
}

func (s *scene) refused(a bot.Answer, rule policy.Rule) {
	s.t.Helper()
	if no, ok := a.(*policy.Refusal); !ok || no.Rule != rule {
		s.t.Errorf("answered %+v, want a refusal with rule %s", a, rule)
	}
}

// walk takes steps, waiting as they say, until the restore is settled or as wanted.
func (s *scene) walk(id string, until func(bot.Restore) bool) bot.Restore {
	s.t.Helper()
	var pause time.Duration
	for range 2000 {
		r, err := s.store.Get(context.Background(), id)
		if err != nil {
			s.t.Fatal(err)
		}
		if r.Settled || until(r) {
			return r
		}
		time.Sleep(pause)
		next, _ := s.Step(s.t.Context(), id, r.Generation)
		pause = next.After
	}
	s.t.Fatal("the restore came to no end in 2000 steps")
	return bot.Restore{}
}

// told are the replies of a kind.
func (s *scene) told(kind bot.NoteKind) []bot.Note {
	return slices.DeleteFunc(slices.Clone(s.chat.replies), func(n bot.Note) bool { return n.Kind != kind })
}

func never(bot.Restore) bool { return false }

func (s *scene) want(r bot.Restore, state bot.State, starts int) {
	s.t.Helper()
	if r.State != state || s.portal.Starts() != starts {
		s.t.Errorf("got %s after %d starts (%+v), want %s after %d", r.State, s.portal.Starts(), r.Reason, state, starts)
	}
	if r.CardTS != "" && s.chat.shown.Restore.State != state {
		s.t.Errorf("the card shows %s, want %s", s.chat.shown.Restore.State, state)
	}
}

func TestConfirmedRestoreIsFollowedToItsVerifiedEnd(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		r := s.request("")
		if a := s.press(r, "UBOB", bot.PressConfirm); a != nil {
			s.t.Fatalf("the press was answered %+v", a)
		}
		r = s.walk(r.ID, never)
		s.want(r, bot.Succeeded, 1)
		if !r.Verdict.Login || r.Verdict.Version == "" || r.Progress.Percent != 100 {
			s.t.Errorf("the end was not verified: %+v, %+v", r.Verdict, r.Progress)
		}
		if ends := s.told(bot.NoteEnd); len(ends) != 1 || !ends[0].Broadcast || s.chat.posted != 1 {
			s.t.Errorf("%d cards, replies %+v", s.chat.posted, s.chat.replies)
		}
	})
}

func TestFailedRestoreSaysWhy(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		s.portal.Break(func(f *docspacetest.Faults) { f.FailText, f.FailAt = "The backup file is invalid.", 10 })
		r := s.request("")
		s.press(r, "UALICE", bot.PressConfirm)
		r = s.walk(r.ID, never)
		s.want(r, bot.Failed, 1)
		if r.Reason.What != "The portal stopped the restore. Its own words: “The backup file is invalid.”" {
			s.t.Errorf("got %q", r.Reason.What)
		}
	})
}

func TestLostAnswerIsResolvedWithoutASecondStart(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		s.portal.Break(func(f *docspacetest.Faults) { f.LoseStartAnswer = true })
		r := s.request("")
		s.press(r, "UALICE", bot.PressConfirm)
		s.want(s.walk(r.ID, never), bot.Succeeded, 1)
	})
}

func TestStartThatCannotBeToldIsUnclearUntilAPersonSays(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		s.portal.Break(func(f *docspacetest.Faults) { f.Pages = []docspacetest.Page{{Path: "startrestore"}} })
		r := s.request("")
		s.press(r, "UALICE", bot.PressConfirm)
		r = s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Unclear && r.EndTS != "" })
		s.want(r, bot.Unclear, 1)
		if a := s.press(r, "UBOB", bot.PressNothing); a != nil {
			s.t.Fatalf("settling was answered %+v", a)
		}
		s.want(s.walk(r.ID, never), bot.Failed, 1)
		if ends := s.told(bot.NoteEnd); len(ends) != 2 {
			s.t.Errorf("got %d replies, want one for the doubt and one for the end", len(ends))
		}
	})
}

func TestSecondPressDoesNotStartTwice(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		r := s.request("")
		s.press(r, "UALICE", bot.PressConfirm)
		if no, ok := s.press(r, "UBOB", bot.PressConfirm).(*policy.Refusal); !ok || no.Rule != policy.RuleStale {
			s.t.Errorf("the second press was answered %+v", no)
		}
		s.want(s.walk(r.ID, never), bot.Succeeded, 1)
		s.press(r, "UBOB", bot.PressConfirm)
		s.want(s.walk(r.ID, never), bot.Succeeded, 1)
	})
}

func TestWhatEndsBeforeAStartStartsNothing(t *testing.T) {
	t.Parallel()
	expire := func(*scene, bot.Restore) { time.Sleep(16 * time.Minute) }
	for name, c := range map[string]struct {
		flags string
		act   func(s *scene, r bot.Restore)
		want  bot.State
	}{
		"dismissed":    {"", func(s *scene, r bot.Restore) { s.press(r, "UBOB", bot.PressDismiss) }, bot.Dismissed},
		"expired":      {"", expire, bot.Expired},
		"pressed late": {"", func(s *scene, r bot.Restore) { expire(s, r); s.press(r, "UBOB", bot.PressConfirm) }, bot.Expired},
		"dry run":      {" --dry-run", func(s *scene, r bot.Restore) { s.press(r, "UBOB", bot.PressConfirm) }, bot.Rehearsed},
		"portal down now": {"", func(s *scene, r bot.Restore) {
			s.portal.Break(func(f *docspacetest.Faults) { f.Down = true })
			s.press(r, "UBOB", bot.PressConfirm)
		}, bot.Failed},
		"one runs now": {"", func(s *scene, r bot.Restore) {
			s.portal.StartElsewhere(s.portal.Backups()[0].ID)
			s.press(r, "UBOB", bot.PressConfirm)
		}, bot.Failed},
		"a stranger": {"", func(s *scene, r bot.Restore) { s.press(r, "UEVE", bot.PressConfirm); expire(s, r) }, bot.Expired},
		"a guest": {"", func(s *scene, r bot.Restore) {
			s.chat.people["UBOB"] = policy.Person{Guest: true}
			s.press(r, "UBOB", bot.PressConfirm)
			expire(s, r)
		}, bot.Expired},
		"a shared channel": {"", func(s *scene, r bot.Restore) {
			s.chat.shared = true
			s.press(r, "UBOB", bot.PressConfirm)
			expire(s, r)
		}, bot.Expired},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				r := s.request(c.flags)
				c.act(s, r)
				s.want(s.walk(r.ID, never), c.want, 0)
			})
		})
	}
}

func TestRequestThatCannotBeIsRefusedBeforeTheCard(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		id     string
		broken func(s *scene)
		want   policy.Rule
	}{
		"unknown backup": {"11111111-2222-3333-4444-555555555555", func(*scene) {}, policy.RuleBackup},
		"portal down":    {"", func(s *scene) { s.portal.Break(func(f *docspacetest.Faults) { f.Down = true }) }, policy.RulePortal},
		"restore runs":   {"", func(s *scene) { s.portal.StartElsewhere(s.portal.Backups()[0].ID) }, policy.RuleBusy},
		"dead key":       {"", func(s *scene) { s.portal.RevokeKeys() }, policy.RuleKey},
		"not invited":    {"", func(s *scene) { s.chat.postErr = policy.ErrNotInChannel }, policy.RuleChannel},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				id := c.id
				if id == "" {
					id = s.portal.Backups()[0].ID
				}
				c.broken(s)
				a, ok := s.ask(id).(bot.Accepted)
				if !ok {
					s.t.Fatal("the request was not recorded")
				}
				s.want(s.walk(a.Restore.ID, never), bot.Refused, 0)
				if len(s.chat.answers) != 1 || s.chat.answers[0].(*policy.Refusal).Rule != c.want || s.chat.posted != 0 {
					s.t.Errorf("got %+v and %d cards, want one answer with rule %s", s.chat.answers, s.chat.posted, c.want)
				}
			})
		})
	}
}
