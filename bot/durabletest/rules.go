package durabletest

import (
	"errors"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"docspace-restorebot/bot"
)

// rules checks that what people were told of the rules is kept, and that of those
// who change it together one wins.
func rules(t *testing.T, s bot.Store) {
	t.Helper()
	first, err := s.Rules(t.Context())
	if err != nil || !reflect.DeepEqual(first, bot.ToldRules{}) {
		t.Fatalf("of a new database: %+v, %v", first, err)
	}
	book := bot.RuleBook{"": {}, "docs": {}}
	set := book["docs"]
	fill(t, reflect.ValueOf(&set).Elem())
	book["docs"] = set
	next := bot.ToldRules{Rules: book, Telling: bot.Telling{ID: "t1", Rules: book, By: "p1", Until: At, Told: []string{"C1"}}}
	saved, err := s.SaveRules(t.Context(), first, next, bot.Event{At: At, Kind: bot.EventRules, Detail: map[string]string{"all": "approvals 2 → 1"}})
	if err != nil || saved.Version != first.Version+1 {
		t.Fatalf("saved as version %d, %v", saved.Version, err)
	}
	if got, err := s.Rules(t.Context()); err != nil || !reflect.DeepEqual(got, saved) {
		t.Errorf("got  %+v, %v\nwant %+v", got, err, saved)
	}
	_, err = s.SaveRules(t.Context(), first, bot.ToldRules{})
	wantErr(t, err, bot.ErrStale)

	var all sync.WaitGroup
	var won atomic.Int64
	for range 8 {
		all.Go(func() {
			mine := saved
			mine.Telling.Until = At.Add(time.Hour)
			switch _, err := s.SaveRules(t.Context(), saved, mine); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, bot.ErrStale):
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got, err := s.Rules(t.Context()); won.Load() != 1 || err != nil || got.Version != saved.Version+1 {
		t.Errorf("%d of 8 won, version %d, %v", won.Load(), got.Version, err)
	}
}
