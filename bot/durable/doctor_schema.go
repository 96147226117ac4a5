package durable

import (
	"context"
	"database/sql"
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"docspace-restorebot/bot"
)

// busy reports whether an SQLite file is locked: by a bot of an older version,
// which held it for as long as it ran, or for a moment.
func busy(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && e.Code()&0xff == sqlite3.SQLITE_BUSY
}

// inspectSchema tries the database and compares its schema with what this
// program knows. name is how people know it; it holds no password.
func (s *Store) inspectSchema(ctx context.Context, name string) bot.Finding {
	var todo []schemaFile
	err := s.tryWrite(ctx)
	if err == nil {
		err = s.tx(ctx, func(ctx context.Context, tx *sql.Tx) error {
			files, err := schemaFiles(schema)
			if err != nil {
				return err
			}
			if todo, err = missingFiles(ctx, tx, files); err != nil {
				return err
			}
			return errTried // the tables that this has made are taken back
		})
	}
	switch {
	case busy(err):
		return usedBy(name)
	case errors.Is(err, errNewer):
		return finding(checkDatabase, bot.Fail, name+" was made by a newer version of the bot", "Install that version again, or use another database.")
	case !errors.Is(err, errTried):
		return finding(checkDatabase, bot.Fail, name+" cannot be written: "+err.Error(), cureWritable)
	case len(todo) > 0:
		return finding(checkDatabase, bot.Pass, name+" can be written, and will be brought up to date at the next start", "")
	}
	return finding(checkDatabase, bot.Pass, name+" can be written, and its schema is right", "")
}

func usedBy(name string) bot.Finding {
	return finding(checkDatabase, bot.Warn, name+" is in use, most likely by the bot that runs", "Nothing, if it is the bot; /restore doctor checks it from inside.")
}

// inspectServer connects to PostgreSQL, and leaves again.
func inspectServer(ctx context.Context, url string) bot.Finding {
	s, err := openPostgres(ctx, url)
	if err != nil {
		return finding(checkDatabase, bot.Fail, "the address in DATABASE_URL is not understood", "Write it as postgres://user:password@host:5432/database?sslmode=verify-full.")
	}
	defer s.Close()
	if err := s.db.PingContext(ctx); err != nil {
		return finding(checkDatabase, bot.Fail, "PostgreSQL does not answer or does not let the bot in: "+err.Error(),
			"Look at host, port, user and password in DATABASE_URL, and at pg_hba.conf of the server.")
	}
	return s.inspectSchema(ctx, "PostgreSQL")
}
