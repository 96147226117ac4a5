package durable

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// A file is read to its end before a step is taken on what it says: a little of it
// before it is opened for good, which is all of most files, and the rest while
// commands are recorded already.
const (
	// checkBeforeOpen bounds how long people wait for a bot with a large file.
	checkBeforeOpen = 50 * time.Millisecond
	// checkBeforeSteps bounds how long the steps wait. A file of which more is left is not read
	// on: SQLite tells of a damaged page when it comes upon one.
	checkBeforeSteps = 5 * time.Second
)

var (
	errDamaged = errors.New("its content does not hold together")
	errForeign = errors.New("it holds the tables of another program")
)

// inspect looks at what is in the file before anything is written to it. whole
// means that it was read to its end.
func inspect(ctx context.Context, db *sql.DB) (whole bool, err error) {
	if err := checkOurs(ctx, db); err != nil {
		return false, err
	}
	short, cancel := context.WithTimeout(ctx, checkBeforeOpen)
	defer cancel()
	if err = check(short, db); err != nil && short.Err() != nil {
		return false, ctx.Err()
	}
	return err == nil, err
}

// checkOurs makes sure that a file is empty or holds our tables.
func checkOurs(ctx context.Context, db *sql.DB) error {
	var ours, all int
	err := db.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE name = 'restorebot_schema'), count(*) FROM sqlite_schema`).Scan(&ours, &all)
	if err == nil && all > 0 && ours == 0 {
		return errForeign
	}
	return err
}

// check reads the file to its end.
func check(ctx context.Context, db *sql.DB) error {
	var found string
	err := db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&found)
	if err == nil && found != "ok" {
		return fmt.Errorf("%w: %s", errDamaged, found)
	}
	return err
}

// checkRest reads the file to its end unless that was done when it was opened. It
// holds up nobody who writes.
func (s *Store) checkRest(ctx context.Context) error {
	if s.fileChecked || !s.onFile() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, checkBeforeSteps)
	defer cancel()
	reader, err := sqliteReader(ctx, s.file)
	if err == nil {
		err = errors.Join(check(ctx, reader), reader.Close())
	}
	if err == nil || ctx.Err() != nil {
		return nil // no time is left, or one was asked to stop
	}
	return s.explain(err)
}
