package durable

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"docspace-restorebot/bot"
)

// server is the witness of a PostgreSQL database. Its clock is the one of all
// processes, and a ticket is which run of the server has written the row, and in
// which transaction: a row that a dump, a log or a stand-by has brought is of
// another one.
type server struct {
	process string
	began   time.Time
}

func (w server) read(ctx context.Context, db dbtx) (bot.Clock, error) {
	var at time.Time
	if err := db.QueryRowContext(ctx, `SELECT clock_timestamp()`).Scan(&at); err != nil {
		return bot.Clock{}, fmt.Errorf("the database's clock: %w", err)
	}
	return bot.Clock{At: at.UTC(), Shared: true, Process: w.process, Ran: time.Since(w.began)}, nil
}

// thisRun tells one run of the server from the next, in no time zone.
const thisRun = `(extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint::text`

func (server) issue(ctx context.Context, db dbtx, _ string) (string, error) {
	var run string
	var transaction int64
	err := db.QueryRowContext(ctx, `SELECT `+thisRun+`, txid_current()`).Scan(&run, &transaction)
	return run + " " + strconv.FormatUint(uint64(uint32(transaction)), 10), err //nolint:gosec // a row keeps the lower half
}

func (server) valid(ctx context.Context, db dbtx, id, ticket string) (bool, error) {
	var now string
	err := db.QueryRowContext(ctx, `SELECT `+thisRun+` || ' ' || xmin::text FROM consent WHERE restore_id = $1`, id).Scan(&now)
	return now == ticket, err
}

// revoke has nothing to do: no row is written twice by the same transaction.
func (server) revoke(string) {}

func (server) revokeOthers([]string) error { return nil }
