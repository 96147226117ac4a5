package durable

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"github.com/riverqueue/river/riverdriver/riversqlite"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

func openSQLite(file string) (*Store, error) {
	file, err := filepath.Abs(file)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	if err := private(file); err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	db, err := sql.Open("sqlite", dsn(file))
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", file, err)
	}
	// One connection, kept for ever: it holds the lock on the file.
	db.SetMaxOpenConns(1)
	db.SetMaxIdleConns(1)
	bell := newBell()
	return &Store{
		db: db, driver: sqliteDriver{riversqlite.New(db), bell}, bell: bell, alone: true, shut: db.Close,
		explain: func(err error) error {
			if busy(err) {
				return fmt.Errorf("database %s is in use by another process: %w", file, err)
			}
			return fmt.Errorf("database %s: %w", file, err)
		},
	}, nil
}

// private makes file, or makes it readable by its owner only. A file that is
// there is not opened: to close it would drop the locks of this process.
func private(file string) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600) //nolint:gosec // the operator names the file
	switch {
	case err == nil:
		return f.Close()
	case errors.Is(err, fs.ErrExist):
		return os.Chmod(file, 0o600)
	default:
		return err
	}
}

// dsn says how the file is held. FULL, since NORMAL may lose the last commits
// in a power cut; IMMEDIATE, since a read that turns into a write cannot wait.
func dsn(file string) string {
	q := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(5000)", "locking_mode(EXCLUSIVE)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)",
	}}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: file, RawQuery: q.Encode()}).String()
}

func busy(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_BUSY
}
