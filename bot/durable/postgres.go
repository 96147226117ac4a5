package durable

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
)

// connections is how many a replica opens, unless the URL says otherwise.
const connections = 10

// A replica that is paused or cut off must not keep its locks: the server ends
// a transaction that stands still, and notices a dead peer within half a minute.
var postgresSession = map[string]string{
	"application_name":                    "restorebot",
	"idle_in_transaction_session_timeout": "5s",
	"tcp_keepalives_idle":                 "10",
	"tcp_keepalives_interval":             "5",
	"tcp_keepalives_count":                "3",
}

func openPostgres(ctx context.Context, url string) (*Store, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("the database URL: %w", err) // without the password
	}
	if !strings.Contains(url, "pool_max_conns") {
		cfg.MaxConns = connections
	}
	cfg.MaxConns = max(cfg.MaxConns, 2) // migrate takes two at once
	for name, value := range postgresSession {
		if cfg.ConnConfig.RuntimeParams[name] == "" {
			cfg.ConnConfig.RuntimeParams[name] = value
		}
	}
	// Of several hosts, and after a fail-over, only one takes writes.
	if cfg.ConnConfig.ValidateConnect == nil {
		cfg.ConnConfig.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	cfg.AfterConnect = requireSyncCommit
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	db := stdlib.OpenDBFromPool(pool)
	return &Store{
		db: db, driver: riverdatabasesql.NewWithPgxListener(db, pool),
		witness: server{rand.Text(), time.Now()},
		closeAll: func() error {
			err := db.Close()
			pool.Close()
			return err
		},
		explain: func(err error) error { return explainPostgres(cfg.ConnConfig, err) },
	}, nil
}

// requireSyncCommit makes sure that a commit that was answered survives a power cut.
func requireSyncCommit(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `SELECT set_config('synchronous_commit', 'on', false)
		WHERE current_setting('synchronous_commit') = 'off'`)
	return err
}

// explainPostgres says what is wrong, that nothing was started, and what to do.
func explainPostgres(cfg *pgx.ConnConfig, err error) error {
	what, do := "cannot be used", "Correct that and try again."
	var e *pgconn.PgError
	var connect *pgconn.ConnectError
	switch {
	case errors.Is(err, errNewer):
		what, do = "is of another version", "Run the version that made it, or a newer one."
	case errors.As(err, &e) && (e.Code[:2] == "28" || e.Code[:2] == "3D"): // authorization, no such database
		what, do = "does not let the bot in", "Correct the user, the password and the name in DATABASE_URL."
	case errors.As(err, &e) && (e.Code == "42501" || e.Code == "25006"):
		what, do = "does not let the bot write", "Let the user of DATABASE_URL make tables there, and use the primary."
	case errors.As(err, &connect) || errors.Is(err, context.DeadlineExceeded):
		what, do = "does not answer", "Check that it runs, and that this machine can reach it."
	}
	where := net.JoinHostPort(cfg.Host, strconv.Itoa(int(cfg.Port)))
	return fmt.Errorf("the PostgreSQL database %s at %s %s: %w. Nothing was started. %s", cfg.Database, where, what, err, do)
}

// deadlocked reports whether PostgreSQL ended a transaction that waited for one
// that waited for it.
func deadlocked(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == "40P01"
}
