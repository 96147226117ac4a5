package main

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"docspace-restorebot/bot/durable"
)

// sample is what a process held at one moment of its life.
type sample struct {
	After      time.Duration `json:"after"`
	Memory     int64         `json:"memory"`
	Goroutines int           `json:"goroutines"`
	Files      int           `json:"files"`
}

// tally is what the database held at one moment.
type tally struct {
	Begun int            `json:"restores"` // until then
	Bytes int64          `json:"bytes"`    // of the file
	Texts int64          `json:"texts"`    // of them, in the rows that a restore leaves
	Of    map[string]int `json:"of"`       // by kind
}

// kept are the kinds of rows. What a restore leaves for ever is its history and
// its trail; all else is for a time.
var kept = []struct {
	name, query string
	forEver     bool
}{
	{"restores", `SELECT count(*) FROM restore`, true},
	{"confirmations", `SELECT count(*) FROM confirmation`, true},
	{"audit lines of restores", `SELECT count(*) FROM audit WHERE restore_id <> ''`, true},
	{"audit lines of refusals", `SELECT count(*) FROM audit WHERE restore_id = ''`, true},
	{"jobs that wait or run", `SELECT count(*) FROM river_job WHERE finalized_at IS NULL AND NOT ` + overtaken, false},
	{"jobs of requests since pressed", `SELECT count(*) FROM river_job WHERE finalized_at IS NULL AND ` + overtaken, false},
	{"jobs that ended", `SELECT count(*) FROM river_job WHERE finalized_at IS NOT NULL`, false},
	{"notices of the queue", `SELECT count(*) FROM river_notification`, false},
	{"forms that nobody can use", `SELECT count(*) FROM form WHERE until < ` + nowInNanos, false},
}

// overtaken are jobs of an earlier generation: the one that would let a request
// expire stays after its press, and ends as a no-op when that time comes.
const overtaken = `EXISTS (SELECT 1 FROM restore WHERE id = json_extract(args, '$.restore') AND generation > json_extract(args, '$.generation'))`

// texts is the length of what is written of restores.
const texts = `SELECT (SELECT coalesce(sum(length(data) + length(portal) + length(delivery)), 0) FROM restore) +
	(SELECT coalesce(sum(length(detail) + length(kind) + length(actor) + length(prev_hash) + length(hash)), 0) FROM audit WHERE restore_id <> '')`

// nowInNanos is the database's clock as the forms have it.
const nowInNanos = `CAST(strftime('%s', 'now') AS INTEGER) * 1000000000`

func (k *soaker) sample(ctx context.Context, after time.Duration) (one sample, err error) {
	u, err := k.actor.usage()
	if err != nil {
		return one, fmt.Errorf("%w\n%s", err, tail(k.actor.log.String()))
	}
	one = sample{After: after, Memory: u.Anon, Files: u.Files}
	one.Goroutines, err = k.goroutines(ctx)
	return one, err
}

// count counts the rows in a copy that the bot makes while it runs.
func (k *soaker) count(ctx context.Context) (counted tally, err error) {
	file := filepath.Join(k.dir, "copy.db")
	counted = tally{Begun: k.begun(), Of: map[string]int{}}
	if counted.Bytes, err = durable.Copy(ctx, "sqlite:"+k.databaseFile(), file); err != nil {
		return counted, err
	}
	defer func() { err = errors.Join(err, os.Remove(file)) }()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		return counted, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for _, kind := range kept {
		var n int
		if err := db.QueryRowContext(ctx, kind.query).Scan(&n); err != nil {
			return counted, fmt.Errorf("%s: %w", kind.name, err)
		}
		counted.Of[kind.name] = n
	}
	if err := db.QueryRowContext(ctx, texts).Scan(&counted.Texts); err != nil {
		return counted, fmt.Errorf("texts: %w", err)
	}
	return counted, nil
}

// goroutines asks the bot's metrics.
func (k *soaker) goroutines(ctx context.Context) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+k.metrics+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	_, rest, found := strings.Cut(string(text), "\ngo_goroutines ")
	value, _, _ := strings.Cut(rest, "\n")
	n, err := strconv.ParseFloat(value, 64)
	if !found || err != nil {
		return 0, cmp.Or(err, errors.New("the bot's metrics do not tell its goroutines"))
	}
	return int(n), nil
}
