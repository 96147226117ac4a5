package durable

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"testing"

	"github.com/riverqueue/river/riverdriver/riversqlite"
	"modernc.org/sqlite"
)

// recorder opens connections that write down each statement.
type recorder struct {
	driver.Connector

	mu    *sync.Mutex
	texts map[string]bool
}

// openRecorded is a store whose statements are written down.
func openRecorded(t *testing.T) (*Store, recorder) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "bot.db")
	c, err := sqlite.NewConnector(dsn(file))
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), "sqlite:"+file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	r := recorder{c, new(sync.Mutex), map[string]bool{}}
	s.db = sql.OpenDB(r)
	s.db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = s.db.Close() })
	s.driver = sqliteDriver{riversqlite.New(s.db)}
	if err := s.prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s, r
}

func (r recorder) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := r.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return recorded{c.(fullConn), r}, nil //nolint:forcetypeassert // the driver's connections are
}

// fullConn is what database/sql asks of a connection of the driver.
type fullConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

type recorded struct {
	fullConn

	in recorder
}

// times stand in some statements as they are.
var times = regexp.MustCompile(`\b[0-9]{19}\b`)

func (c recorded) write(query string) {
	c.in.mu.Lock()
	defer c.in.mu.Unlock()
	c.in.texts[times.ReplaceAllString(query, "0")] = true
}

func (c recorded) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.write(query)
	return c.fullConn.ExecContext(ctx, query, args)
}

func (c recorded) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.write(query)
	return c.fullConn.QueryContext(ctx, query, args)
}

// statements are those that were written down.
func (r recorder) statements() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Collect(maps.Keys(r.texts))
}
