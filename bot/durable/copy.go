package durable

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// copyFor is how long a copy may take.
const copyFor = 10 * time.Minute

// Copy writes a consistent copy of the SQLite database at databaseURL to a new
// file, and returns its size. Where a running bot holds the database, that bot
// makes the copy. It never writes over a file.
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
	from, err := filepath.Abs(from)
	if err != nil {
		return 0, err
	}
	if _, err := os.Lstat(file); err == nil {
		return 0, fmt.Errorf("%s is there already", file)
	}
	if _, err := os.Stat(from); err != nil {
		return 0, fmt.Errorf("there is no database: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, copyFor)
	defer cancel()
	part, err := os.CreateTemp(filepath.Dir(file), ".restorebot-copy-*") // for its owner alone
	if err != nil {
		return 0, err
	}
	defer os.Remove(part.Name())
	defer part.Close()
	err = fetch(ctx, from, part)
	if errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.ECONNREFUSED) { // no bot runs
		err = vacuum(ctx, from, part)
	}
	if err != nil {
		return 0, err
	}
	if err := withoutConsent(ctx, part.Name()); err != nil {
		return 0, err
	}
	info, err := part.Stat()
	if err := errors.Join(err, part.Sync(), part.Close()); err != nil {
		return 0, err
	}
	if err := sound(ctx, part.Name()); err != nil {
		return 0, fmt.Errorf("the copy is not sound: %w", err)
	}
	// A link, unlike a rename, never replaces a file.
	if err := os.Link(part.Name(), file); err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// askHolder sends a request to the bot that holds the database file.
func askHolder(ctx context.Context, file, path string) (*http.Response, error) {
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			name, done, err := reachable(file + socketSuffix)
			if err != nil {
				return nil, err
			}
			defer done()
			return new(net.Dialer).DialContext(ctx, "unix", name)
		},
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://restorebot"+path, nil)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err // there is no such address
	}
	return resp, err
}

// fetch has the bot that holds the database make the copy.
func fetch(ctx context.Context, from string, to io.Writer) error {
	resp, err := askHolder(ctx, from, "/copy")
	if err != nil {
		return fmt.Errorf("the running bot cannot be asked: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		why, _ := io.ReadAll(io.LimitReader(resp.Body, 1000))
		return fmt.Errorf("the running bot could not make it: %s", strings.TrimSpace(string(why)))
	}
	n, err := io.Copy(to, resp.Body)
	if err == nil && n != resp.ContentLength {
		err = io.ErrUnexpectedEOF
	}
	return err
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

// vacuum makes the copy itself, of a database that nobody holds. The schema
// stays as it is.
func vacuum(ctx context.Context, from string, to *os.File) error {
	db, err := sql.Open("sqlite", dsn(from))
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, `VACUUM INTO $1`, to.Name()); err != nil {
		what, _ := sqliteFault(err)
		return fmt.Errorf("the database %s %s: %w", from, what, err)
	}
	return nil
}

// sound reads a copy through.
func sound(ctx context.Context, file string) error {
	file, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", OmitHost: true, Path: file, RawQuery: "immutable=1&mode=ro"}).String())
	if err != nil {
		return err
	}
	defer db.Close()
	var found string
	if err := db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&found); err != nil {
		return err
	}
	if found != "ok" {
		return fmt.Errorf("%w: %s", errDamaged, found)
	}
	var version int
	return db.QueryRowContext(ctx, `SELECT version FROM restorebot_schema`).Scan(&version)
}

// socketSuffix follows the database file's name in the name of the socket on
// which its bot hands out copies.
const socketSuffix = ".sock"

// longest is how long a socket's name may be on every system.
const longest = 100

// reachable returns a name for a socket's path that is short enough.
func reachable(path string) (name string, done func(), err error) {
	if len(path) <= longest {
		return path, func() {}, nil
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return "", nil, err
	}
	name = fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), filepath.Base(path))
	if _, err := os.Stat(filepath.Dir(name)); err != nil || len(name) > longest {
		_ = dir.Close()
		return "", nil, fmt.Errorf("%s is too long a name for a socket: %w", path, fs.ErrInvalid)
	}
	return name, func() { _ = dir.Close() }, nil
}
