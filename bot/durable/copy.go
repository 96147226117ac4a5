package durable

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// copyWithin is how long a copy may take.
const copyWithin = 10 * time.Minute

// Copy writes a consistent copy of the SQLite database at databaseURL to a new
// file, also while a bot is at work on it, and returns its size. It never writes
// over a file.
func Copy(ctx context.Context, databaseURL, file string) (int64, error) {
	scheme, from, _ := strings.Cut(databaseURL, ":")
	if scheme != "sqlite" {
		return 0, errors.New("only an SQLite database is copied here. Nothing was written. Use pg_dump for PostgreSQL")
	}
	n, err := copyTo(ctx, from, file)
	if err != nil {
		return 0, fmt.Errorf("%w. No copy was made", err)
	}
	return n, nil
}

func copyTo(ctx context.Context, from, file string) (int64, error) {
	file, err := filepath.Abs(file)
	if err != nil {
		return 0, err
	}
	if _, err := os.Lstat(file); err == nil {
		return 0, fmt.Errorf("%s is there already", file)
	}
	ctx, cancel := context.WithTimeout(ctx, copyWithin)
	defer cancel()
	reader, err := readSQLite(ctx, from)
	if err != nil {
		return 0, err
	}
	defer reader.Close()
	part, err := os.CreateTemp(filepath.Dir(file), ".restorebot-copy-*") // for its owner alone
	if err != nil {
		return 0, err
	}
	defer os.Remove(part.Name())
	defer part.Close()
	if _, err := reader.db.ExecContext(ctx, `VACUUM INTO $1`, part.Name()); err != nil {
		return 0, reader.explain(err)
	}
	if err := withoutConsent(ctx, part.Name()); err != nil {
		return 0, err
	}
	info, err := part.Stat()
	if err := errors.Join(err, part.Sync(), part.Close()); err != nil {
		return 0, err
	}
	if err := checkCopy(ctx, part.Name()); err != nil {
		return 0, fmt.Errorf("the copy is not sound: %w", err)
	}
	// A link, unlike a rename, never replaces a file.
	if err := os.Link(part.Name(), file); err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// withoutConsent takes out of a copy what people agreed to and has not started
// yet: who puts it back does so later, and nothing of it may start then.
func withoutConsent(ctx context.Context, file string) error {
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", OmitHost: true, Path: file, RawQuery: "_pragma=journal_mode(MEMORY)"}).String())
	if err != nil {
		return err
	}
	defer db.Close()
	var there int
	err = db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE name = 'consent'`).Scan(&there)
	if err == nil && there > 0 { // else an older version made the database
		_, err = db.ExecContext(ctx, `DELETE FROM consent`)
	}
	return err
}

// checkCopy reads a copy to its end.
func checkCopy(ctx context.Context, file string) error {
	db, err := openReader(ctx, file, url.Values{"immutable": {"1"}})
	if err != nil {
		return err
	}
	defer db.Close()
	if err := check(ctx, db); err != nil {
		return err
	}
	var version int
	return db.QueryRowContext(ctx, `SELECT version FROM restorebot_schema`).Scan(&version)
}
