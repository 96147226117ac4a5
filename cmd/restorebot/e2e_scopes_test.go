package main

import (
	"context"
	"testing"
	"time"

	"docspace-restorebot/bot/slackchat"
	"docspace-restorebot/bot/slacktest"
)

func TestManifestsScopesAreAllThatARestoreNeeds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s := setStage(t)
	var scopes []string
	for _, scope := range slackchat.Scopes(slackchat.Features{}) {
		scopes = append(scopes, scope.Name)
	}
	s.slack.SetScopes(scopes...)
	s.start(ctx)
	card := s.card(ctx)
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.shows(ctx, card, "restored")
	if _, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool { return m.ThreadTS == card.TS && m.ReplyBroadcast }); err != nil {
		t.Error("the end was not told in the thread")
	}
	for _, call := range s.slack.Calls("") {
		if call.Error == "missing_scope" {
			t.Errorf("%s needs a scope that the manifest lacks", call.Method)
		}
	}
}
