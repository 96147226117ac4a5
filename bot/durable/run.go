package durable

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
)

const (
	// pollEvery is how often River looks for steps that are due. SQLite tells it of
	// none, and nobody tells of those that were put off.
	pollEvery = 200 * time.Millisecond
	cooldown  = 10 * time.Millisecond
	// A job goes on to the next step by itself while none was begun for longer
	// than stepsFor; jobTimeout is that, one step more, and room for the records.
	stepsFor   = 10 * time.Second
	jobTimeout = stepsFor + workWithin + 5*time.Second
	// A job that was under way when its process died ends as a no-op when River
	// finds it; reconcile has long replaced it.
	rescueAfter  = jobTimeout + 10*time.Second
	retryAfter   = time.Second
	errorPause   = 2 * time.Second
	softStop     = 2 * time.Second
	hardStop     = 3500 * time.Millisecond
	recordWithin = time.Second
	stepsAtOnce  = 20
	keepJobs     = time.Minute // for whoever looks into the queue: the tables hold the truth
)

// Step is the job of the steps of one restore.
type Step struct {
	Restore    string `json:"restore"`
	Generation int64  `json:"generation"`
}

// Kind names the job to River.
func (Step) Kind() string { return "step" }

// StepFunc works one step of a restore. It is called again after again, unless
// done; a [bot.Store.Wake] calls it at once either way. What is not settled is
// called again in any case, some time after it is overdue.
type StepFunc = func(ctx context.Context, id string, generation int64) (again time.Duration, done bool, err error)

// Run works the steps that are due until ctx ends, and within 4 seconds after
// it. Steps that were under way when the last process died are begun anew: at
// once where the database is this process's own, and where it is shared after the
// 10 seconds in which another process shows a sign of life. A step that fails or
// panics is called again after two seconds.
func (s *Store) Run(ctx context.Context, step StepFunc) error {
	if err := s.checkRest(ctx); err != nil {
		return err
	}
	client, err := s.start(ctx, step)
	// A server may be restarting just now, and a disk be full for a while.
	for ; err != nil && ctx.Err() == nil; client, err = s.start(ctx, step) {
		s.Log.ErrorContext(ctx, "the steps cannot be worked yet", "err", err)
		select {
		case <-ctx.Done():
		case <-time.After(retryAfter):
		}
	}
	if client == nil {
		return nil // asked to stop before it began
	}
	s.watch(ctx)
	select {
	case <-client.Stopped():
		return nil
	case <-time.After(hardStop):
		return fmt.Errorf("a step did not end within %s of the stop", hardStop)
	}
}

// start begins anew what was lost, and starts River until ctx ends.
func (s *Store) start(ctx context.Context, step StepFunc) (*river.Client[*sql.Tx], error) {
	if err := s.reconcile(ctx, s.onFile()); err != nil {
		return nil, fmt.Errorf("reconcile: %w", err)
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &worker{store: s, step: step})
	client, err := river.NewClient(s.driver, &river.Config{
		Logger:                      slog.New(newRiverLog(s.Log.Handler())),
		Workers:                     workers,
		Queues:                      map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: stepsAtOnce}},
		PollOnly:                    s.onFile(),
		FetchCooldown:               cooldown,
		FetchPollInterval:           pollEvery,
		JobTimeout:                  jobTimeout,
		RescueStuckJobsAfter:        rescueAfter,
		CompletedJobRetentionPeriod: keepJobs,
		ReindexerSchedule:           river.NeverSchedule(), // the table is small, and SQLite lacks the indexes
		SoftStopTimeout:             softStop,
		// What is put off, and what is taken for stuck, goes by the database's clock.
		Test: river.TestConfig{Time: &s.clock},
	})
	if err == nil {
		err = client.Start(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("queue: %w", err)
	}
	return client, nil
}

// watch begins anew what is overdue, until ctx ends.
func (s *Store) watch(ctx context.Context) {
	tick := time.NewTicker(s.pace.every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := s.reconcile(ctx, false); err != nil && ctx.Err() == nil {
				s.Log.ErrorContext(ctx, "reconcile failed", "err", err)
			}
		}
	}
}

// sqliteDriver is River's without the table of notifications, which nobody reads.
type sqliteDriver struct{ *riversqlite.Driver }

// SupportsListenNotify tells River to write none.
func (sqliteDriver) SupportsListenNotify() bool { return false }
