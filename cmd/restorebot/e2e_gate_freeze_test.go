package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
)

func TestBinaryFreezesAcrossARestartAndLetsGoAgain(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s.env = append(s.env, "RESTORE_APPROVERS=UBOB")
	cmd := s.start(ctx)
	card := s.card(ctx)
	s.says(ctx, "UBOB", "/restore freeze", "freeze needs a reason")
	s.says(ctx, "UBOB", "/restore freeze we're <migrating> until 04:00", "Restores are frozen now", "we're <migrating> until 04:00")
	frozen := s.cardSays(ctx, card, "Restores are frozen")
	if _, ok := frozen.Button("restore_confirm"); ok {
		t.Error("the card can still be confirmed")
	}
	if _, ok := frozen.Button("restore_dismiss"); !ok {
		t.Error("the card cannot be dismissed")
	}
	for range 2 { // before the restart and after it
		seen := len(s.slack.Ephemerals("UBOB"))
		d, err := s.slack.PressStale("UBOB", card, "restore_confirm")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Wait(ctx); err != nil {
			t.Fatal(err)
		}
		s.toldNext(ctx, "UBOB", seen, "Restores are frozen", "we're <migrating> until 04:00", "@bob")
		seen = len(s.slack.Ephemerals("UALICE"))
		if _, err := s.slack.Command("UALICE", "COPS", "/restore "+s.newest()).Wait(ctx); err != nil {
			t.Fatal(err)
		}
		s.toldNext(ctx, "UALICE", seen, "Restores are frozen", "Nothing was started")
		seen = len(s.slack.Ephemerals("UALICE"))
		if _, err := s.slack.Command("UALICE", "COPS", "/restore status").Wait(ctx); err != nil {
			t.Fatal(err)
		}
		s.toldNext(ctx, "UALICE", seen, "Restores are frozen", "@bob")
		s.kill(ctx, cmd)
		cmd = s.start(ctx)
	}
	s.says(ctx, "UALICE", "/restore unfreeze", "can freeze restores or let them go again", "@bob")
	s.says(ctx, "UBOB", "/restore unfreeze", "Restores may be asked for again")
	s.says(ctx, "UBOB", "/restore unfreeze", "Restores are not frozen")
	s.cardSays(ctx, card, "Press *Restore* to start it")
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.shows(ctx, card, "restored")
}

// glass asks for a restore with --break-glass and waits for its card.
func (s *oldStage) glass(ctx context.Context) slacktest.Message {
	s.t.Helper()
	text := "/restore " + s.newest() + ` --break-glass --reason "nobody <!channel> awake"`
	if _, err := s.slack.Command("UALICE", "COPS", text).Wait(ctx); err != nil {
		s.t.Fatal(err)
	}
	card, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool { return len(m.Buttons()) > 0 })
	if err != nil {
		s.t.Fatal("no card with buttons")
	}
	s.writtenDown(ctx, card)
	return card
}

var glassSettings = []string{
	"RESTORE_APPROVERS=UBOB,UEVE", "RESTORE_APPROVALS=2", "RESTORE_SELF_APPROVAL=false", "RESTORE_BREAK_GLASS=UALICE",
}

func TestBinaryRefusesToBreakTheGlassForOthersAndForDumps(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t, glassSettings...)
	s.says(ctx, "UBOB", "/restore "+s.newest()+" --break-glass --reason x", "not one of those who may break the glass", "@alice")
	s.says(ctx, "UALICE", "/restore "+s.newest()+" --break-glass", "--break-glass needs a --reason")
	s.says(ctx, "UALICE", "/restore "+s.newest()+" --break-glass --reason x --dump", "--dump", "always needs two people")
	s.untouched()
	_, other := begin(t)
	other.says(ctx, "UALICE", "/restore "+other.newest()+" --break-glass --reason x", "--break-glass is not set up here")
	other.untouched()
}

func TestBinaryLetsAnybodyStopABrokenGlass(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t, glassSettings...)
	card := s.glass(ctx)
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.told(ctx, "UBOB", "only the person who asked can confirm it")
	s.press(ctx, "UALICE", card, "restore_confirm")
	s.cardSays(ctx, card, "it starts *in ")
	call, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool {
		return m.ThreadTS == card.TS && m.ReplyBroadcast && strings.Contains(m.Text, "<@UBOB>, <@UEVE>")
	})
	if err != nil {
		t.Fatal("the approvers were not called")
	}
	if strings.Contains(call.Text, "<!channel>") {
		t.Errorf("a reason calls the channel: %s", call.Text)
	}
	s.slack.PutPerson(slacktest.Person{ID: "UGUEST", Name: "guest", IsRestricted: true})
	s.press(ctx, "UGUEST", card, "restore_stop")
	s.shows(ctx, card, "stopped by @guest")
	s.notStarted()
	d, err := s.slack.PressStale("UGUEST", s.onceWith(ctx, card, "restore_stop"), "restore_stop")
	if err == nil {
		_, err = d.Wait(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	s.told(ctx, "UGUEST", "dismissed by the person below")
}

// onceWith is the card as it was when it last had a button.
func (s *oldStage) onceWith(ctx context.Context, card slacktest.Message, action string) slacktest.Message {
	s.t.Helper()
	var found slacktest.Message
	for _, e := range s.slack.Log() {
		if e.Message == nil || e.TS != card.TS {
			continue
		}
		if _, ok := e.Message.Button(action); ok {
			found = *e.Message
		}
	}
	if found.TS == "" || ctx.Err() != nil {
		s.t.Fatalf("the card never had %s", action)
	}
	return found
}

func TestBinaryFreezesAQueuedStart(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t, glassSettings...)
	card := s.glass(ctx)
	s.press(ctx, "UALICE", card, "restore_confirm")
	s.cardSays(ctx, card, "it starts *in ")
	s.says(ctx, "UBOB", "/restore freeze no", "Restores are frozen now")
	s.shows(ctx, card, "restores are frozen: no")
	s.notStarted()
}

// The whole minute, seen from outside.
func TestBinaryCountsDownAMinuteAndThenStarts(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes a minute")
	}
	ctx, s := begin(t, glassSettings...)
	card := s.glass(ctx)
	began := time.Now()
	s.press(ctx, "UALICE", card, "restore_confirm")
	s.cardSays(ctx, card, "it starts *in ")
	s.shows(ctx, card, "restored")
	if waited := time.Since(began); waited < 59*time.Second {
		t.Errorf("it started after %s", waited)
	}
	if s.portal.Starts() != 1 {
		t.Errorf("startrestore was sent %d times", s.portal.Starts())
	}
	counts := map[string]bool{}
	for _, e := range s.slack.Log() {
		if e.Message == nil || e.TS != card.TS {
			continue
		}
		if _, left, ok := strings.Cut(s.slack.Render(*e.Message, time.UTC), "it starts *in "); ok {
			counts[strings.SplitN(left, "*", 2)[0]] = true
		}
	}
	if len(counts) < 8 {
		t.Errorf("the card counted down %d times: %v", len(counts), counts)
	}
}
