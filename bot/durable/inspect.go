package durable

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"time"
)

// A file is read whole before a step is taken on what it says: a little of it
// before it is opened for good, which is all of most files, and the rest while
// commands are recorded already.
const (
	// glanceFor bounds how long people wait for a bot with a large file.
	glanceFor = 50 * time.Millisecond
	// readFor bounds how long the steps wait for the rest. What is larger than can
	// be read in this is read on beside them.
	readFor = 5 * time.Second
)

var (
	errDamaged = errors.New("its content does not hold together")
	errForeign = errors.New("it holds the tables of another program")
)

// inspect looks at what is in the file before anything is written to it. whole
// means that it was read to its end.
func inspect(ctx context.Context, db *sql.DB) (whole bool, err error) {
	var ours, all int
	err = db.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE name = 'restorebot_schema'), count(*) FROM sqlite_master`).Scan(&ours, &all)
	switch {
	case err != nil:
		return false, err
	case all > 0 && ours == 0:
		return false, errForeign
	}
	short, cancel := context.WithTimeout(ctx, glanceFor)
	defer cancel()
	if err = check(short, db); err != nil && short.Err() != nil {
		return false, ctx.Err()
	}
	return err == nil, err
}

// check reads the file to its end.
func check(ctx context.Context, db *sql.DB) error {
	var found string
	switch err := db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&found); {
	case err != nil:
		return err
	case found != "ok":
		return fmt.Errorf("%w: %s", errDamaged, found)
	}
	return nil
}

// inspected works once the file was read to its end, or as far as readFor allows,
// and until the rest of it turns out to be damaged.
func (s *Store) inspected(ctx context.Context, work func(context.Context) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	read := s.readOn(ctx)
	select {
	case err := <-read:
		if err != nil {
			return s.explain(err)
		}
	case <-time.After(readFor):
		go func() {
			if err := <-read; err != nil {
				stop(damage{s.explain(err)})
			}
		}()
	case <-ctx.Done():
		return nil // asked to stop before it began
	}
	err := work(ctx)
	if found, ok := errors.AsType[damage](context.Cause(ctx)); ok {
		return found
	}
	return err
}

// damage is what was found in the file after steps were begun.
type damage struct{ error }

func (d damage) Unwrap() error { return d.error }

// readOn reads what was not read of the file when it was opened, and tells what
// came of it once.
func (s *Store) readOn(ctx context.Context) <-chan error {
	told := make(chan error, 1)
	if s.whole || s.file == "" {
		told <- nil
		return told
	}
	go func() { told <- s.readBeside(ctx) }()
	return told
}

// readBeside reads the file beside the one connection that holds it, so that
// nobody waits. What is written meanwhile may look like damage from there:
// only what the one connection finds too counts.
func (s *Store) readBeside(ctx context.Context) error {
	q := url.Values{"immutable": {"1"}, "mode": {"ro"}}
	beside, err := sql.Open("sqlite", (&url.URL{Scheme: "file", OmitHost: true, Path: s.file, RawQuery: q.Encode()}).String())
	if err != nil {
		return err
	}
	defer func() { _ = beside.Close() }()
	err = check(ctx, beside)
	if err == nil || ctx.Err() != nil {
		return nil // asked to stop
	}
	// What is in memory may be better than what is on the disk.
	if _, err := s.db.ExecContext(ctx, `PRAGMA shrink_memory`); err != nil && ctx.Err() == nil {
		return err
	}
	if err = check(ctx, s.db); ctx.Err() != nil {
		return nil // asked to stop
	}
	return err
}
