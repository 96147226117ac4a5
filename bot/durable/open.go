package durable

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"

	"docspace-restorebot/bot"
)

var _ bot.Store = (*Store)(nil)

// Store is a [bot.Store] in a database. Make one with [Open].
type Store struct {
	// Log hears of failed steps and of the queue. Set it before Run; nothing is
	// logged unless it is set.
	Log *slog.Logger
	// SetClocks changes what is read of the clocks, as whoever runs the machine
	// can. Only tests do.
	SetClocks func(c *bot.Clock)

	db          *sql.DB
	driver      riverdriver.Driver[*sql.Tx]
	queue       *river.Client[*sql.Tx] // inserts only
	witness     witness
	pace        pace
	clock       clock
	stall       stall
	seals       sealer
	trailSeen   atomic.Int64 // how long the audit trail was when it was last looked at
	file        string       // of SQLite
	fileChecked bool         // it was read to its end when it was opened
	closeAll    func() error
	explain     func(error) error // says what is wrong with the database
}

// Open opens the database at url and brings its schema up to date. The url is
// "sqlite:<file>" or "postgres://...". A missing file is made, and its lock is
// held until Close: a second process cannot open it to write. Any number of
// Stores may share a PostgreSQL database.
func Open(ctx context.Context, url string) (*Store, error) {
	s, err := connect(ctx, url, openSQLite)
	if err != nil {
		return nil, err
	}
	if err := s.prepare(ctx); err != nil {
		_ = s.Close()
		return nil, s.explain(err)
	}
	return s, nil
}

// connect opens the database at url, and leaves a file to openFile.
func connect(ctx context.Context, url string, openFile func(ctx context.Context, file string) (*Store, error)) (s *Store, err error) {
	scheme, _, _ := strings.Cut(url, ":")
	if file, ok := sqliteFile(url); ok {
		s, err = openFile(ctx, file)
	} else if scheme == "postgres" || scheme == "postgresql" {
		s, err = openPostgres(ctx, url)
	} else {
		err = errors.New("the database URL must be sqlite:<file> or begin with postgres://") // it may hold a password
	}
	if err != nil {
		return nil, err
	}
	s.Log, s.pace = slog.New(slog.DiscardHandler), defaultPace
	return s, nil
}

// sqliteFile is the file of a database URL.
func sqliteFile(url string) (file string, ok bool) {
	scheme, file, _ := strings.Cut(url, ":")
	return file, scheme == "sqlite" && file != ""
}

// onFile reports whether the database is an SQLite file: no other process can be at
// work on it.
func (s *Store) onFile() bool { return s.file != "" }

// Close gives the database back. Call it after Run has returned.
func (s *Store) Close() error { return s.closeAll() }
