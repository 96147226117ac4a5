package durable

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5/pgconn"
	sqlite3 "modernc.org/sqlite/lib"
)

// OpenReadOnly opens a database to read it, beside the bot that may be at work on
// it, and changes nothing in it.
func OpenReadOnly(ctx context.Context, databaseURL string) (*Store, error) {
	s, err := connect(ctx, databaseURL, readSQLite)
	if err != nil {
		return nil, err
	}
	if _, err := s.readTrailEnd(ctx, s.db); err != nil {
		_ = s.Close()
		if away := new(pgconn.ConnectError); errors.As(err, &away) {
			return nil, s.explain(err)
		}
		return nil, fmt.Errorf("the database cannot be read, or another version of restorebot wrote it: %w", s.explain(err))
	}
	return s, nil
}

// readSQLite opens an SQLite file that is there, to read it.
func readSQLite(ctx context.Context, file string) (*Store, error) {
	file, err := filepath.Abs(file)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	db, err := sqliteReader(ctx, file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no database %s: check DATABASE_URL", file)
	}
	if err != nil {
		return nil, explainRead(file, err)
	}
	return &Store{db: db, file: file, closeAll: db.Close, explain: func(err error) error { return explainRead(file, err) }}, nil
}

// explainRead says what is wrong with a file that is read only.
func explainRead(file string, err error) error {
	what, _ := sqliteFault(err)
	return fmt.Errorf("the database %s %s: %w", file, what, err)
}

// sqliteReader opens an SQLite file that is there, to read it. Beside a bot it
// reads what is committed, and holds nobody up.
func sqliteReader(ctx context.Context, file string) (*sql.DB, error) {
	if _, err := os.Stat(file); err != nil {
		return nil, err
	}
	db, err := openReader(ctx, file, url.Values{"_pragma": {"busy_timeout(5000)"}})
	if !cannotOpen(err) {
		return db, err
	}
	// SQLite reads beside writers by files that it makes in the folder. Where it
	// cannot, and there are none, nobody writes.
	if _, missing := os.Stat(file + "-wal"); !errors.Is(missing, fs.ErrNotExist) {
		return nil, err
	}
	return openReader(ctx, file, url.Values{"immutable": {"1"}})
}

func openReader(ctx context.Context, file string, how url.Values) (*sql.DB, error) {
	how.Set("mode", "ro")
	db, err := sql.Open("sqlite", sqliteURL(file, how))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	var n int
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema`).Scan(&n); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func cannotOpen(err error) bool {
	return sqliteCode(err) == sqlite3.SQLITE_CANTOPEN || sqliteCode(err) == sqlite3.SQLITE_READONLY
}
