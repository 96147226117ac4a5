package durable

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"docspace-restorebot/bot"
)

const (
	diskWarn = 200 << 20
	diskFail = 20 << 20
	// healthWithin bounds a probe's question to the database.
	healthWithin = 3 * time.Second
	// stepWithin: late steps this long after any step mean that nobody works.
	stepWithin = time.Minute
)

func finding(check string, grade bot.Grade, what, fix string) bot.Finding {
	return bot.Finding{Check: check, Grade: grade, What: what, Fix: fix}
}

const (
	checkDatabase = "database"
	checkQueue    = "queue"
	cureFull      = "Free some space, or move the file of DATABASE_URL to a larger disk."
	cureWritable  = "Let the user that runs the bot write to the database named in DATABASE_URL, and see the log for the whole error."
)

// Examine writes to the open database and takes it back, and looks at the queue.
// It implements [bot.Examiner].
func (s *Store) Examine(ctx context.Context) []bot.Finding {
	if err := s.tryWrite(ctx); err != nil {
		return []bot.Finding{finding(checkDatabase, bot.Fail, "it cannot be written", cureWritable)}
	}
	found := s.Health(ctx)
	if found[0].Grade == bot.Pass {
		found[0].What = "can be written"
	}
	if s.file != "" {
		found = append(found, examineDisk(filepath.Dir(s.file)))
	}
	return append(found, s.examineClock(ctx)...)
}

var errTried = errors.New("tried, and taken back")

// tryWrite writes in a transaction that is rolled back.
func (s *Store) tryWrite(ctx context.Context) error {
	err := s.tx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `CREATE TABLE restorebot_doctor (n BIGINT)`); err != nil {
			return err
		}
		return errTried
	})
	if errors.Is(err, errTried) {
		return nil
	}
	return err
}

// Health reads the open database and looks at the queue in it. A probe may ask for it
// again and again.
func (s *Store) Health(ctx context.Context) []bot.Finding {
	ctx, cancel := context.WithTimeout(ctx, healthWithin)
	defer cancel()
	database := finding(checkDatabase, bot.Pass, "answers", "")
	b, err := s.Backlog(ctx)
	queue := judgeQueue(b)
	if err != nil {
		database = finding(checkDatabase, bot.Fail, "does not answer; see the log", cureWritable)
		queue = finding(checkQueue, bot.Fail, "unknown without the database", cureWritable)
	}
	return []bot.Finding{database.InPublic(checkDatabase, true), queue.InPublic(checkQueue, true)}
}

func judgeQueue(b bot.Backlog) bot.Finding {
	if !b.Stuck {
		return finding(checkQueue, bot.Pass, fmt.Sprintf("%s in hand, %d late", bot.Count(b.Unsettled, "restore", "restores"), b.Overdue), "")
	}
	last := "yet"
	if !b.LastStep.IsZero() {
		last = "for " + time.Since(b.LastStep).Round(time.Second).String()
	}
	return finding(checkQueue, bot.Fail, bot.Count(b.Unsettled, "restore waits", "restores wait")+" for a step, and none was made "+last,
		"Start the bot again: restores go on where they are. Then look at the log for \"step\".")
}

// Inspect looks at the database of a url that is not opened, and changes
// nothing: no file is made and no schema brought up to date.
func Inspect(ctx context.Context, url string) []bot.Finding {
	scheme, file, _ := strings.Cut(url, ":")
	if scheme != "sqlite" {
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
	db, err := sql.Open("sqlite", "file:"+file+"?mode=rw&_txlock=immediate&_pragma=busy_timeout(500)")
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

func examineDisk(dir string) bot.Finding {
	free, err := freeBytes(dir)
	return judgeDisk(dir, free, err)
}

// judgeDisk judges what is left on a disk.
func judgeDisk(dir string, free uint64, err error) bot.Finding {
	const check = "disk"
	what := fmt.Sprintf("%d MiB free at %s", free>>20, dir)
	switch {
	case err != nil:
		return finding(check, bot.Warn, "free space at "+dir+" is not known", "Look at it yourself.")
	case free < diskFail:
		return finding(check, bot.Fail, what, cureFull)
	case free < diskWarn:
		return finding(check, bot.Warn, what, cureFull)
	}
	return finding(check, bot.Pass, what, "")
}
