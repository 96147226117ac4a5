package durable

import (
	"crypto/rand"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/riverqueue/river/riverdriver/riversqlite"
	"modernc.org/sqlite"
)

func openSQLite(file string) (*Store, error) {
	file, err := filepath.Abs(file)
	if err != nil {
		return nil, explainSQLite(file, err)
	}
	if err := private(file); err != nil {
		return nil, explainSQLite(file, err)
	}
	// A commit needs the content on disk, and not the time of its change. Where
	// that cannot be told apart, all of it is written.
	_, _ = sqlite.Fdatasync(true)
	c, err := sqlite.NewConnector(dsn(file))
	if err != nil {
		return nil, explainSQLite(file, err)
	}
	db := sql.OpenDB(connector{c})
	// One connection, kept for ever: it holds the lock on the file.
	db.SetMaxOpenConns(1)
	db.SetMaxIdleConns(1)
	bell := newBell()
	return &Store{
		db: db, driver: sqliteDriver{riversqlite.New(db), bell}, bell: bell, alone: true, shut: db.Close, file: file,
		witness: tickets{file, rand.Text(), time.Now()},
		explain: func(err error) error { return explainSQLite(file, err) },
	}, nil
}

// private makes file, or closes it to everybody but its owner. A file that is
// there is not opened: to close it would drop the locks of this process.
func private(file string) error {
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

// dsn says how the file is held. FULL, since NORMAL may lose the last commits
// in a power cut; IMMEDIATE, since a read that turns into a write cannot wait.
func dsn(file string) string {
	q := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(5000)", "cache_size(-512)", "locking_mode(EXCLUSIVE)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)",
		"wal_autocheckpoint(" + strconv.Itoa(logPages) + ")",
	}}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: file, RawQuery: q.Encode()}).String()
}
