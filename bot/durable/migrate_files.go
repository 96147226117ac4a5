package durable

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
)

// counted are the files that a database has seen whose version is how many they
// were: that of binaries before the numbers in the names were written down. There
// never was a 5.
var counted = []int{1, 2, 3, 4, 6, 7, 8, 9}

// schemaFile is one step of the schema, known by the number in its name.
type schemaFile struct {
	number int
	name   string
}

// schemaFiles lists the files in the order of their names, which begin with three
// digits.
func schemaFiles(fsys fs.FS) (files []schemaFile, err error) {
	names, err := fs.Glob(fsys, "schema/[0-9][0-9][0-9]_*.sql")
	for _, name := range names {
		n, _ := strconv.Atoi(path.Base(name)[:3]) // the pattern has made sure of them
		files = append(files, schemaFile{n, name})
	}
	return files, err
}

// missingFiles returns the files that the database has not seen, in order. A database
// that has seen others is [errNewer].
func missingFiles(ctx context.Context, tx *sql.Tx, files []schemaFile) ([]schemaFile, error) {
	seen, err := appliedNumbers(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, n := range seen {
		if !slices.ContainsFunc(files, func(f schemaFile) bool { return f.number == n }) {
			return nil, fmt.Errorf("%w (schema %d, known here up to %d)", errNewer, n, files[len(files)-1].number)
		}
	}
	return slices.DeleteFunc(slices.Clone(files), func(f schemaFile) bool { return slices.Contains(seen, f.number) }), nil
}

// appliedNumbers are the numbers of the files that the database has seen. The table
// of them is newer than restorebot_schema, whose version older binaries read and
// refuse when it is more than the number of their files.
func appliedNumbers(ctx context.Context, tx *sql.Tx) (seen []int, err error) {
	for _, table := range []string{`restorebot_schema (version BIGINT NOT NULL)`, `restorebot_schema_file (number BIGINT PRIMARY KEY)`} {
		if _, err := tx.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS `+table); err != nil {
			return nil, err
		}
	}
	seen, err = list(ctx, tx, value[int], `SELECT number FROM restorebot_schema_file ORDER BY number`)
	if err != nil {
		return nil, err
	}
	var version int
	err = tx.QueryRowContext(ctx, `SELECT version FROM restorebot_schema`).Scan(&version)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		_, err = tx.ExecContext(ctx, `INSERT INTO restorebot_schema (version) VALUES (0)`)
		return seen, err
	case err != nil:
		return nil, err
	case len(seen) == 0 && version <= len(counted):
		return counted[:version], nil
	case !slices.Contains(seen, version):
		seen = append(seen, version) // of a binary that is newer than the table
	}
	return seen, nil
}

// markApplied writes down that the database has seen all files.
func markApplied(ctx context.Context, tx *sql.Tx, files []schemaFile) error {
	for _, f := range files {
		if _, err := tx.ExecContext(ctx, `INSERT INTO restorebot_schema_file (number) VALUES ($1) ON CONFLICT (number) DO NOTHING`, f.number); err != nil {
			return err
		}
	}
	// Written in any case: a database that can only be read shows here.
	_, err := tx.ExecContext(ctx, `UPDATE restorebot_schema SET version = $1`, files[len(files)-1].number)
	return err
}
