package main

import (
	"context"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
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
		"not on the list of people":   {"RESTORE_USERS=UBOB", false, "may not do so any more"},
		"not in the list of channels": {"RESTORE_CHANNELS=CELSE", false, "may not be asked for in this channel any more"},
		"has left":                    {"", true, "may not do so any more"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			t.Cleanup(cancel)
			s := setStage(t)
			s.env = append(s.env, "RESTORE_APPROVERS=UALICE,UBOB")
			cmd := s.start(ctx)
			card := s.card(ctx)
			s.kill(ctx, cmd)
			if c.setting != "" {
				s.env = append(s.env, c.setting)
			}
			s.slack.PutPerson(slacktest.Person{ID: "UALICE", Name: "alice", Deleted: c.deleted})
			s.start(ctx)
			s.press(ctx, "UBOB", card, "restore_confirm")
			s.told(ctx, "UBOB", c.words, "Nothing was started")
			s.notStarted()
		})
	}
}
