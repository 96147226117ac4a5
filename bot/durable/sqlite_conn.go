package durable

import (
	"context"
	"database/sql/driver"
	"strings"
)

// The driver reads and plans a statement anew for each call, and starts a
// goroutine that could interrupt it: both cost more than most of our statements,
// of which there are a few dozen. So this file stands between database/sql and
// the driver, and keeps the statements of the one connection. The queue's
// statements come this way too.

// keepAtMost bounds how many statements are known. What comes when they are
// that many goes straight to the driver.
const keepAtMost = 200

// connector opens connections that keep their statements.
type connector struct{ driver.Connector }

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &conn{fullConn: opened.(fullConn), kept: map[string]*kept{}}, nil //nolint:forcetypeassert // the driver's connections are
}

// fullConn is all that a connection of the driver can do.
type fullConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// conn is used by one goroutine at a time, as every [driver.Conn].
type conn struct {
	fullConn

	kept map[string]*kept // nil for what came once
}

// kept is a prepared statement.
type kept struct {
	fullStmt

	busy bool // its rows are being read
}

type fullStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// Unwrap returns the driver's own connection, which it asks for.
func (c *conn) Unwrap() driver.Conn { return c.fullConn }

// statement returns the kept statement of a query, nil if it is for the driver
// alone, and the ctx to run it with. What comes for the first time can be
// interrupted, and waits for a lock if another process holds the file. What
// comes again finds the file ours, and ends by itself long before anybody is
// sorry to wait for it.
func (c *conn) statement(ctx context.Context, query string) (*kept, context.Context, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	st, came := c.kept[query]
	switch {
	case st != nil && st.busy:
		return nil, ctx, nil
	case st != nil:
		return st, context.WithoutCancel(ctx), nil
	case !came && len(c.kept) < keepAtMost && lasting(query):
		c.kept[query] = nil
		return nil, ctx, nil
	case !came:
		return nil, ctx, nil
	}
	ctx = context.WithoutCancel(ctx)
	prepared, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, nil, err
	}
	st = &kept{fullStmt: prepared.(fullStmt)} //nolint:forcetypeassert // the driver's statements are
	c.kept[query] = st
	return st, ctx, nil
}

// lasting reports whether a query is one that comes again: not one that changes
// the schema or asks for the state of the connection.
func lasting(query string) bool {
	for {
		query = strings.TrimSpace(query)
		if !strings.HasPrefix(query, "--") { // the queue's have a name
			break
		}
		_, query, _ = strings.Cut(query, "\n")
	}
	word, _, _ := strings.Cut(query, " ")
	switch strings.ToUpper(strings.TrimSpace(word)) {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "BEGIN", "COMMIT", "ROLLBACK":
		return true
	}
	return false
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	st, ctx, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	if st == nil {
		return c.fullConn.ExecContext(ctx, query, args)
	}
	return st.ExecContext(ctx, args)
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	st, ctx, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	if st == nil {
		return c.fullConn.QueryContext(ctx, query, args)
	}
	found, err := st.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	st.busy = true
	return reading{found, st}, nil
}

// reading gives its statement back.
type reading struct {
	driver.Rows

	of *kept
}

func (r reading) Close() error {
	r.of.busy = false
	return r.Rows.Close()
}

// BeginTx takes the lock for writing at once, since a read that turns into a
// write could not wait for it.
func (c *conn) BeginTx(ctx context.Context, _ driver.TxOptions) (driver.Tx, error) {
	_, err := c.ExecContext(ctx, "BEGIN IMMEDIATE", nil)
	return transaction{c}, err
}

// transaction ends whatever became of the ctx that it began with.
type transaction struct{ *conn }

func (t transaction) Commit() error {
	_, err := t.ExecContext(context.Background(), "COMMIT", nil)
	if err != nil {
		_ = t.Rollback() // the connection must come out of it
	}
	return err
}

func (t transaction) Rollback() error {
	_, err := t.ExecContext(context.Background(), "ROLLBACK", nil)
	return err
}

func (c *conn) Close() error {
	for _, st := range c.kept {
		if st != nil {
			_ = st.Close()
		}
	}
	clear(c.kept)
	return c.fullConn.Close()
}
