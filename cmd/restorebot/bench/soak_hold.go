package main

import (
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

	_ "modernc.org/sqlite" // reads the copies

	"docspace-restorebot/bot/durable"
)

// sample is what a process held at one moment of its life.
type sample struct {
	memory            int64
	goroutines, files int
}

const samples = 60

// watch takes samples in the last life, after a third of it.
func (k *soaker) watch(ctx context.Context, life time.Duration) error {
	began := time.Now()
	for n := range samples {
		if err := pause(ctx, time.Until(began.Add(life/3+life*2/3*time.Duration(n+1)/samples))); err != nil {
			return err
		}
		u, err := usageOf(k.bot.Process())
		if err != nil {
			return err
		}
		goroutines, err := k.goroutines(ctx)
		if err != nil {
			return err
		}
		k.found.samples = append(k.found.samples, sample{u.anon, goroutines, u.files})
		if (n+1)%(samples/2) == 0 {
			rows, err := k.rows(ctx)
			if err != nil {
				return err
			}
			k.found.rows = append(k.found.rows, rows)
		}
	}
	return nil
}

// passing are the rows that go again. What a restore leaves for ever is its history
// and its trail.
var passing = map[string]string{
	"jobs that wait or run": `SELECT count(*) FROM river_job WHERE finalized_at IS NULL`,
	"jobs that ended":       `SELECT count(*) FROM river_job WHERE finalized_at IS NOT NULL`,
	"notices of the queue":  `SELECT count(*) FROM river_notification`,
}

// rows counts them in a copy that is made while the bot runs.
func (k *soaker) rows(ctx context.Context) (counted map[string]int, err error) {
	file := filepath.Join(k.Dir(), "copy.db")
	if _, err := durable.Copy(ctx, "sqlite:"+k.Database(), file); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.Remove(file)) }()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	counted = map[string]int{}
	for name, query := range passing {
		var n int
		if err := db.QueryRowContext(ctx, query).Scan(&n); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		counted[name] = n
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
	_, rest, _ := strings.Cut(string(text), "\ngo_goroutines ")
	value, _, _ := strings.Cut(rest, "\n")
	n, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return 0, errors.New("the bot's metrics do not tell its goroutines")
	}
	return int(n), nil
}
