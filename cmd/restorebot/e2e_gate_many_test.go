package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/docspace/docspacetest"
)

func TestBinaryCountsTwoPeopleAndNotThePersonWhoAsked(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t, "RESTORE_APPROVERS=UALICE,UBOB,UEVE", "RESTORE_APPROVALS=2", "RESTORE_SELF_APPROVAL=false")
	card := s.card(ctx)
	s.cardSays(ctx, card, "*Who may confirm:* @bob, @eve\n")
	s.cardSays(ctx, card, "@alice, who asked")
	s.press(ctx, "UALICE", card, "restore_confirm")
	s.told(ctx, "UALICE", "You asked for this restore, so somebody else has to confirm it")
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.cardSays(ctx, card, "*Confirmed:* 1 of 2, by @bob ")
	s.cardSays(ctx, card, "*Who may confirm:* @eve\n")
	s.cardSays(ctx, card, "@bob, who confirmed already")
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.told(ctx, "UBOB", "You have confirmed this already")
	s.notStarted()
	s.press(ctx, "UEVE", card, "restore_confirm")
	s.shows(ctx, card, "restored")
	if s.portal.Starts() != 1 {
		t.Errorf("startrestore was sent %d times", s.portal.Starts())
	}
}

// A hundred presses by ten people at once: one start. A machine that is too
// slow for Slack's three seconds may leave some of them unanswered, and then
// they press again.
func TestBinaryStartsOnceUnderAHundredPressesByTenPeople(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t, append(everybody, "RESTORE_APPROVALS=3")...)
	card := s.card(ctx)
	var all sync.WaitGroup
	for n := range 110 {
		user := fmt.Sprintf("UTEN%d", n%10)
		if n < 10 {
			s.slack.PutPerson(slacktest.Person{ID: user, Name: strings.ToLower(user)})
		}
		if n == 100 {
			all.Wait()
		}
		d, err := s.slack.PressStale(user, card, "restore_confirm")
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() { _, _ = d.Wait(ctx) })
	}
	all.Wait()
	s.shows(ctx, card, "restored")
	if s.portal.Starts() != 1 {
		t.Errorf("startrestore was sent %d times", s.portal.Starts())
	}
}

func TestBinaryDoesNotStartWhatAConfirmerMayNoLongerConfirm(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s.slack.PutGroup(slacktest.Group{ID: "SLEADS", Handle: "leads", Members: []string{"UBOB", "UEVE"}})
	s.env = append(s.env, "RESTORE_APPROVERS=SLEADS", "RESTORE_APPROVALS=2")
	s.start(ctx)
	card := s.card(ctx)
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.cardSays(ctx, card, "1 of 2")
	s.slack.PutGroup(slacktest.Group{ID: "SLEADS", Handle: "leads", Members: []string{"UEVE"}})
	s.press(ctx, "UEVE", card, "restore_confirm")
	s.cardSays(ctx, card, "The confirmation of @bob does not count any more")
	if _, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool { return m.ThreadTS == card.TS && m.ReplyBroadcast }); err != nil {
		t.Error("the channel was not told")
	}
	s.notStarted()
	s.slack.PutGroup(slacktest.Group{ID: "SLEADS", Handle: "leads", Members: []string{"UEVE", "UDAN"}})
	s.slack.PutPerson(slacktest.Person{ID: "UDAN", Name: "dan"})
	for _, who := range []string{"UDAN", "UEVE"} {
		s.press(ctx, who, card, "restore_confirm")
	}
	s.shows(ctx, card, "restored")
}

func TestBinaryDoesNotStartWhatSlackCannotSayMayBeConfirmed(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	s.slack.PutGroup(slacktest.Group{ID: "SLEADS", Handle: "leads", Members: []string{"UBOB", "UEVE"}})
	s.env = append(s.env, "RESTORE_APPROVERS=SLEADS", "RESTORE_APPROVALS=2")
	s.start(ctx)
	card := s.card(ctx)
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.cardSays(ctx, card, "1 of 2")
	heal := s.slack.Fail("usergroups.users.list", slacktest.Failure{Error: "internal_error"})
	s.press(ctx, "UEVE", card, "restore_confirm")
	s.told(ctx, "UEVE", "Slack could not say who may do this", "Nothing was changed")
	s.notStarted()
	heal()
	s.press(ctx, "UEVE", card, "restore_confirm")
	s.shows(ctx, card, "restored")
}

func TestBinaryAsksForThePortalsNameInAModal(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t, "RESTORE_CONFIRM=modal")
	card := s.card(ctx)
	if _, ok := card.Button("restore_confirm"); ok {
		t.Error("the card has a button that confirms without typing")
	}
	s.press(ctx, "UEVE", card, "restore_type")
	s.modal(ctx, "UEVE", "not on the list of people who may confirm")
	// Slack is slow to say who somebody is: the modal is there all the same.
	s.slack.PutPerson(slacktest.Person{ID: "UBOB", Name: "bob"})
	slow := s.slack.Fail("users.info", slacktest.Failure{Hang: true})
	s.press(ctx, "UBOB", card, "restore_type")
	s.modal(ctx, "UBOB", "Looking up what would be lost")
	slow()
	v := s.modal(ctx, "UBOB", "Everything changed since")
	if v.PrivateMetadata == "" || strings.Contains(v.PrivateMetadata, s.newest()) || len(v.PrivateMetadata) > 30 {
		t.Errorf("the modal carries %q", v.PrivateMetadata)
	}
	s.submit(ctx, v, "somewhere else")
	v = s.modal(ctx, "UBOB", "This is not the portal's name. Nothing was started.")
	s.notStarted()
	s.submit(ctx, v, " 127.0.0.1 ")
	s.shows(ctx, card, "restored")
	if _, open := s.slack.Modal("UBOB"); open || s.portal.Starts() != 1 {
		t.Errorf("the modal is open: %v; startrestore was sent %d times", open, s.portal.Starts())
	}
}

func TestBinaryLetsASecondPersonTypeForADump(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t)
	id := s.portal.AddBackup(docspacetest.Backup{Dump: true})
	if _, err := s.slack.Command("UALICE", "COPS", "/restore "+id+" --dump").Wait(ctx); err != nil {
		t.Fatal(err)
	}
	card, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool { return len(m.Buttons()) > 0 })
	if err != nil {
		t.Fatal("no card with buttons")
	}
	s.writtenDown(ctx, card)
	s.press(ctx, "UBOB", card, "restore_type")
	s.submit(ctx, s.modal(ctx, "UBOB", "The whole server will be replaced"), "127.0.0.1")
	s.shows(ctx, card, "restored")
}

// What a modal shows is what is confirmed: other settings, another question.
func TestBinaryAsksAgainWhenTheRulesHaveChanged(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := s.start(ctx)
	card := s.card(ctx)
	s.kill(ctx, cmd)
	s.env = append(s.env, "RESTORE_SELF_APPROVAL=false")
	s.start(ctx)
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.told(ctx, "UBOB", "no longer what would be done", "Ask again with")
	s.notStarted()
}

func TestBinaryDoesNotRestoreABackupThatWasChangedMeanwhile(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t)
	card := s.card(ctx)
	s.portal.ChangeBackup(s.newest(), func(b *docspacetest.Backup) { b.FileName = "another.tar.gz" })
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.shows(ctx, card, "no longer what would be done")
	s.notStarted()
}
