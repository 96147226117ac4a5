package durable

import (
	"context"
	"errors"
	"os"
)

const (
	// logPages is how many pages the log has when a commit has to move them into
	// the database, whoever waits for it. Mostly that was done before, while
	// nobody waited; and the longer the log, the more often a page is in it that
	// has to be moved once.
	logPages = 4000
	// logSize is the length that the log has from the beginning: 1000 pages, each
	// with a head.
	logSize = 32 + 1000*(24+4096)
)

// roomy gives the log its usual length from the beginning. To write where a file
// has its blocks costs the disk less than to let it grow: the first commits of a
// crowd wait no longer than the last. What follows the end of the log is none of
// SQLite's business.
func (s *Store) roomy(ctx context.Context) (err error) {
	log, err := os.OpenFile(s.file+"-wal", os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	if err := s.lengthen(ctx, log); err != nil {
		return err
	}
	return log.Sync()
}

// lengthen holds the one connection, so that nobody else writes.
func (s *Store) lengthen(ctx context.Context, log *os.File) error {
	c, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	info, err := log.Stat()
	if err != nil {
		return err
	}
	zeros := make([]byte, 1<<16)
	for at := info.Size(); at < logSize; {
		n, err := log.WriteAt(zeros[:min(int64(len(zeros)), logSize-at)], at)
		if err != nil {
			return err
		}
		at += int64(n)
	}
	return nil
}

// mover moves the log into the database while nobody waits, so that nobody's
// commit has to.
type mover struct {
	seen, moved int64 // changes
}

// look moves what has changed, if nothing has changed since the last look.
func (m *mover) look(ctx context.Context, s *Store) error {
	var changes int64
	if err := s.db.QueryRowContext(ctx, `SELECT total_changes()`).Scan(&changes); err != nil {
		return err
	}
	if changes == m.seen && changes != m.moved {
		if _, err := s.db.ExecContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`); err != nil {
			return err
		}
		m.moved = changes
	}
	m.seen = changes
	return nil
}
