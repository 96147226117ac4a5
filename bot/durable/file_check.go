package durable

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
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

// checked works once the file was read to its end, or as far as readFor allows,
// and until the rest of it turns out to be damaged.
func (s *Store) checked(ctx context.Context, work func(context.Context) error) error {
	if s.fileChecked || s.file == "" {
		return work(ctx)
	}
	g, ctx := errgroup.WithContext(ctx)
	var damaged error
	read := make(chan struct{}) // closed when damaged is known
	g.Go(func() error {
		damaged = s.checkBeside(ctx)
		close(read)
		return damaged
	})
	g.Go(func() error {
		select {
		case <-read:
			if damaged != nil {
				return nil //nolint:nilerr // the other one returns it
			}
		case <-time.After(readFor):
		case <-ctx.Done():
			return nil // asked to stop before it began
		}
		return work(ctx)
	})
	return g.Wait()
}

// checkBeside reads the file to its end, and holds up nobody who writes.
func (s *Store) checkBeside(ctx context.Context) error {
	reader, err := sqliteReader(ctx, s.file)
	if err == nil {
		err = errors.Join(check(ctx, reader), reader.Close())
	}
	if err == nil || ctx.Err() != nil {
		return nil //nolint:nilerr // asked to stop
	}
	return s.explain(err)
}
