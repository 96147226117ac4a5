package main

import (
	"strings"
	"testing"

	"docspace-restorebot/bot/slacktest"
)

// An id that is pasted as a message shows it comes to the same card.
func TestBinaryUnderstandsPastedIDs(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t)
	s.says(ctx, "UALICE", "/restore abc\u2011def", "abc[U+2011]def", "Nothing was started")
	pasted := "`*" + strings.ReplaceAll(s.newest(), "-", "\u2011") + "*`.\n"
	if _, err := s.slack.Command("UALICE", "COPS", "/restore "+pasted).Wait(ctx); err != nil {
		t.Fatal(err)
	}
	card, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool { return len(m.Buttons()) > 0 })
	if err != nil {
		t.Fatal("no card with buttons")
	}
	s.writtenDown(ctx, card)
	s.says(ctx, "UALICE", "/restore cancel <*"+card.Buttons()[0].Value+"*>,", "Dismissed. Nothing was started.")
	s.shows(ctx, card, "dismissed")
	s.notStarted()
}
