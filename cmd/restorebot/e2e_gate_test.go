package main

import (
	"context"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
)

// modal waits until a person's modal says the words.
func (s *oldStage) modal(ctx context.Context, user, words string) slacktest.View {
	s.t.Helper()
	var v slacktest.View
	err := s.slack.WaitFor(ctx, func(w *slacktest.Slack) bool {
		v, _ = w.Modal(user)
		return strings.Contains(viewText(v), words)
	})
	if err != nil {
		s.t.Fatalf("the modal of %s does not say %q but: %s", user, words, viewText(v))
	}
	return v
}

// viewText is all that a modal shows, with the errors below its inputs.
func viewText(v slacktest.View) string {
	body, _ := json.Marshal([]any{v.Title, v.Blocks, v.Errors, v.Problem})
	return string(body)
}

// submit types a word in a modal and submits it.
func (s *oldStage) submit(ctx context.Context, v slacktest.View, word string) {
	s.t.Helper()
	d, err := s.slack.Submit(v, slacktest.Values{"word": word})
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := d.Wait(ctx); err != nil {
		s.t.Fatalf("the submit was not acked: %v", err)
	}
}

// cardSays waits until the card says the words, whatever buttons it has.
func (s *oldStage) cardSays(ctx context.Context, card slacktest.Message, words string) slacktest.Message {
	s.t.Helper()
	m, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool {
		return m.TS == card.TS && strings.Contains(s.slack.RenderUnfolded(m, time.UTC), words)
	})
	if err != nil {
		now, _ := s.slack.Message("COPS", card.TS)
		s.t.Fatalf("the card does not say %q but:\n%s", words, s.slack.RenderUnfolded(now, time.UTC))
	}
	return m
}

// notStarted checks that no restore began.
func (s *oldStage) notStarted() {
	s.t.Helper()
	if n := s.portal.Starts(); n != 0 {
		s.t.Errorf("startrestore was sent %d times", n)
	}
}

// kill ends the bot as a power cut does, and waits until Slack knows.
func (s *oldStage) kill(ctx context.Context, cmd *exec.Cmd) {
	s.t.Helper()
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if err := s.slack.WaitFor(ctx, func(w *slacktest.Slack) bool { return len(w.Connections()) == 0 }); err != nil {
		s.t.Fatal("the dead bot's connections are still there")
	}
}

// toldNext is told, but does not look at what was told before seen answers.
func (s *oldStage) toldNext(ctx context.Context, user string, seen int, words ...string) {
	s.t.Helper()
	err := s.slack.WaitFor(ctx, func(w *slacktest.Slack) bool {
		for _, m := range w.Ephemerals(user)[seen:] {
			text := w.RenderUnfolded(m, time.UTC)
			if !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) }) {
				return true
			}
		}
		return false
	})
	if err != nil {
		for _, m := range s.slack.Ephemerals(user)[seen:] {
			s.t.Log(s.slack.RenderUnfolded(m, time.UTC))
		}
		s.t.Fatalf("%s was not told %q", user, words)
	}
}

// everybody may ask and confirm, as far as the lists go.
var everybody = []string{"RESTORE_USERS=*", "RESTORE_APPROVERS=*"}

func TestBinaryRefusesEachKindOfPersonInWordsOfItsOwn(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t, everybody...)
	card := s.card(ctx)
	for _, c := range []struct {
		person slacktest.Person
		words  string
	}{
		{slacktest.Person{ID: "UGUEST", Name: "guest", IsRestricted: true}, "Guests may not use this"},
		{slacktest.Person{ID: "UGUEST1", Name: "guest1", IsUltraRestricted: true}, "Guests may not use this"},
		{slacktest.Person{ID: "UROBOT", Name: "robot", IsBot: true}, "Bots may not use this"},
		{slacktest.Person{ID: "UGONE", Name: "gone", Deleted: true}, "Your account is deactivated"},
		{slacktest.Person{ID: "USTRANGE", Name: "strange", IsStranger: true}, "You belong to another organisation"},
		{slacktest.Person{ID: "UOTHER", Name: "other", TeamID: "T0OTHER"}, "You belong to another workspace"},
	} {
		s.slack.PutPerson(c.person)
		who := c.person.ID
		for _, action := range []string{"restore_confirm", "restore_dismiss"} {
			seen := len(s.slack.Ephemerals(who))
			s.press(ctx, who, card, action)
			s.toldNext(ctx, who, seen, c.words, "Nothing was changed")
		}
		if c.person.TeamID != "" {
			continue // another team's people do not have the command
		}
		for _, text := range []string{"/restore status", "/restore history", "/restore list", "/restore freeze x", "/restore unfreeze", "/restore cancel abc"} {
			seen := len(s.slack.Ephemerals(who))
			if _, err := s.slack.Command(who, "COPS", text).Wait(ctx); err != nil {
				t.Fatal(err)
			}
			s.toldNext(ctx, who, seen, c.words)
		}
	}
	s.notStarted()
	s.press(ctx, "UEVE", card, "restore_confirm")
	s.shows(ctx, card, "restored")
}

