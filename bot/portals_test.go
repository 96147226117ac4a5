package bot_test

import (
	"testing"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// second adds another portal, with rules of its own.
func second(s *scene, own policy.PortalRules) *docspacetest.Portal {
	portal := docspacetest.New(docspacetest.Config{Alias: "wiki"})
	client := &docspace.Client{BaseURL: "https://wiki.example.com", Key: docspace.NewSecret(portal.Key()), HTTP: docspacetest.Via(portal)}
	s.Portals = append(s.Portals, bot.Portal{PortalName: bot.PortalName{Name: "wiki"}, API: client, Own: own})
	return portal
}

func only(ids ...string) *policy.AllowList { return &policy.AllowList{IDs: ids} }

func refused(s *scene, a bot.Answer, want policy.Rule) {
	s.t.Helper()
	if no, ok := a.(*policy.Refusal); !ok || no.Rule != want {
		s.t.Errorf("got %+v, want a refusal by rule %s", a, want)
	}
}

func TestWhichOfSeveralPortalsIsNeverGuessed(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		wiki := second(s, policy.PortalRules{})
		refused(s, s.ask(wiki.Backups()[0].ID), policy.RuleSyntax)
		refused(s, s.ask(wiki.Backups()[0].ID+" --portal wikki"), policy.RuleSyntax)
		for _, name := range []string{"docs", "wiki"} { // one open restore a portal, many portals
			id := s.portal.Backups()[0].ID
			if name == "wiki" {
				id = wiki.Backups()[0].ID
			}
			if _, ok := s.ask(id + " --portal " + name).(bot.Accepted); !ok {
				s.t.Errorf("a restore of %s was not accepted", name)
			}
			refused(s, s.ask(id+" --portal "+name), policy.RuleBusy)
		}
	})
}

func TestPortalsOwnRulesHoldForItAlone(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		wiki := second(s, policy.PortalRules{Users: only("UCAROL"), Approvers: only("UDAN", "UCAROL"), Approvals: 2})
		id := wiki.Backups()[0].ID
		// Alice may use docs alone, so that one is meant; Carol may use wiki alone.
		refused(s, s.ask(id+" --portal wiki"), policy.RulePerson)
		a, _ := s.Command(s.t.Context(), bot.Command{Caller: caller("UCAROL"), Delivery: "carol", Text: id})
		accepted, ok := a.(bot.Accepted)
		if !ok || accepted.Restore.Portal != "wiki" {
			s.t.Fatalf("Carol was answered %+v", a)
		}
		r := s.walk(accepted.Restore.ID, func(r bot.Restore) bool { return r.Shown.State == bot.Requested })
		if s.chat.shown.Rules.Needed != 2 {
			s.t.Errorf("the card wants %d people", s.chat.shown.Rules.Needed)
		}
		refused(s, s.press(r, "UBOB", bot.PressConfirm), policy.RuleApprover)
		s.press(r, "UDAN", bot.PressConfirm)
		r = s.walk(r.ID, func(r bot.Restore) bool { return len(r.Confirmations) == 1 && r.Shown.Version == r.Version })
		if r.State != bot.Requested {
			s.t.Fatalf("one of two is enough: %s", r.State)
		}
		s.press(r, "UCAROL", bot.PressConfirm)
		if r = s.walk(r.ID, never); r.State != bot.Succeeded || wiki.Starts() != 1 || s.portal.Starts() != 0 {
			s.t.Errorf("%s, %d starts on wiki, %d on docs", r.State, wiki.Starts(), s.portal.Starts())
		}
	})
}

func TestPortalsOwnChannelDecidesWhichOneIsMeant(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		wiki := second(s, policy.PortalRules{Channels: only("CWIKI")})
		in := caller("UALICE")
		in.Channel = "CWIKI"
		a, _ := s.Command(s.t.Context(), bot.Command{Caller: in, Delivery: "w", Text: wiki.Backups()[0].ID})
		if accepted, ok := a.(bot.Accepted); !ok || accepted.Restore.Portal != "wiki" {
			s.t.Errorf("in the channel of wiki: %+v", a)
		}
		if a, ok := s.ask(s.portal.Backups()[0].ID).(bot.Accepted); !ok || a.Restore.Portal != "docs" {
			s.t.Errorf("in the channel of docs: %+v", a)
		}
		in.Channel = "CELSE"
		a, _ = s.Command(s.t.Context(), bot.Command{Caller: in, Delivery: "e", Text: "status"})
		refused(s, a, policy.RuleChannel)
		refused(s, s.ask(wiki.Backups()[0].ID+" --portal wiki"), policy.RuleChannel)
	})
}
