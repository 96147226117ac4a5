package durable

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	neturl "net/url"
	"os"
	"path/filepath"

	sqlite3 "modernc.org/sqlite/lib"

	"docspace-restorebot/bot"
)

// Inspect looks at the database of a url that is not opened, and changes
// nothing: no file is made and no schema brought up to date.
func Inspect(ctx context.Context, url string) []bot.Finding {
	file, ok := sqliteFile(url)
	if !ok {
		return []bot.Finding{inspectServer(ctx, url)}
	}
	file, err := filepath.Abs(file)
	if target, linkErr := filepath.EvalSymlinks(file); linkErr == nil {
		file = target // which has the lock
	}
	if err != nil {
		return []bot.Finding{finding(checkDatabase, bot.Fail, "its file cannot be found", "Name a file in DATABASE_URL.")}
	}
	return []bot.Finding{inspectFile(ctx, file), examineDisk(filepath.Dir(file))}
}

func inspectFile(ctx context.Context, file string) bot.Finding {
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return inspectFolder(file)
	case err != nil || info.IsDir():
		return finding(checkDatabase, bot.Fail, file+" cannot be read or is no file", cureWritable)
	}
	switch taken, err := inUse(file); {
	case err != nil:
		return finding(checkDatabase, bot.Fail, "whether a bot uses "+file+" cannot be seen: "+err.Error(), cureWritable)
	case taken:
		return usedBy(file)
	}
	db, err := sql.Open("sqlite", sqliteURL(file, neturl.Values{"mode": {"rw"}, "_txlock": {"immediate"}, "_pragma": {"busy_timeout(500)"}}))
	if err != nil {
		return finding(checkDatabase, bot.Fail, file+" cannot be opened", cureWritable)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	return (&Store{db: db}).inspectSchema(ctx, file)
}

// inspectFolder tries whether a database can be made.
func inspectFolder(file string) bot.Finding {
	dir := filepath.Dir(file)
	probe, err := os.CreateTemp(dir, ".restorebot-doctor-*")
	if err != nil {
		return finding(checkDatabase, bot.Fail, file+" is not there, and cannot be made in its folder", "Make the folder "+dir+" and let the user that runs the bot write to it.")
	}
	_ = probe.Close()
	_ = os.Remove(probe.Name())
	return finding(checkDatabase, bot.Pass, file+" will be made at the first start", "")
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
	case sqliteCode(err) == sqlite3.SQLITE_BUSY: // a bot of an older version held the file for as long as it ran
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
