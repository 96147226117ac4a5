package bot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/command"
	"docspace-restorebot/bot/policy"
)

// ear hears what is told of the rules.
type ear struct {
	lines []string
	fail  func(channel string) error
}

func (e *ear) tell(_ context.Context, channel, _ string, news []bot.RuleNews) error {
	if e.fail != nil {
		if err := e.fail(channel); err != nil {
			return err
		}
	}
	var parts []string
	for _, n := range news {
		parts = append(parts, fmt.Sprintf("%q%v", n.Portals, n.Changes))
	}
	e.lines = append(e.lines, channel+": "+strings.Join(parts, " "))
	return nil
}

// starts is a start of the bot with other rules.
func (s *scene) starts(process string, change func(*bot.Bot)) []string {
	s.t.Helper()
	e := &ear{}
	s.startsWith(s.t.Context(), e, process, change)
	return e.lines
}

func (s *scene) startsWith(ctx context.Context, e *ear, process string, change func(*bot.Bot)) {
	b := &bot.Bot{
		Store: s.Store, Chat: s.Chat, Directory: s.Directory, Policy: s.Policy, Portals: slices.Clone(s.Portals), Log: s.Log, Process: process,
	}
	change(b)
	b.TellRules(ctx, e.tell)
}

func none(*bot.Bot) {}

func TestAChangeOfTheRulesIsToldOnceInEachChannel(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*bot.Bot)
		want   []string
	}{
		"nothing":       {none, nil},
		"another order": {func(b *bot.Bot) { b.Policy.Users = *only("UBOB", "UALICE", "UBOB") }, nil},
		"approvals":     {func(b *bot.Bot) { b.Policy.Approvals = 2 }, []string{`COPS: [][approvals 1 → 2]`}},
		"self approval": {func(b *bot.Bot) { b.Policy.SelfApproval = false }, []string{`COPS: [][who asked may confirm yes → no]`}},
		"users":         {func(b *bot.Bot) { b.Policy.Users = *only("UALICE", "UEVE") }, []string{`COPS: [][may ask + UEVE − UBOB]`}},
		"approvers":     {func(b *bot.Bot) { b.Policy.Approvers = policy.AllowList{Groups: []string{"S1"}} }, []string{`COPS: [][may confirm + S1 − UALICE,UBOB]`}},
		"break-glass":   {func(b *bot.Bot) { b.Policy.BreakGlass = *only("UEVE") }, []string{`COPS: [][may restore alone + UEVE]`}},
		"typing":        {func(b *bot.Bot) { b.Policy.Typing = true }, []string{`COPS: [][confirmed by button → typing the portal's name]`}},
		"reason":        {func(b *bot.Bot) { b.Policy.Reason = true }, []string{`COPS: [][reason optional → required]`}},
		"life":          {func(b *bot.Bot) { b.Policy.TTL = time.Hour }, []string{`COPS: [][life of a request 15 min → 1 h]`}},
		"safety": {func(b *bot.Bot) {
			b.Portals[0].Safety = bot.SafetyTarget{StorageType: "Local", Params: []command.Param{{Key: "filePath", Value: "/b"}}}
		}, []string{`COPS: ["docs"][safety backup off → Local /b]`}},
		"another channel": {func(b *bot.Bot) { b.Policy.Channels = *only("CNEW") }, []string{`CNEW: [][channels + CNEW − COPS]`, `COPS: [][channels + CNEW − COPS]`}},
		"every channel":   {func(b *bot.Bot) { b.Policy.Channels = policy.AllowList{Any: true} }, []string{`COPS: [][channels + * − COPS]`}},
		"a portal's own":  {func(b *bot.Bot) { b.Portals[1].Own.Approvals = 3 }, []string{`CWIKI: [][approvals 1 → 3]`}},
		"both":            {func(b *bot.Bot) { b.Policy.Approvals = 2 }, []string{`COPS: [][approvals 1 → 2]`, `CWIKI: [][approvals 1 → 2]`}},
		"a portal out":    {func(b *bot.Bot) { b.Portals = b.Portals[:1] }, []string{`CWIKI: ["wiki"][taken out]`}},
		"the bot's alone": {func(b *bot.Bot) {
			own := *only("UALICE", "UBOB")
			b.Portals[0].Own.Approvers, b.Policy.Approvers = &own, *only("UBOB")
			b.Portals[1].Own.Approvers = &own
		}, []string{`COPS: [""][may confirm − UALICE]`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				switch name {
				case "a portal's own", "both", "a portal out", "the bot's alone":
					second(s, policy.PortalRules{Channels: only("CWIKI")})
				}
				if first := s.starts("p1", none); len(first) != 0 {
					t.Errorf("the first start told %q", first)
				}
				told := s.starts("p2", c.change)
				want := c.want
				if name == "safety" {
					want = []string{`COPS: [][safety backup off → Local /b]`}
				}
				if !slices.Equal(told, want) {
					t.Errorf("told %q, want %q", told, want)
				}
				if again := s.starts("p3", c.change); len(again) != 0 {
					t.Errorf("the third start told %q", again)
				}
				events := 0
				for _, e := range s.store.events {
					if e.Kind == bot.EventRules {
						events++
					}
				}
				if (events == 1) != (len(want) > 0) {
					t.Errorf("%d events for %q", events, want)
				}
			})
		})
	}
}

