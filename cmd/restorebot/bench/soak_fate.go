package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
)

// The ends that a request may come to in a soak. All others are faults.
const (
	begunAndTold = "begun and told"
	nobodyThere  = "lost with no bot there"
	// A request that comes while the one before is open is told so, and so is one that
	// comes before the owners have put a new key.
	openBefore = "refused: " + string(policy.RuleBusy)
	keyDead    = "refused: " + string(policy.RuleKey)
)

var meant = []string{begunAndTold, nobodyThere, openBefore, keyDead}

// outcomes are how many requests came to each end.
type outcomes map[string]int

func (o outcomes) asked() (n int) {
	for _, some := range o {
		n += some
	}
	return n
}

func (o outcomes) String() string {
	var all []string
	for _, end := range slices.Sorted(maps.Keys(o)) {
		all = append(all, fmt.Sprintf("%d %s", o[end], end))
	}
	return strings.Join(all, ", ")
}

// check wants an end that is meant for each request, and that most were begun.
func (o outcomes) check() (wrong []error) {
	for _, end := range slices.Sorted(maps.Keys(o)) {
		if !slices.Contains(meant, end) {
			wrong = append(wrong, fmt.Errorf("of %d requests %d ended so: %s", o.asked(), o[end], end))
		}
	}
	if n := o[begunAndTold]; 2*n < o.asked()-o[nobodyThere] {
		wrong = append(wrong, fmt.Errorf("of %d requests only %d were begun and told", o.asked(), n))
	}
	return wrong
}

// record is what the database says of requests and refusals.
type record struct {
	restores map[string]bot.Restore // by the trigger of the command
	refusals []durable.AuditLine    // of Alice, where no restore was recorded
}

// read reads the database of a bot that has stopped.
func read(ctx context.Context, databaseURL string) (r record, err error) {
	store, err := durable.Open(ctx, databaseURL)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	all, err := store.Recent(ctx, 100_000)
	if err != nil {
		return r, err
	}
	r.restores = map[string]bot.Restore{}
	for _, one := range all {
		r.restores[one.Delivery] = one
	}
	for l, err := range store.Audit(ctx) {
		if err != nil {
			return r, err
		}
		if l.Kind == string(bot.EventRefused) && l.Actor == stage.Alice && l.Restore == "" && l.Detail["rule"] != string(policy.RuleSyntax) {
			r.refusals = append(r.refusals, l)
		}
	}
	return r, nil
}

// of is the end that a request has come to. acked is zero where it was never
// answered, and excused says that no bot was there to answer it.
func (r record) of(typed *slacktest.Delivery, acked time.Time, excused bool) string {
	if restore, there := r.restores[typed.TriggerID]; there {
		return endOf(restore)
	}
	switch {
	case acked.IsZero() && excused:
		return nobodyThere
	case acked.IsZero():
		return "lost"
	}
	for _, no := range r.refusals {
		if no.Detail["channel"] == typed.Channel && !no.At.Before(typed.At) && !no.At.After(acked) {
			return "refused: " + no.Detail["rule"]
		}
	}
	return "answered, and not recorded"
}

func endOf(r bot.Restore) string {
	switch {
	case r.State == bot.Succeeded && r.EndTS != "":
		return begunAndTold
	case r.State == bot.Refused, r.State == bot.Failed && r.StartedAt.IsZero():
		return "refused: " + string(r.Reason.Rule)
	case r.State == bot.Requested && r.CardTS == "":
		return "never shown"
	case r.State == bot.Requested:
		return "never confirmed"
	case r.State.Ended() && r.State.Announced() && r.EndTS == "":
		return string(r.State) + ", and nobody was told"
	}
	return string(r.State)
}

// settle waits until every request has come to its end, and every end is told.
func (k *soaker) settle(ctx context.Context, crowd *people) error {
	for stopped := time.Now(); ; {
		k.found.restores, k.found.told = k.begun(), crowd.count()
		open, err := k.open(ctx)
		if err != nil {
			return err
		}
		if open == 0 && k.found.told >= k.found.restores || time.Since(stopped) > endsWithin {
			return nil
		}
		if err := pause(ctx, time.Second); err != nil {
			return err
		}
	}
}

// open is how many requests may still come to another end. The bot works on: it
// looks into a copy.
func (k *soaker) open(ctx context.Context) (n int, err error) {
	dir, err := os.MkdirTemp(k.Dir(), "copy-")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	file := filepath.Join(dir, "bot.db")
	if _, err := durable.Copy(ctx, "sqlite:"+k.Database(), file); err != nil {
		return 0, err
	}
	r, err := read(ctx, "sqlite:"+file)
	for _, restore := range r.restores {
		if !restore.State.Ended() || restore.State.Announced() && restore.EndTS == "" {
			n++
		}
	}
	return n, err
}

// count looks up what became of everything that was typed.
func (k *soaker) count(ctx context.Context) error {
	r, err := read(ctx, "sqlite:"+k.Database())
	if err != nil {
		return err
	}
	k.found.outcomes = outcomes{}
	for _, typed := range k.requests {
		var acked time.Time
		if acks := typed.Acks(); len(acks) > 0 && typed.Err() == nil {
			acked = acks[0].At
		}
		k.found.outcomes[r.of(typed, acked, k.excused(typed.At))]++
	}
	k.found.typed = len(k.commands)
	if k.found.commands, err = became(ctx, k.commands, k.found.length); err != nil {
		return err
	}
	for _, typed := range slices.Concat(k.commands, k.pickers, k.requests) {
		switch _, err := typed.Wait(ctx); {
		case err == nil:
		case k.excused(typed.At):
			k.found.lostDown++
		case len(typed.Acks()) > 0:
			k.found.late++
		default:
			k.found.lost++
			fmt.Fprintf(k.notes, "lost at %s: %v, sent on %d connections\n", typed.At.Format(time.TimeOnly), typed.Err(), len(typed.Attempts()))
		}
	}
	return nil
}
