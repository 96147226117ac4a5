package main

import (
	"slices"
	"testing"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
	"docspace-restorebot/docspace/docspacetest"
)

// The address of the portal changes while its restore runs: people are told, and
// the new one is free. Set up again, the restore is followed to its end.
func TestBinaryTellsThatAPortalIsNoLongerSetUp(t *testing.T) {
	t.Parallel()
	other := docspacetest.New(docspacetest.Config{})
	inBubbleBehind(t, hosts{"other.example.com": other}.beside, nil, func(s *stage.Scene) {
		running(t, s)
		s.Kills()

		s.Setenv("DOCSPACE_URL=http://other.example.com", "DOCSPACE_API_KEY_FILE=", "DOCSPACE_API_KEY="+other.Key())
		s.Starts()
		if told := s.WantThreadSays("no longer among the bot's portals", "@alice"); !told.ReplyBroadcast {
			t.Error("the channel was not told")
		}
		s.Bob.Types("/restore " + other.Backups()[0].ID)
		s.Until("the new address is free", func() bool {
			return slices.ContainsFunc(s.Slack.Channel(stage.Channel).Main(), func(m slacktest.Message) bool {
				return !m.Reply() && m.TS != s.Card().TS && len(m.Buttons()) > 0
			})
		})
		s.Kills()

		s.Setenv("DOCSPACE_URL="+stage.PortalURL, "DOCSPACE_API_KEY="+s.Portal.Key())
		s.Portal.Heal()
		s.Starts()
		s.WantFinalCard("done")
		s.WantStarts(1)
	})
}
