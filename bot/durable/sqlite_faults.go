package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// explainSQLite says what is wrong with the file, that nothing was started, and
// what to do.
func explainSQLite(file string, err error) error {
	what, do := sqliteFault(err)
	return fmt.Errorf("the database %s %s: %w. Nothing was started. %s", file, what, err, do)
}

const fromACopy = "Put a copy made by restorebot backup in its place; or move it away to begin without a history, " +
	"after a look at every portal: a restore may be running that the bot will not know."

// sqliteCode is what SQLite calls an error, SQLITE_OK if it is none of its own.
func sqliteCode(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() & 0xff
	}
	return sqlite3.SQLITE_OK
}

func sqliteFault(err error) (what, do string) {
	code := sqliteCode(err)
	switch {
	case errors.Is(err, errNewer):
		return "cannot be used by this version", "Run the version that made it, or a newer one."
	case errors.Is(err, errForeign):
		return "is not restorebot's", "Name another file in DATABASE_URL."
	case errors.Is(err, errInUse) || code == sqlite3.SQLITE_BUSY || code == sqlite3.SQLITE_LOCKED:
		return "is in use by another process", "Stop the other bot, or give this one a file of its own; several bots share their work on PostgreSQL only."
	case code == sqlite3.SQLITE_NOTADB:
		return "is not an SQLite database", "Name another file in DATABASE_URL; or if it was one: " + fromACopy
	case errors.Is(err, errDamaged) || code == sqlite3.SQLITE_CORRUPT:
		return "is damaged", fromACopy
	case errors.Is(err, syscall.ENOSPC) || code == sqlite3.SQLITE_FULL:
		return "cannot grow: the disk is full", "Make room and start again."
	case errors.Is(err, fs.ErrNotExist):
		return "cannot be made", "Make its folder, or name another one in DATABASE_URL."
	case errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) ||
		code == sqlite3.SQLITE_READONLY || code == sqlite3.SQLITE_CANTOPEN || code == sqlite3.SQLITE_PERM:
		return "cannot be written", "Let the bot's user write the file and its folder."
	case errors.Is(err, errors.ErrUnsupported):
		return "cannot be locked", "Put it on a disk of this machine."
	default:
		return "cannot be used", "Correct that and try again."
	}
}
