package durable

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"docspace-restorebot/bot"
)

// tickets is the witness of an SQLite database: its clocks are the process's and
// the machine's, and a ticket is a small file beside the database, which is there
// only while a restore waits for its start. A copy of the database that is put
// back brings no ticket with it, and the copy of a ticket is not the ticket: the
// time of its making, which nobody can set, is another one.
type tickets struct {
	database string
	process  string
	began    time.Time
}

func (w tickets) read(context.Context, dbtx) (bot.Clock, error) {
	c := bot.Clock{At: time.Now().UTC(), Process: w.process, Ran: time.Since(w.began)}
	c.Boot, c.Up = uptime()
	return c, nil
}

// ticketInfix is between the database's name and the restore's id.
const ticketInfix = ".consent-"

// file is the ticket of a restore.
func (w tickets) file(id string) string {
	return w.database + ticketInfix + strings.ReplaceAll(id, string(filepath.Separator), "_")
}

func (w tickets) issue(_ context.Context, _ dbtx, id string) (string, error) {
	file, word := w.file(id), rand.Text()
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if err := os.WriteFile(file, []byte(word), 0o600); err != nil {
		return "", err
	}
	return w.fingerprint(file)
}

func (w tickets) valid(_ context.Context, _ dbtx, id, ticket string) (bool, error) {
	now, err := w.fingerprint(w.file(id))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return now == ticket, err
}

// fingerprint is the content of a ticket and the time of its making.
func (tickets) fingerprint(file string) (string, error) {
	word, err := os.ReadFile(file) //nolint:gosec // beside the operator's own file
	if err != nil {
		return "", err
	}
	at, err := changed(file)
	return string(word) + " " + at, err
}

func (w tickets) revoke(id string) { _ = os.Remove(w.file(id)) }

// revokeOthers removes what a process left that died just then.
func (w tickets) revokeOthers(wait []string) error {
	dir, base := filepath.Split(w.database)
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		file := filepath.Join(dir, f.Name())
		waits := func(id string) bool { return w.file(id) == file }
		if strings.HasPrefix(f.Name(), base+ticketInfix) && !slices.ContainsFunc(wait, waits) {
			_ = os.Remove(file)
		}
	}
	return nil
}
