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
)

// ErrHeld means that a running bot holds the database file.
var ErrHeld = errors.New("a running bot holds the database")

// OpenAudit opens a database to read its audit trail, and changes nothing in
// it. A file that a running bot holds is [ErrHeld]; a copy of it is not.
func OpenAudit(ctx context.Context, databaseURL string) (*Store, error) {
	scheme, file, _ := strings.Cut(databaseURL, ":")
	if scheme != "sqlite" {
		return Open(ctx, databaseURL)
	}
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
	var lines int64
	err = db.QueryRowContext(ctx, `SELECT lines FROM audit_head WHERE id = 1`).Scan(&lines)
	if err == nil {
		return &Store{Log: slog.New(slog.DiscardHandler), db: db}, nil
	}
	_ = db.Close()
	switch {
	case busy(err):
		return nil, fmt.Errorf("%w %s", ErrHeld, file)
	case strings.Contains(err.Error(), "no such table"):
		return nil, fmt.Errorf("database %s is not of this version of restorebot: run the bot on it once", file)
	}
	return nil, fmt.Errorf("database %s: %w", file, err)
}
