package durable

import (
	"context"
	"database/sql"
	"fmt"
	"sync/atomic"
	"time"

	"docspace-restorebot/bot"
)

// clock is the time that all processes on a database share: the server's, and of
// a file, which one process holds, the machine's. It is kept as the difference
// from the machine's clock, which is measured again and again.
type clock struct {
	machine func() time.Time // nil is [time.Now]
	ahead   atomic.Int64     // of the machine's clock: how far the shared one is
	told    atomic.Bool      // that they disagree
}

const (
	// clocksAgree is how far the machine's clock may be off before it is told: people
	// see times of both.
	clocksAgree = 30 * time.Second
	// measuredWithin is the longest round trip that tells the time.
	measuredWithin = 2 * time.Second
)

func (c *clock) own() time.Time {
	if c.machine == nil {
		return time.Now()
	}
	return c.machine()
}

// skew is how far the shared clock is ahead of the machine's.
func (c *clock) skew() time.Duration { return time.Duration(c.ahead.Load()) }

// Now is the shared time. With NowOrNil it is the clock of the queue, whose
// statements take the database's own time where it is nil.
func (c *clock) Now() time.Time { return c.own().Add(c.skew()) }

// NowOrNil leaves the time to the database.
func (*clock) NowOrNil() *time.Time { return nil }

// set takes the shared time that was told between two looks at the machine's.
func (c *clock) set(told, asked, heard time.Time) {
	if heard.Sub(asked) <= measuredWithin {
		c.ahead.Store(int64(told.Sub(asked.Add(heard.Sub(asked) / 2))))
	}
}

// now is the time that decides between processes.
func (s *Store) now() time.Time { return s.clock.Now() }

// compareClocks measures how far the server's clock is from the machine's.
func (s *Store) compareClocks(ctx context.Context) error {
	if s.file != "" || s.db == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, recordWithin)
	defer cancel()
	asked := s.clock.own()
	told, err := serverTime(ctx, s.db)
	if err != nil {
		return fmt.Errorf("the database's clock: %w", err)
	}
	s.clock.set(told, asked, s.clock.own())
	if skew := s.clock.skew(); skew.Abs() <= clocksAgree {
		s.clock.told.Store(false)
	} else if !s.clock.told.Swap(true) {
		s.Log.WarnContext(ctx, "the clock of this machine and the database's disagree; steps go by the database's", "database_ahead", skew.Round(time.Second))
	}
	return nil
}

func serverTime(ctx context.Context, db *sql.DB) (at time.Time, err error) {
	err = db.QueryRowContext(ctx, `SELECT clock_timestamp()`).Scan(&at)
	return at, err
}

// examineClock compares the clocks for the doctor.
func (s *Store) examineClock(ctx context.Context) []bot.Finding {
	const check = "clock of the database"
	if s.file != "" {
		return nil
	}
	if err := s.compareClocks(ctx); err != nil {
		return []bot.Finding{finding(check, bot.Warn, "it cannot be read", "Run this again.")}
	}
	if skew := s.clock.skew(); skew.Abs() > clocksAgree {
		return []bot.Finding{finding(check, bot.Warn, fmt.Sprintf("it is %s off this machine's", skew.Abs().Round(time.Second)),
			"Set both by NTP (timedatectl set-ntp true): requests expire by the machine's, steps go by the database's.")}
	}
	return []bot.Finding{finding(check, bot.Pass, "within "+clocksAgree.String()+" of this machine's", "")}
}
