package durable

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
)

const (
	// A job goes on to the next step by itself while none was begun for longer
	// than this; jobTimeout is that, one step more, and room for the records.
	stepsFor   = 10 * time.Second
	jobTimeout = stepsFor + workWithin + 5*time.Second
	// A job that was under way when its process died ends as a no-op when the
	// queue finds it; reconcile has long replaced it.
	rescueAfter  = jobTimeout + 10*time.Second
	retryAfter   = time.Second
	errorPause   = 2 * time.Second
	softStop     = 2 * time.Second
	hardStop     = 3500 * time.Millisecond
	recordWithin = time.Second
	stepsAtOnce  = 20
	// The bell rings for what is due; polling is for what nobody rings for, such
	// as the snoozed steps of another process that died.
	pollEvery = time.Second
	cooldown  = 10 * time.Millisecond
	keepJobs  = time.Minute // for whoever looks into the queue: the tables hold the truth
)

// Step is the job of the steps of one restore.
type Step struct {
	Restore    string `json:"restore"`
	Generation int64  `json:"generation"`
}

// Kind names the job to the queue.
func (Step) Kind() string { return "step" }

// StepFunc works one step of a restore. It is called again after again, unless
// done; a [bot.Store.Wake] calls it at once either way. What is not settled is
// called again in any case, some time after it is overdue.
type StepFunc = func(ctx context.Context, id string, generation int64) (again time.Duration, done bool, err error)

// Run works the steps that are due until ctx ends, and within 4 seconds after
// it. Steps that were under way when the last process died are begun anew: at
// once where the database is this process's own, and where it is shared after the
// 10 seconds in which another process shows a sign of life. A step that fails or panics is called again after two seconds.
func (s *Store) Run(ctx context.Context, step StepFunc) error {
	return s.inspected(ctx, func(ctx context.Context) error { return s.turns(ctx, step) })
}

// turns works the queue and lets it rest, in turn, until ctx ends.
func (s *Store) turns(ctx context.Context, step StepFunc) error {
	if s.file != "" {
		if err := s.roomy(ctx); err != nil && ctx.Err() == nil {
			s.Log.WarnContext(ctx, "the log of the database could not be lengthened", "err", err)
		}
	}
	for first := true; ; first = false {
		if err := s.work(ctx, step, first); err != nil || ctx.Err() != nil {
			return err
		}
		s.rest(ctx)
	}
}

// work runs the queue until ctx ends or nothing is left to do.
func (s *Store) work(ctx context.Context, step StepFunc, first bool) error {
	// The client lives on while it is being stopped.
	alive := context.WithoutCancel(ctx)
	client, snoozed, err := s.start(ctx, alive, step, first)
	// A server may be restarting just now, and a disk be full for a while; a file
	// that fails from the beginning will go on failing.
	for ; err != nil && ctx.Err() == nil && (!s.alone || !first); client, snoozed, err = s.start(ctx, alive, step, first) {
		s.Log.ErrorContext(ctx, "the steps cannot be worked yet", "err", err)
		select {
		case <-ctx.Done():
		case <-time.After(retryAfter):
		}
	}
	switch {
	case client != nil:
	case ctx.Err() != nil:
		return nil // asked to stop before it began
	default:
		return err // none where there is nothing to do
	}
	s.watch(ctx, snoozed)
	end, cancel := context.WithTimeout(alive, hardStop)
	defer cancel()
	if err := client.Stop(end); err != nil {
		return fmt.Errorf("stop the queue: %w", err)
	}
	return nil
}

// start begins anew what was lost and starts the queue, if there is anything to
// do. It lives until it is stopped and tells of each step that it has put off.
func (s *Store) start(ctx, alive context.Context, step StepFunc, first bool) (*river.Client[*sql.Tx], <-chan *river.Event, error) {
	if err := s.reconcile(ctx, first); err != nil {
		return nil, nil, fmt.Errorf("reconcile: %w", err)
	}
	if idle, err := s.idle(ctx); idle || err != nil {
		return nil, nil, err
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &worker{store: s, step: step})
	client, err := river.NewClient(s.driver, &river.Config{
		Logger:                      slog.New(quiet{s.Log.Handler()}),
		Workers:                     workers,
		Queues:                      map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: stepsAtOnce}},
		FetchCooldown:               cooldown,
		FetchPollInterval:           pollEvery,
		JobTimeout:                  jobTimeout,
		RescueStuckJobsAfter:        rescueAfter,
		CompletedJobRetentionPeriod: keepJobs,
		SoftStopTimeout:             softStop,
		// What is put off, and what is taken for stuck, goes by the database's clock.
		Test: river.TestConfig{Time: &s.clock},
	})
	if err != nil {
		return nil, nil, fmt.Errorf("queue: %w", err)
	}
	snoozed, _ := client.Subscribe(river.EventKindJobSnoozed) // ends with the client
	if err := client.Start(alive); err != nil {
		return nil, nil, fmt.Errorf("queue: %w", err)
	}
	return client, snoozed, nil
}

// watch wakes what is overdue, and rings when a snoozed step is due, until ctx
// ends or nothing was left to do for a while.
func (s *Store) watch(ctx context.Context, snoozed <-chan *river.Event) {
	tick := time.NewTicker(s.pace.every)
	defer tick.Stop()
	for quiet := 0; quiet < restAfter; {
		select {
		case <-ctx.Done():
			return
		case e := <-snoozed:
			// A little later, since the queue's times are of milliseconds.
			time.AfterFunc(e.Job.ScheduledAt.Sub(s.now())+2*time.Millisecond, s.bell.ring)
		case <-tick.C:
			idle, err := s.idle(ctx)
			if err == nil && idle {
				quiet++
				continue
			}
			quiet = 0
			if err := errors.Join(err, s.reconcile(ctx, false)); err != nil && ctx.Err() == nil {
				s.Log.ErrorContext(ctx, "reconcile failed", "err", err)
			}
		}
	}
}
