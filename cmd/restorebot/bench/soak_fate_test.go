package main

import (
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/bot/slacktest"
)

func TestSoakFailsOnARequestWithoutAMeantEnd(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		ends outcomes
		want string
	}{
		"all good":               {outcomes{begunAndTold: 3, nobodyThere: 1, openBefore: 1, keyDead: 1}, ""},
		"nobody ever there":      {outcomes{nobodyThere: 2}, ""},
		"never confirmed":        {outcomes{begunAndTold: 11, "never confirmed": 6}, "of 17 requests 6 ended so: never confirmed"},
		"expired":                {outcomes{begunAndTold: 3, "expired": 1}, "of 4 requests 1 ended so: expired"},
		"lost":                   {outcomes{begunAndTold: 3, "lost": 1}, "1 ended so: lost"},
		"refused for the person": {outcomes{begunAndTold: 3, "refused: directory": 1}, "1 ended so: refused: directory"},
		"still running":          {outcomes{begunAndTold: 3, "running": 1}, "1 ended so: running"},
		"mostly refused":         {outcomes{begunAndTold: 1, keyDead: 2}, "of 3 requests only 1 were begun and told"},
	} {
		wrong := c.ends.check()
		if c.want == "" && len(wrong) > 0 || c.want != "" && (len(wrong) != 1 || !strings.Contains(wrong[0].Error(), c.want)) {
			t.Errorf("%s: got %v", what, wrong)
		}
	}
}

// What became of a request is what the database says, and only where it says
// nothing what Slack or the trail says.
func TestSoakTellsWhatBecameOfARequest(t *testing.T) {
	t.Parallel()
	at := time.Now()
	typed := &slacktest.Delivery{TriggerID: "t1", Channel: "C1", At: at}
	acked := at.Add(10 * time.Millisecond)
	no := func(rule policy.Rule, change func(*refused)) record {
		one := refused{at: at.Add(time.Millisecond), channel: "C1", rule: string(rule)}
		if change != nil {
			change(&one)
		}
		return record{refusals: []refused{one}}
	}
	row := func(r bot.Restore) record { return record{restores: map[string]bot.Restore{"t1": r}} }
	for _, c := range []struct {
		record  record
		acked   time.Time
		excused bool
		want    string
	}{
		{row(bot.Restore{State: bot.Succeeded, EndTS: "1.2"}), acked, false, begunAndTold},
		{row(bot.Restore{State: bot.Succeeded, EndTS: "1.2"}), time.Time{}, true, begunAndTold}, // recorded, and then killed
		{row(bot.Restore{State: bot.Succeeded}), acked, false, "succeeded, and nobody was told"},
		{row(bot.Restore{State: bot.Refused, Reason: bot.Reason{Rule: policy.RuleKey}}), acked, false, keyDead},
		{row(bot.Restore{State: bot.Failed, EndTS: "1.2", Reason: bot.Reason{Rule: policy.RuleBackup}}), acked, false, "refused: backup"},
		{row(bot.Restore{State: bot.Failed, EndTS: "1.2", StartedAt: at}), acked, false, "failed"},
		{row(bot.Restore{State: bot.Expired}), acked, false, "expired"},
		{row(bot.Restore{State: bot.Requested, CardTS: "1.1"}), acked, false, "never confirmed"},
		{row(bot.Restore{State: bot.Requested}), acked, false, "never shown"},
		{row(bot.Restore{State: bot.Running}), acked, false, "running"},
		{record{}, time.Time{}, true, nobodyThere},
		{record{}, time.Time{}, false, "lost"},
		{record{}, acked, false, "answered, and not recorded"},
		{no(policy.RuleBusy, nil), acked, false, openBefore},
		{no(policy.RuleChannel, nil), acked, false, "answered, and not recorded"}, // of another command
		{no(policy.RuleBusy, func(r *refused) { r.channel = "C2" }), acked, false, "answered, and not recorded"},
		{no(policy.RuleBusy, func(r *refused) { r.restore = "a" }), acked, false, "answered, and not recorded"}, // of a press
		{no(policy.RuleBusy, func(r *refused) { r.at = at.Add(-time.Second) }), acked, false, "answered, and not recorded"},
		{no(policy.RuleBusy, func(r *refused) { r.at = at.Add(time.Second) }), acked, false, "answered, and not recorded"},
	} {
		if got := c.record.of(typed, c.acked, c.excused); got != c.want {
			t.Errorf("got %q, want %q of %+v", got, c.want, c.record)
		}
	}
}

// The rows are read as the bot writes them.
func TestSoakReadsTheFatesOfADatabase(t *testing.T) {
	t.Parallel()
	s, err := setStage(scene{portals: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.close() })
	k := &soaker{stage: s}
	for range 2 {
		k.wishes = append(k.wishes, s.slack.Command(asker, s.channels[0], "/restore x")) // nobody is there
	}
	store, err := durable.Open(t.Context(), "sqlite:"+s.databaseFile())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC()
	r := bot.Restore{
		ID: bot.NewID(), Portal: "p0", State: bot.Requested, Delivery: k.wishes[0].TriggerID, Channel: s.channels[0],
		RequestedAt: now, ExpiresAt: now.Add(time.Minute),
	}
	if err := store.Create(t.Context(), r, bot.Event{At: now, Restore: r.ID, Kind: bot.EventRequested, Actor: asker}); err != nil {
		t.Fatal(err)
	}
	for _, actor := range []string{asker, stranger} {
		err := store.Note(t.Context(), bot.Event{
			At: now, Restore: r.ID, Kind: bot.EventRefused, Actor: actor, Detail: map[string]string{"rule": "stale", "channel": s.channels[0]},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	found, presses, open, err := k.fates(t.Context())
	if err != nil || found.String() != "1 lost, 1 never shown" || presses.String() != "1 stale" || open != 1 {
		t.Errorf("%v, presses refused: %v, open: %d, %v", found, presses, open, err)
	}
}
