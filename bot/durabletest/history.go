package durabletest

import (
	"reflect"
	"testing"
	"time"

	"docspace-restorebot/bot"
)

// ended examines what the bot learns from: the ends of one portal's restores.
func ended(t *testing.T, s bot.Store) {
	t.Helper()
	for i, r := range []struct {
		id, portal string
		state      bot.State
	}{
		{"first", "p", bot.Succeeded},
		{"second", "p", bot.Failed},
		{"third", "p", bot.Dismissed},
		{"fourth", "p", bot.Succeeded},
		{"other", "q", bot.Succeeded},
		{"open", "p", bot.Running},
	} {
		row := Restore(r.id, r.portal)
		row.State, row.RequestedAt = r.state, At.Add(time.Duration(i)*time.Minute)
		create(t, s, row)
	}
	list, err := s.Ended(t.Context(), "p", 2)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 || list[0].ID != "fourth" || list[1].ID != "second" {
		t.Errorf("the last two ends of p are %+v", list)
	}
	if list, err := s.Ended(t.Context(), "nowhere", 2); err != nil || len(list) != 0 {
		t.Errorf("the ends of an unknown portal: %+v, %v", list, err)
	}
}

// trail examines that the events of one restore come back as they were, in order.
func trail(t *testing.T, s bot.Store) {
	t.Helper()
	want := []bot.Event{
		{At: At, Restore: "a", Kind: bot.EventRequested, Actor: "U1", Detail: map[string]string{"command": "<&> \"é\""}},
		{At: At.Add(time.Second), Restore: "a", Kind: bot.EventConfirmed, Actor: "U2"},
	}
	if err := s.Create(t.Context(), Restore("a", "p"), want[0]); err != nil {
		t.Fatal(err)
	}
	if err := s.Note(t.Context(), bot.Event{At: At, Restore: "b", Kind: bot.EventRefused}, want[1]); err != nil {
		t.Fatal(err)
	}
	got, err := s.Trail(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// longTrail examines that events come back in order however many are noted at
// once.
func longTrail(t *testing.T, s bot.Store) {
	t.Helper()
	var want []bot.Event
	for n := range 35 {
		var now []bot.Event
		for range n {
			now = append(now, bot.Event{At: At.Add(time.Duration(len(want) + len(now))), Restore: "a", Kind: bot.EventRefused, Actor: "U1"})
		}
		if err := s.Note(t.Context(), now...); err != nil {
			t.Fatal(err)
		}
		want = append(want, now...)
	}
	got, err := s.Trail(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%d events of %d came back, or others", len(got), len(want))
	}
}
