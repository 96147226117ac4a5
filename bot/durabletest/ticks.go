package durabletest

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
)

// ticks examines that an after-care list keeps what two people tick at once, each on a
// screen that does not show the other's ticks.
func ticks(t *testing.T, s bot.Store) {
	t.Helper()
	const each = 5
	r := Restore("ticked", "p")
	r.State, r.Team, r.Channel, r.CardTS, r.Settled = bot.Succeeded, "T1", "C1", "1.1", true
	r.Checklist = bot.Checklist{TS: "1.2"}
	var all []string
	for i := range 2 * each {
		id := strconv.Itoa(i)
		all = append(all, id)
		r.Checklist.Items = append(r.Checklist.Items, bot.CheckItem{ID: id, Kind: bot.CheckOther, Text: "Do " + id})
	}
	create(t, s, r)
	anybody := policy.AllowList{Any: true}
	b := &bot.Bot{
		Store: s, Directory: team{}, Log: slog.New(slog.DiscardHandler),
		Policy: policy.Policy{Team: "T1", App: "A1", Users: anybody, Approvers: anybody, Channels: anybody},
	}
	begun := time.Now().UTC()
	var both sync.WaitGroup
	for n, user := range []string{"U1", "U2"} {
		both.Go(func() {
			var chosen []string
			for i := range each {
				chosen = append(chosen, all[n*each+i])
				answer, _ := b.Press(t.Context(), bot.Press{
					Caller: policy.Caller{App: "A1", Team: "T1", Channel: "C1", User: user, Delivery: user + strconv.Itoa(i)}, Action: bot.PressTick,
					Restore: r.ID, MessageTS: "1.2", Choice: bot.Choice{Most: len(all), Chosen: chosen},
				})
				if answer != nil {
					t.Errorf("%s, tick %d: %+v", user, i, answer)
				}
			}
		})
	}
	both.Wait()
	got, err := s.Get(t.Context(), r.ID)
	if err != nil || got.Settled || got.Checklist.Revision != 2*each || got.Checklist.Shown != 0 {
		t.Errorf("after %d ticks: settled %t, revision %d, %v", 2*each, got.Settled, got.Checklist.Revision, err)
	}
	for i, id := range all {
		tick, done := got.Checklist.Done(id)
		if who := "U" + strconv.Itoa(1+i/each); !done || tick.User != who || tick.At.Before(begun) {
			t.Errorf("item %s: %t, %+v, want it done by %s", id, done, tick, who)
		}
	}
	trail, err := s.Trail(t.Context(), r.ID)
	if err != nil || len(trail) != 2*each || trail[0].Kind != bot.EventTicked {
		t.Errorf("the trail holds %d ticks: %+v, %v", len(trail), trail, err)
	}
}

// team is a workspace of members alone.
type team struct{}

func (team) Person(_ context.Context, user string) (policy.Person, error) {
	return policy.Person{ID: user, Team: "T1"}, nil
}

func (team) Place(_ context.Context, channel string) (policy.Place, error) {
	return policy.Place{ID: channel}, nil
}

func (team) Members(context.Context, string) ([]string, error) { return nil, nil }

func (team) Fresh() policy.Directory { return team{} }
