package durabletest

import (
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace"
)

// runs examines what the bot learns from: the ends of one portal's restores.
func runs(t *testing.T, s bot.Store) {
	t.Helper()
	kept := map[string]bot.Run{}
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
		row.StartedAt, row.EndedAt = row.RequestedAt.Add(time.Second), row.RequestedAt.Add(time.Hour+time.Nanosecond)
		row.Backup.StorageType, row.Order.Dump, row.Followed = docspace.StorageDocuments, r.id == "second", r.id == "fourth"
		if r.id == "second" {
			row.ClosedBy = "U2"
		}
		kept[r.id] = bot.RunOf(row)
		create(t, s, row)
	}
	list, err := s.Runs(t.Context(), "p", 2)
	if want := []bot.Run{kept["fourth"], kept["second"]}; err != nil || !reflect.DeepEqual(list, want) {
		t.Errorf("the last two runs of p are %+v, want %+v: %v", list, want, err)
	}
	if list, err := s.Runs(t.Context(), "p", 9); err != nil || len(list) != 3 || list[2] != kept["first"] {
		t.Errorf("all runs of p are %+v, %v", list, err)
	}
	if list, err := s.Runs(t.Context(), "nowhere", 2); err != nil || len(list) != 0 {
		t.Errorf("the runs of an unknown portal: %+v, %v", list, err)
	}
}

// search examines that the newest that are wanted are found among others, in
// order, over pages, and no further than is looked.
func search(t *testing.T, s bot.Store) {
	t.Helper()
	for i := range 130 { // in the order of neither their ids nor their times
		n := (i * 37) % 130
		r := Restore("r"+strconv.Itoa(n), "p"+strconv.Itoa(n%3))
		r.State, r.Requester, r.RequestedAt = bot.Succeeded, "U1", At.Add(time.Duration(n/2)*time.Second) // pairs of one moment
		create(t, s, r)
	}
	seen := 0
	find := func(limit int, want func(bot.Restore) bool) (ids []string) {
		seen = 0
		list, err := s.Search(t.Context(), limit, func(r bot.Restore) bool { seen++; return want(r) })
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list {
			if r.Requester == "" {
				t.Errorf("%s was not read whole", r.ID)
			}
			ids = append(ids, r.ID)
		}
		return ids
	}
	for _, c := range []struct {
		limit  int
		portal string
		want   []string
		looked int
	}{
		{3, "p1", []string{"r127", "r124", "r121"}, 9},
		{1, "p0", []string{"r129"}, 1},
		{5, "nowhere", nil, 130},
		{0, "p0", nil, 0},
	} {
		if got := find(c.limit, func(r bot.Restore) bool { return r.Portal == c.portal && r.State == bot.Succeeded }); !slices.Equal(got, c.want) || seen > c.looked+1 {
			t.Errorf("%d of %s are %q after a look at %d, want %q", c.limit, c.portal, got, seen, c.want)
		}
	}
	all := find(200, func(bot.Restore) bool { return true })
	if len(all) != 130 || len(slices.Compact(slices.Sorted(slices.Values(all)))) != 130 {
		t.Errorf("all are %d", len(all))
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