// Where every channel may, no channel is told: the trail is.
func TestRulesOfEveryChannelAreInTheTrailAlone(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		s.Policy.Channels = policy.AllowList{Any: true}
		s.starts("p1", none)
		if told := s.starts("p2", func(b *bot.Bot) { b.Policy.Approvals = 2 }); len(told) != 0 {
			t.Errorf("told %q", told)
		}
		last := s.store.events[len(s.store.events)-1]
		if last.Kind != bot.EventRules || last.Detail["all"] != "approvals 1 → 2" {
			t.Errorf("the trail says %+v", last)
		}
	})
}

// What fails is tried again, and what is done is not done again, by this process
// and by the next.
func TestTellingOfRulesGoesOnWhereItWasLeft(t *testing.T) {
	t.Parallel()
	both := func(b *bot.Bot) { b.Policy.Channels, b.Policy.Approvals = *only("CONE", "CTWO"), 2 }
	play(t, func(s *scene) {
		s.Policy.Channels = *only("CONE", "CTWO")
		s.starts("p1", none)
		ctx, cancel := context.WithCancel(s.t.Context())
		first := &ear{}
		tries := 0
		first.fail = func(channel string) error {
			if channel == "CONE" {
				return nil
			}
			if tries++; tries == 3 {
				cancel() // the process dies
			}
			return errors.New("silence")
		}
		s.startsWith(ctx, first, "p2", both)
		if len(first.lines) != 1 || tries != 3 {
			t.Fatalf("told %q in %d tries", first.lines, tries)
		}
		begun := time.Now()
		crashed := s.store.told // a kill, and not a stop, leaves the claim
		crashed.Telling.Until = time.Now().Add(15 * time.Second)
		s.store.told = crashed
		if rest := s.starts("p3", both); len(rest) != 1 || !strings.HasPrefix(rest[0], "CTWO: ") {
			t.Errorf("the rest is %q", rest)
		}
		if took := time.Since(begun); took < 15*time.Second || took > 21*time.Second {
			t.Errorf("the claim of a dead process held for %s", took)
		}
		if again := s.starts("p4", both); len(again) != 0 {
			t.Errorf("told again: %q", again)
		}
	})
}

// A channel that takes nothing keeps nobody else from hearing, and is not asked
// for ever. One that others see hears nothing.
func TestChannelsThatCannotBeToldOfRulesAreLeftOut(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		s.Policy.Channels = *only("CGONE", "COPS")
		s.starts("p1", none)
		e := &ear{fail: func(channel string) error {
			if channel == "CGONE" {
				return bot.ErrChannelClosed
			}
			return nil
		}}
		s.startsWith(s.t.Context(), e, "p2", func(b *bot.Bot) { b.Policy.Reason = true })
		if len(e.lines) != 1 || !strings.HasPrefix(e.lines[0], "COPS: ") {
			t.Errorf("told %q", e.lines)
		}
	})
}

// Of replicas that start together one tells.
func TestReplicasTellOfRulesOnce(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		s.starts("p1", none)
		e := &ear{fail: func(string) error { time.Sleep(3 * time.Second); return nil }}
		done := make(chan struct{})
		for n := range 4 {
			go func() {
				s.startsWith(s.t.Context(), e, fmt.Sprint("replica", n), func(b *bot.Bot) { b.Policy.Approvals = 2 })
				done <- struct{}{}
			}()
		}
		for range 4 {
			<-done
		}
		if len(e.lines) != 1 {
			t.Errorf("told %q", e.lines)
		}
	})
}

// Rules that change again before everybody was told of the last change are told
// of in turn: each channel ends with what holds.
func TestRulesThatChangeTwiceAreToldInTurn(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		s.starts("p1", none)
		ctx, cancel := context.WithCancel(s.t.Context())
		e := &ear{fail: func(string) error { cancel(); return errors.New("silence") }}
		s.startsWith(ctx, e, "p2", func(b *bot.Bot) { b.Policy.Approvals = 2 })
		told := s.starts("p3", none)
		if want := []string{`COPS: [][approvals 1 → 2]`, `COPS: [][approvals 2 → 1]`}; !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
	})
}
