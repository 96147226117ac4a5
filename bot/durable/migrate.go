package durable

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivermigrate"
)

// A schema file is never changed once released: another one follows it, with a
// number of its own in its name. What an older binary still running would trip
// over must not be in it.
//
//go:embed schema/*.sql
var schema embed.FS

// errNewer tells that a database is ahead of the binary.
var errNewer = errors.New("it was made by a newer version of restorebot")

// prepare takes the lock, migrates both schemas and readies the queue.
func (s *Store) prepare(ctx context.Context) error {
	if s.onFile() {
		var err error
		if s.fileChecked, err = inspect(ctx, s.db); err != nil {
			return err
		}
	}
	if err := s.tx(ctx, s.migrate); err != nil {
		return err
	}
	if err := s.revokeOthers(ctx); err != nil {
		return err
	}
	err := s.compareClocks(ctx)
	if err != nil {
		return err
	}
	s.queue, err = river.NewClient(s.driver, &river.Config{Logger: s.Log, Test: river.TestConfig{Time: &s.clock}})
	if err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	return nil
}

// migrate runs the schema files that the database has not seen, in order, and
// then those of the queue.
func (s *Store) migrate(ctx context.Context, tx *sql.Tx) error {
	if !s.onFile() {
		// Replicas that start together migrate one after the other.
		if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(7282466)`); err != nil {
			return err
		}
	}
	files, err := schemaFiles(schema)
	if err != nil {
		return err
	}
	todo, err := missingFiles(ctx, tx, files)
	if err != nil {
		return err
	}
	for _, file := range todo {
		text, err := schema.ReadFile(file.name)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, string(text)); err != nil {
			return fmt.Errorf("%s: %w", file.name, err)
		}
	}
	if err := markApplied(ctx, tx, files); err != nil {
		return err
	}
	return s.migrateQueue(ctx, tx)
}

// migrateQueue does the same for the queue's tables.
func (s *Store) migrateQueue(ctx context.Context, tx *sql.Tx) error {
	m, err := rivermigrate.New(s.driver, &rivermigrate.Config{Logger: s.Log})
	if err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	if s.onFile() {
		_, err = m.MigrateTx(ctx, tx, rivermigrate.DirectionUp, nil) //nolint:staticcheck // its objection concerns PostgreSQL only
	} else { // PostgreSQL takes them in several transactions only; ours holds the lock meanwhile
		_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	}
	if err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	all := m.AllVersions()
	known, have := all[len(all)-1].Version, 0
	err = tx.QueryRowContext(ctx, `SELECT max(version) FROM river_migration`).Scan(&have)
	if err == nil && have > known {
		err = fmt.Errorf("%w (queue %d, known here up to %d)", errNewer, have, known)
	}
	return err
}
