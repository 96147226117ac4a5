package durable

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"modernc.org/sqlite"
)

func openSQLite(ctx context.Context, file string) (*Store, error) {
	file, err := filepath.Abs(file)
	if err == nil {
		err = restrictMode(file)
	}
	if err == nil {
		// One file has one lock, whatever links lead to it.
		file, err = filepath.EvalSymlinks(file)
	}
	var lock *flock.Flock
	if err == nil {
		lock, err = takeLock(ctx, file)
	}
	if err != nil {
		return nil, explainSQLite(file, err)
	}
	// A commit needs the content on disk, and not the time of its change. Where
	// that cannot be told apart, all of it is written.
	_, _ = sqlite.Fdatasync(true)
	db, err := sql.Open("sqlite", dsn(file))
	if err != nil {
		return nil, explainSQLite(file, errors.Join(err, lock.Close()))
	}
	// Who writes waits here and not for a lock of SQLite's, which serves nobody in turn.
	db.SetMaxOpenConns(1)
	return &Store{
		db: db, driver: sqliteDriver{riversqlite.New(db)}, file: file, clock: clock{file: true},
		witness:  tickets{file, rand.Text(), time.Now()},
		closeAll: func() error { return errors.Join(db.Close(), lock.Close()) }, // in this order
		explain:  func(err error) error { return explainSQLite(file, err) },
	}, nil
}

// restrictMode makes file, or closes it to everybody but its owner. A file that is
// there is not opened: to close it would drop the locks that SQLite has in this
// process.
func restrictMode(file string) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600) //nolint:gosec // the operator names the file
	if err == nil {
		return f.Close()
	}
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm()&0o077 == 0 || info.IsDir() {
		return err
	}
	return os.Chmod(file, info.Mode().Perm()&^0o077)
}

// dsn says how the file is written. FULL, since NORMAL may lose the last commits
// in a power cut; IMMEDIATE, since a read that turns into a write cannot wait.
func dsn(file string) string {
	q := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)",
	}}
	return sqliteURL(file, q)
}

// sqliteURL names a file, which may have any name, and how it is opened.
func sqliteURL(file string, how url.Values) string {
	return (&url.URL{Scheme: "file", OmitHost: true, Path: file, RawQuery: how.Encode()}).String()
}
