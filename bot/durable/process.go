package durable

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

const (
	// PresentEvery is how often a process says that it is there.
	PresentEvery = 20 * time.Second
	// presentFor is how long it is believed.
	presentFor = 3 * PresentEvery
)

// Present says that a process is there and holds so many connections to the chat,
// and returns how many its peers on the same database hold.
func (s *Store) Present(ctx context.Context, process string, connections int) (peers int, err error) {
	if s.onFile() {
		return 0, nil
	}
	err = s.tx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, s.timed(`INSERT INTO process (id, connections, seen_at) VALUES ($1, $2, now())
			ON CONFLICT (id) DO UPDATE SET connections = excluded.connections, seen_at = excluded.seen_at`), process, connections); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, s.timed(`DELETE FROM process WHERE seen_at < now() - $1`), int64(presentFor)); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT coalesce(sum(connections), 0) FROM process WHERE id <> $1`, process).Scan(&peers)
	})
	if err != nil {
		return 0, fmt.Errorf("processes: %w", err)
	}
	return peers, nil
}
