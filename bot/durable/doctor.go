package durable

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
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
	cureWritable  = "Let the user that runs the bot write to the database that DATABASE_URL names; the log has the whole error."
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
	if s.onFile() {
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
		"Restart the bot; restores go on where they are. Then look in the log for \"step\".")
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
		return finding(check, bot.Warn, "free space at "+dir+" is not known", "Check it yourself.")
	case free < diskFail:
		return finding(check, bot.Fail, what, cureFull)
	case free < diskWarn:
		return finding(check, bot.Warn, what, cureFull)
	}
	return finding(check, bot.Pass, what, "")
}
