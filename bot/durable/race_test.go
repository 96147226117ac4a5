package durable_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/durabletest"
)

// together calls act once for each of three stores of a database, at once and
// several times over, and returns what they answered.
func together(t *testing.T, url string, times int, act func(s *durable.Store, i int) error) []error {
	t.Helper()
	var stores [3]*durable.Store
	for i := range stores {
		stores[i] = openURL(t, url)
	}
	errs := make([]error, times*len(stores))
	var all sync.WaitGroup
	begin := make(chan struct{})
	for i := range errs {
		all.Go(func() {
			<-begin
			errs[i] = act(stores[i%len(stores)], i)
		})
	}
	close(begin)
	all.Wait()
	return errs
}

// wantOne checks that one call succeeded and all others failed with want.
func wantOne(t *testing.T, errs []error, want error) {
	t.Helper()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
	if won != 1 {
		t.Errorf("%d calls succeeded", won)
	}
}

// Slack delivers a command again, to another replica, at the same moment.
func duplicates(t *testing.T, url string) {
	t.Helper()
	wantOne(t, together(t, url, 5, func(s *durable.Store, i int) error {
		r := durabletest.Restore(fmt.Sprint("r", i), "p")
		r.Delivery = "one trigger"
		return s.Create(t.Context(), r, bot.Event{At: durabletest.At, Kind: bot.EventRequested})
	}), bot.ErrDuplicate)
	s := openURL(t, url)
	if head, err := s.CheckAudit(t.Context(), durable.AuditHead{}); err != nil || head.Lines != 1 {
		t.Errorf("the trail: %v, %v", head, err)
	}
}

func onePortal(t *testing.T, url string) {
	t.Helper()
	wantOne(t, together(t, url, 5, func(s *durable.Store, i int) error {
		return s.Create(t.Context(), durabletest.Restore(fmt.Sprint("r", i), "p"))
	}), bot.ErrPortalBusy)
	s := openURL(t, url)
	r, ok, err := s.OpenOn(t.Context(), bot.PortalName{Name: "p"})
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	next := r
	next.State = bot.Confirmed
	wantOne(t, together(t, url, 5, func(s *durable.Store, _ int) error {
		_, err := s.Wake(t.Context(), r, next)
		return err
	}), bot.ErrStale)
}

func onlyTrail(t *testing.T, url string) {
	t.Helper()
	const times = 40
	for _, err := range together(t, url, times, func(s *durable.Store, i int) error {
		return s.Note(t.Context(), bot.Event{At: durabletest.At, Kind: bot.EventRefused, Actor: fmt.Sprint("U", i)}, bot.Event{At: durabletest.At})
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	s := openURL(t, url)
	if head, err := s.CheckAudit(t.Context(), durable.AuditHead{}); err != nil || head.Lines != 2*3*times {
		t.Errorf("the trail: %v, %v", head, err)
	}
}
