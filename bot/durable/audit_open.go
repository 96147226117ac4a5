package durable

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrHeld means that a running bot holds the database file.
var ErrHeld = errors.New("a running bot holds the database")

// OpenAudit opens a database to read its audit trail, and changes nothing in
// it. A file that a running bot holds is [ErrHeld]; a copy of it is not.
func OpenAudit(ctx context.Context, databaseURL string) (*Store, error) {
	scheme, rest, _ := strings.Cut(databaseURL, ":")
	var s *Store
	var err error
	switch {
	case scheme == "sqlite" && rest != "":
		s, err = openCopy(rest)
	case scheme == "postgres" || scheme == "postgresql":
		s, err = openPostgres(ctx, databaseURL)
	default:
		err = errors.New("the database URL must be sqlite:<file> or begin with postgres://") // it may hold a password
	}
	if err != nil {
		return nil, err
	}
	s.Log = slog.New(slog.DiscardHandler)
	var lines int64
	err = s.db.QueryRowContext(ctx, `SELECT lines FROM audit_head WHERE id = 1`).Scan(&lines)
	switch {
	case err == nil:
		return s, nil
	case held(err):
		err = fmt.Errorf("%w %s", ErrHeld, rest)
	default:
		err = fmt.Errorf("the audit trail cannot be read, or was kept by another version of restorebot: %w", s.explain(err))
	}
	_ = s.Close()
	return nil, err
}

// OpenTrail is [OpenAudit] of a file that a running bot holds, too. That bot makes
// a copy, which is read in the place of the file and is gone with Close.
func OpenTrail(ctx context.Context, databaseURL string) (*Store, error) {
	s, err := OpenAudit(ctx, databaseURL)
	if !errors.Is(err, ErrHeld) {
		return s, err
	}
	dir, dirErr := os.MkdirTemp("", "restorebot-audit-") // for its owner alone
	if dirErr != nil {
		return nil, fmt.Errorf("%w, and there is no place for a copy: %w", err, dirErr)
	}
	file := filepath.Join(dir, "copy.db")
	if _, copyErr := Copy(ctx, databaseURL, file); copyErr != nil {
		return nil, errors.Join(fmt.Errorf("%w, and cannot be asked for a copy: %w", err, copyErr), os.RemoveAll(dir))
	}
	s, err = OpenAudit(ctx, "sqlite:"+file)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	shut := s.shut
	s.shut = func() error { return errors.Join(shut(), os.RemoveAll(dir)) }
	return s, nil
}

// openCopy opens an SQLite file that is there, to read it, and holds nothing.
func openCopy(file string) (*Store, error) {
	file, err := filepath.Abs(file)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no database %s", file)
	}
	q := url.Values{"mode": {"rw"}, "_pragma": {"busy_timeout(1000)", "query_only(ON)"}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", OmitHost: true, Path: file, RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", file, err)
	}
	db.SetMaxOpenConns(1)
	return &Store{
		db: db, shut: db.Close, explain: func(err error) error { return fmt.Errorf("database %s: %w", file, err) },
	}, nil
}

// held reports whether somebody else has the file to themselves.
func held(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && e.Code()&0xff == sqlite3.SQLITE_BUSY
}
