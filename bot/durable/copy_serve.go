package durable

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// ServeCopies hands copies of the database and reports of restores to other
// processes of the same user until ctx ends: this process holds the file, so
// that nobody else can read it. A bot that cannot do that still works, and the
// log says so. On PostgreSQL there is nothing to do.
func (s *Store) ServeCopies(ctx context.Context) error {
	if s.file == "" {
		return nil
	}
	l, err := s.listen(ctx)
	if err != nil {
		s.Log.WarnContext(ctx, "restorebot backup and report will not work while this bot runs", "err", err)
		return nil
	}
	defer os.Remove(s.file + socketSuffix)
	var one sync.Mutex
	server := &http.Server{
		ReadHeaderTimeout: 5 * time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == reportPath {
				s.handReport(w, r)
				return
			}
			if !one.TryLock() {
				http.Error(w, "another copy is being made", http.StatusConflict)
				return
			}
			defer one.Unlock()
			if err := s.hand(r.Context(), w); err != nil { //nolint:contextcheck // who asked may go away
				s.Log.ErrorContext(ctx, "a copy of the database was not made", "err", err)
				http.Error(w, err.Error(), http.StatusInternalServerError) // no effect once the copy is under way
			}
		}),
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	_ = server.Serve(l) // ends by Close alone
	return nil
}

// listen makes the socket, for this user alone. Who holds the database knows
// that a socket in its place is left from a process that died.
func (s *Store) listen(ctx context.Context) (net.Listener, error) {
	path := s.file + socketSuffix
	// Made out of reach, and put in its place when it is closed to others.
	dir, err := os.MkdirTemp(filepath.Dir(path), ".restorebot-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	made := filepath.Join(dir, "s")
	name, done, err := reachable(made)
	if err != nil {
		return nil, err
	}
	defer done()
	l, err := new(net.ListenConfig).Listen(ctx, "unix", name)
	if err != nil {
		return nil, err
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false) //nolint:forcetypeassert // of a unix address
	if err = os.Chmod(made, 0o600); err == nil {
		err = os.Rename(made, path)
	}
	if err != nil {
		_ = l.Close()
		return nil, err
	}
	return l, nil
}

// hand makes a copy beside the database and sends it.
func (s *Store) hand(ctx context.Context, w http.ResponseWriter) error {
	part, err := os.CreateTemp(filepath.Dir(s.file), ".restorebot-copy-*") // for its owner alone
	if err != nil {
		return err
	}
	defer os.Remove(part.Name())
	defer part.Close()
	begun := time.Now()
	if _, err := s.db.ExecContext(ctx, `VACUUM INTO $1`, part.Name()); err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	info, err := part.Stat()
	if err != nil {
		return err
	}
	s.Log.InfoContext(ctx, "a copy of the database is handed out", "bytes", info.Size(), "took", time.Since(begun))
	w.Header().Set("Content-Length", strconv.FormatInt(info.Size(), 10))
	_, err = io.Copy(w, part)
	return err
}
