package main

import (
	"testing"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
)

// What admitted a request is checked anew at the press: the settings have changed,
// or the person who asked has left.
func TestBinaryChecksWhatAdmittedARequestAtThePress(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		setting string
		deleted bool
		words   string
	}{
		"not on the list of people":   {"RESTORE_USERS=" + stage.Bob, false, "may not do so any more"},
		"not in the list of channels": {"RESTORE_CHANNELS=CELSE", false, "This channel no longer takes requests"},
		"has left":                    {"", true, "may not do so any more"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, []string{"RESTORE_APPROVERS=" + stage.Alice + "," + stage.Bob}, func(s *stage.Scene) {
				s.Alice.Types("/restore " + s.Newest())
				s.WantCard()
				s.Kills()
				if c.setting != "" {
					s.Setenv(c.setting)
				}
				s.Slack.PutPerson(slacktest.Person{ID: stage.Alice, Name: "alice", Deleted: c.deleted})
				s.Starts()
				s.Bob.Presses("Restore")
				s.Bob.WantTold(c.words, "Your press changed nothing")
				s.WantStarts(0)
			})
		})
	}
}
