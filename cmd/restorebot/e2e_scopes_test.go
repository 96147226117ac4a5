package main

import (
	"testing"

	"docspace-restorebot/bot/slackchat"
	"docspace-restorebot/cmd/restorebot/stage"
)

func TestManifestsScopesAreAllThatARestoreNeeds(t *testing.T) {
	t.Parallel()
	setInBubble(t, nil, nil, func(s *stage.Scene) {
		var scopes []string
		for _, scope := range slackchat.Scopes(slackchat.Features{}) {
			scopes = append(scopes, scope.Name)
		}
		s.Slack.SetScopes(scopes...)
		s.Starts()
		s.Alice.Types("/restore " + s.Newest())
		s.WantCard()
		s.Bob.Presses("Restore")
		s.WantFinalCard("restored")
		if end := s.WantThreadSays("done"); !end.ReplyBroadcast {
			t.Error("the end was told in the thread alone")
		}
		for _, call := range s.Slack.Calls("") {
			if call.Error == "missing_scope" {
				t.Errorf("%s needs a scope that the manifest lacks", call.Method)
			}
		}
	})
}
