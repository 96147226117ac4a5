package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
)

// A hundred presses by ten people at once: three count, one start comes of
// them, and the other ninety-seven are each told what became of it.
func TestEveryPressOfAHundredIsCountedOrAnswered(t *testing.T) {
	t.Parallel()
	inBubble(t, append(everybody, "RESTORE_APPROVALS=3"), func(s *stage.Scene) {
		s.Slack.SetLimits(slacktest.Unlimited())
		s.Alice.Types("/restore " + s.Newest())
		card := s.WantCard()
		var sent []*slacktest.Delivery
		for n := range 100 {
			user := fmt.Sprintf("UTEN%d", n%10)
			if n < 10 {
				s.Slack.PutPerson(slacktest.Person{ID: user, Name: strings.ToLower(user)})
			}
			d, err := s.Slack.PressStale(user, card, "restore_confirm")
			if err != nil {
				t.Error(err)
				return
			}
			sent = append(sent, d)
		}
		for _, d := range sent {
			if _, err := d.Wait(s.Context()); err != nil {
				t.Error(err)
			}
		}
		s.WantFinalCard("was restored")
		s.WantStarts(1)
		time.Sleep(10 * time.Minute)
		told := 0
		for n := range 10 {
			for _, m := range s.Slack.Ephemerals(fmt.Sprintf("UTEN%d", n)) {
				told++
				if !strings.Contains(m.Text, "changed nothing") {
					t.Errorf("told: %s", m.Text)
				}
			}
		}
		if told != 97 {
			t.Errorf("%d were told", told)
		}
		s.Stops()
		store, err := durable.Open(s.Context(), "sqlite:"+s.Database())
		if err != nil {
			t.Error(err)
			return
		}
		defer store.Close()
		if head, err := store.CheckAudit(s.Context(), durable.AuditHead{}); err != nil || head.Lines < 100 {
			t.Errorf("the trail: %v, %v", head, err)
		}
	})
}
