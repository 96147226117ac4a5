package main

import (
	"context"
	"database/sql"
	"encoding/json"
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
)

// The ends that a request may come to in a soak. All others are faults.
const (
	begunAndTold = "begun and told"
	nobodyThere  = "lost with no bot there"
	// A request that comes while the one before is open is told so, and so is
	// one that comes before the owners have put a new key.
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
	refusals []refused
}

type refused struct {
	at            time.Time
	channel, rule string
	restore       string // "" where there was none yet
}

// of is the end that a request has come to. lost says that it was never
// answered, and excused that no bot was there to answer it.
func (r record) of(typed *slacktest.Delivery, acked time.Time, excused bool) string {
	if restore, there := r.restores[typed.TriggerID]; there {
		return endOf(restore)
	}
	if acked.IsZero() {
		if excused {
			return nobodyThere
		}
		return "lost"
	}
	for _, no := range r.refusals {
		if no.restore == "" && no.channel == typed.Channel && !no.at.Before(typed.At) && !no.at.After(acked) && !typedWrong(no.rule) {
			return "refused: " + no.rule
		}
	}
	return "answered, and not recorded"
}

// typedWrong are the refusals that the other commands of a soak are meant to
// meet.
func typedWrong(rule string) bool {
	return rule == string(policy.RuleSyntax) || rule == string(policy.RuleChannel) || rule == string(policy.RulePerson)
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

// fates looks up what became of each request so far. open is how many may still
// come to another end.
func (k *soaker) fates(ctx context.Context) (found outcomes, presses outcomes, open int, err error) {
	r, err := k.read(ctx)
	if err != nil {
		return nil, nil, 0, err
	}
	found = outcomes{}
	for _, typed := range k.wishes {
		var acked time.Time
		if acks := typed.Acks(); len(acks) > 0 && typed.Err() == nil {
			acked = acks[0].At
		}
		found[r.of(typed, acked, k.excused(typed.At))]++
		if restore, there := r.restores[typed.TriggerID]; there && (!restore.State.Ended() || restore.State.Announced() && restore.EndTS == "") {
			open++
		}
	}
	presses = outcomes{}
	for _, no := range r.refusals {
		if no.restore != "" {
			presses[no.rule]++
		}
	}
	return found, presses, open, nil
}

// read reads them in a copy that the bot makes while it runs.
func (k *soaker) read(ctx context.Context) (r record, err error) {
	file := filepath.Join(k.dir, "fates.db")
	if _, err := durable.Copy(ctx, "sqlite:"+k.databaseFile(), file); err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, os.Remove(file)) }()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	r.restores = map[string]bot.Restore{}
	err = each(ctx, db, `SELECT state, delivery, data, 0 FROM restore`, func(state, delivery, data string, _ int64) error {
		var kept struct {
			bot.Restore
			AnswerURL string // a secret, which its own type does not read
		}
		err := json.Unmarshal([]byte(data), &kept)
		kept.State = bot.State(state)
		r.restores[delivery] = kept.Restore
		return err
	})
	if err != nil {
		return r, err
	}
	return r, each(ctx, db, `SELECT restore_id, actor, detail, at FROM audit WHERE kind = '`+string(bot.EventRefused)+`'`,
		func(restore, actor, detail string, at int64) error {
			if actor != asker {
				return nil
			}
			var said struct{ Channel, Rule string }
			err := json.Unmarshal([]byte(detail), &said)
			r.refusals = append(r.refusals, refused{time.Unix(0, at), said.Channel, said.Rule, restore})
			return err
		})
}

// each calls take for every row.
func each(ctx context.Context, db *sql.DB, query string, take func(a, b, c string, n int64) error) error {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var a, b, c string
		var n int64
		if err := errors.Join(rows.Scan(&a, &b, &c, &n), take(a, b, c, n)); err != nil {
			return err
		}
	}
	return rows.Err()
}
