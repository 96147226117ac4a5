package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"docspace-restorebot/bot/durabletest"
	"docspace-restorebot/bot/slacktest"
)

// Two bots share one PostgreSQL and Slack's envelopes: people are counted once,
// a freeze on one holds the other, and the trail is whole.
func TestBinaryReplicasKeepTheGatesTogether(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	s.env = append(s.env, append(everybody, "SLACK_CONNECTIONS=1", "RESTORE_APPROVALS=3", "RESTORE_SELF_APPROVAL=false", "DATABASE_URL="+durabletest.StartPostgres(t).URL())...)
	s.start(ctx)
	s.start(ctx)
	if err := s.slack.WaitFor(ctx, func(w *slacktest.Slack) bool { return len(w.Connections()) == 2 }); err != nil {
		t.Fatal("the second bot did not connect")
	}
	card := s.card(ctx)
	s.says(ctx, "UBOB", "/restore freeze both", "Restores are frozen now")
	for range 4 { // whichever of them hears it
		seen := len(s.slack.Ephemerals("UEVE"))
		d, err := s.slack.PressStale("UEVE", card, "restore_confirm")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = d.Wait(ctx)
		s.toldNext(ctx, "UEVE", seen, "Restores are frozen: both")
	}
	s.says(ctx, "UBOB", "/restore unfreeze", "ask for restores again")
	var all sync.WaitGroup
	for n := range 60 {
		user := fmt.Sprintf("UTEN%d", n%10)
		if n < 10 {
			s.slack.PutPerson(slacktest.Person{ID: user, Name: strings.ToLower(user)})
		}
		if n == 50 { // on a slow machine some press again
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
	s.wholeTrail() // read beside the running bots
	out, errs, status := s.audit("export")
	if status != 0 || strings.Count(out, `"kind":"confirmed"`) != 3 {
		t.Errorf("status %d, %d confirmations: %s", status, strings.Count(out, `"kind":"confirmed"`), errs)
	}
}
