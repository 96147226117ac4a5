package durable

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// copyWithin is how long a copy may take.
const copyWithin = 10 * time.Minute

// Copy writes a consistent copy of the SQLite database at databaseURL to a new
// file, also while a bot is at work on it, and returns its size. It never writes
// over a file.
func Copy(ctx context.Context, databaseURL, file string) (int64, error) {
	from, ok := sqliteFile(databaseURL)
	if !ok {
		return 0, errors.New("this command copies only SQLite. Nothing was written. Use pg_dump for PostgreSQL")
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
		return 0, fmt.Errorf("%s exists already", file)
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
	if err := finishCopy(ctx, part.Name()); err != nil {
		return 0, fmt.Errorf("the copy is not sound: %w", err)
	}
	info, err := part.Stat()
	if err := errors.Join(err, part.Sync(), part.Close()); err != nil {
		return 0, err
	}
	// A link, unlike a rename, never replaces a file.
	if err := os.Link(part.Name(), file); err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// finishCopy takes out of a copy what people agreed to and has not started yet: who
// puts it back does so later, and nothing of it may start then. Then it reads the
// copy to its end.
func finishCopy(ctx context.Context, file string) error {
	db, err := sql.Open("sqlite", sqliteURL(file, url.Values{"_pragma": {"journal_mode(MEMORY)"}}))
	if err != nil {
		return err
	}
	defer db.Close()
	if err := checkOurs(ctx, db); err != nil {
		return err
	}
	var consent int
	err = db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE name = 'consent'`).Scan(&consent)
	if err == nil && consent > 0 { // else an older version made the database
		_, err = db.ExecContext(ctx, `DELETE FROM consent`)
	}
	if err != nil {
		return err
	}
	return check(ctx, db)
}
