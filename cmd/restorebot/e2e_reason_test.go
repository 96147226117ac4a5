package main

import (
	"strings"
	"testing"

	"docspace-restorebot/bot/slacktest"
)

// A request without a reason is refused with words before anything else happens.
func TestBinaryAsksWhyWhereThatIsRequired(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t, "RESTORE_REASON=required")
	for _, flags := range []string{"", " --dry-run", " --reason \"\u2800\""} {
		seen := len(s.slack.Ephemerals("UALICE"))
		if _, err := s.slack.Command("UALICE", "COPS", "/restore "+s.newest()+flags).Wait(ctx); err != nil {
			t.Fatal(err)
		}
		s.toldNext(ctx, "UALICE", seen, "has to say why", "Nothing was started", "--reason")
	}
	s.untouched()
	if _, err := s.slack.Command("UALICE", "COPS", "/restore "+s.newest()+" --reason \"lost <room>\"").Wait(ctx); err != nil {
		t.Fatal(err)
	}
	card := s.cardWith(ctx, "restore_confirm", "lost <room>")
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.shows(ctx, card, "restored in")
}

func TestBinaryPickerAsksWhyWhereThatIsRequired(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t, "RESTORE_REASON=required")
	if _, err := s.slack.Command("UALICE", "COPS", "/restore").Wait(ctx); err != nil {
		t.Fatal(err)
	}
	v := s.picker(ctx, "UALICE", "3 backups, newest first")
	values := slacktest.Values{fieldOf(t, v, "backup_"): s.newest(), "reason": "\u2800"}
	d, err := s.slack.Submit(v, values)
	if err != nil {
		t.Fatal(err)
	}
	if ack, err := d.Wait(ctx); err != nil || !strings.Contains(string(ack.Payload), "Say in a few words why") {
		t.Fatalf("a reason that nobody sees was acked %s, %v", ack.Payload, err)
	}
	s.untouched()
	values["reason"] = "lost room"
	if d, err = s.slack.Submit(v, values); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	s.cardWith(ctx, "restore_confirm", "lost room")
}

// What was said with a dismissal stands on the card and in the report.
func TestBinaryTellsWhyARequestWasDismissed(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t)
	id := s.card(ctx).Buttons()[0].Value
	if _, err := s.slack.Command("UBOB", "COPS", "/restore cancel "+id+" wrong <!channel> backup").Wait(ctx); err != nil {
		t.Fatal(err)
	}
	card := s.cardWith(ctx, "", "Dismissed by", "wrong <!channel> backup")
	if strings.Contains(card.Text, "<!channel>") {
		t.Error("the reason calls the channel")
	}
	out, errs, status := s.report(ctx, id)
	if status != 0 || !strings.Contains(out, "**Closed because:** wrong ") || !strings.Contains(out, "reason=wrong ") {
		t.Errorf("status %d: %s%s", status, out, errs)
	}
	s.notStarted()
}
