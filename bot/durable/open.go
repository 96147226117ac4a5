// Package durable keeps restores in a database and works their steps. The
// tables are the truth; the queue (River) is only the clock and the worker, and
// no safety rests on it: a step may run twice, and the compare-and-swap decides.
package durable

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"docspace-restorebot/bot"
)

//go:embed schema/*.sql
var schema embed.FS

var _ bot.Store = (*Store)(nil)

// Store is a [bot.Store] in a database. Make one with [Open].
type Store struct {
	// Log hears of failed steps and of the queue. Set it before Run; nothing is
	// logged unless it is set.
	Log *slog.Logger

	db    *sql.DB
	queue *river.Client[*sql.Tx] // inserts only
}

// Open opens the database at url, "sqlite:<file>", and brings its schema up to
// date. The file is made if it is missing and held for as long as the Store is
// open: a second process cannot open it.
func Open(ctx context.Context, url string) (*Store, error) {
	scheme, rest, _ := strings.Cut(url, ":")
	switch {
	case scheme == "sqlite" && rest != "":
		return openSQLite(ctx, rest)
	case scheme == "postgres" || scheme == "postgresql":
		return nil, errors.New("PostgreSQL is not supported yet: use sqlite:<file>")
	default:
		return nil, errors.New("the database URL must be sqlite:<file>") // it may hold a password
	}
}

func openSQLite(ctx context.Context, file string) (*Store, error) {
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
	s := &Store{Log: slog.New(slog.DiscardHandler), db: db}
	if err := s.prepare(ctx); err != nil {
		_ = db.Close()
		if busy(err) {
			return nil, fmt.Errorf("database %s is in use by another process: %w", file, err)
		}
		return nil, fmt.Errorf("database %s: %w", file, err)
	}
	return s, nil
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

// prepare takes the lock, migrates both schemas and readies the queue.
func (s *Store) prepare(ctx context.Context) error {
	// Under WAL the lock is taken by the first read or write.
	if err := s.tx(ctx, s.migrate); err != nil {
		return err
	}
	driver := riversqlite.New(s.db)
	m, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: s.Log})
	if err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	s.queue, err = river.NewClient(driver, &river.Config{Logger: s.Log})
	if err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	return nil
}

// migrate runs the schema files that the database has not seen, in order.
func (s *Store) migrate(ctx context.Context, tx *sql.Tx) error {
	var have int
	if err := tx.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&have); err != nil {
		return err
	}
	files, err := fs.Glob(schema, "schema/*.sql")
	if err != nil {
		return err
	}
	if have > len(files) {
		return fmt.Errorf("made by a newer version (schema %d, known %d)", have, len(files))
	}
	for _, name := range files[have:] {
		text, err := schema.ReadFile(name)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, string(text)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	_, err = tx.ExecContext(ctx, fmt.Sprintf(`PRAGMA user_version = %d`, len(files)))
	return err
}

// Close gives the database back. Call it after Run has returned.
func (s *Store) Close() error { return s.db.Close() }

// tx runs f in one transaction. f must use tx alone: with one connection, a
// call on the pool would wait for ever.
func (s *Store) tx(ctx context.Context, f func(context.Context, *sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if err := f(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}

// nanos is a time as the tables hold it.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}