func TestBinaryRefusesWhoIsOnNoList(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t, "RESTORE_USERS=UALICE", "RESTORE_APPROVERS=UBOB")
	s.says(ctx, "UEVE", "/restore "+s.newest(), "not on the list of people who may ask", "@alice")
	s.says(ctx, "UBOB", "/restore "+s.newest(), "not on the list of people who may ask", "@alice") // he may only confirm
	s.untouched()
	card := s.card(ctx)
	s.press(ctx, "UALICE", card, "restore_confirm") // she may only ask
	s.told(ctx, "UALICE", "not on the list of people who may confirm", "@bob")
	s.press(ctx, "UEVE", card, "restore_dismiss")
	s.told(ctx, "UEVE", "can dismiss a request", "@bob")
	s.says(ctx, "UBOB", "/restore status", "What runs or waits now")
	s.says(ctx, "UALICE", "/restore freeze mine", "can freeze restores", "@bob")
	s.notStarted()
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.shows(ctx, card, "restored")
}

func TestBinaryRefusesEachKindOfPlaceInWordsOfItsOwn(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t, "RESTORE_CHANNELS=COPS,CSHARED,CPENDING,CALONE,GALONE")
	for _, c := range []struct {
		channel slacktest.Channel
		words   string
	}{
		{slacktest.Channel{ID: "CELSE", Name: "elsewhere"}, "This channel is not set up for restores"},
		{slacktest.Channel{ID: "D0ALICE", Members: []string{"UALICE"}}, "not asked for in direct messages"},
		{slacktest.Channel{ID: "CSHARED", Name: "shared", ExtShared: true}, "shared with another organisation"},
		{slacktest.Channel{ID: "CPENDING", Name: "pending", Pending: true}, "shared with another organisation"},
		{slacktest.Channel{ID: "CALONE", Name: "alone", NoBot: true}, "not a member of this channel"},
		{slacktest.Channel{ID: "GALONE", Name: "private", Private: true, NoBot: true}, "not a member of this channel"},
	} {
		s.slack.PutChannel(c.channel)
		seen := len(s.slack.Ephemerals("UALICE"))
		if _, err := s.slack.Command("UALICE", c.channel.ID, "/restore "+s.newest()).Wait(ctx); err != nil {
			t.Fatal(err)
		}
		s.toldNext(ctx, "UALICE", seen, c.words, "Nothing was started")
	}
	s.untouched()
}

func TestBinaryAsksSlackWhoIsInAGroupAndFailsClosed(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s.slack.PutGroup(slacktest.Group{ID: "SLEADS", Handle: "leads", Members: []string{"UBOB", "UEVE"}})
	s.env = append(s.env, "RESTORE_USERS=UALICE", "RESTORE_APPROVERS=SLEADS")
	s.start(ctx)
	card := s.card(ctx)
	heal := s.slack.Fail("usergroups.users.list", slacktest.Failure{Error: "internal_error"})
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.told(ctx, "UBOB", "Slack could not say who may do this, so nobody may for now", "@leads")
	heal()
	// Eve leaves the group between the card and her press.
	s.slack.PutGroup(slacktest.Group{ID: "SLEADS", Handle: "leads", Members: []string{"UBOB"}})
	s.press(ctx, "UEVE", card, "restore_confirm")
	s.told(ctx, "UEVE", "not on the list of people who may confirm", "@leads")
	s.notStarted()
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.shows(ctx, card, "restored")
}
