package durable

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"docspace-restorebot/bot"
)

// timed puts the time that decides between processes, in nanoseconds, in the place
// of now() in a statement: that of the server. Of a file, which one process
// writes, it is the machine's.
func (s *Store) timed(statement string) string {
	now := `(extract(epoch FROM clock_timestamp()) * 1000000000)::bigint`
	if s.onFile() {
		now = strconv.FormatInt(s.clock.own().UnixNano(), 10)
	}
	return strings.ReplaceAll(statement, "now()", now)
}

// clock tells River the database's time, by the machine's clock and how far that
// is off: River takes from its client when a step is due that was put off.
type clock struct {
	machine func() time.Time // nil is [time.Now]
	file    bool             // the machine's clock is the database's
	ahead   atomic.Int64     // of the machine's clock: how far the database's is
	warned  atomic.Bool      // that they disagree
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

// Now implements River's TimeGenerator.
func (c *clock) Now() time.Time { return c.own().Add(c.skew()) }

// NowOrNil implements River's TimeGenerator: nil leaves the time to the server.
func (c *clock) NowOrNil() *time.Time {
	if !c.file {
		return nil
	}
	now := c.Now()
	return &now
}

func (c *clock) skew() time.Duration { return time.Duration(c.ahead.Load()) }

// compareClocks measures how far the server's clock is from the machine's.
func (s *Store) compareClocks(ctx context.Context) error {
	if s.onFile() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, recordWithin)
	defer cancel()
	asked := s.clock.own()
	var told time.Time
	if err := s.db.QueryRowContext(ctx, `SELECT clock_timestamp()`).Scan(&told); err != nil {
		return fmt.Errorf("the database's clock: %w", err)
	}
	if trip := s.clock.own().Sub(asked); trip <= measuredWithin {
		s.clock.ahead.Store(int64(told.Sub(asked.Add(trip / 2))))
	}
	if skew := s.clock.skew(); skew.Abs() <= clocksAgree {
		s.clock.warned.Store(false)
	} else if !s.clock.warned.Swap(true) {
		s.Log.WarnContext(ctx, "the clock of this machine and the database's disagree; steps go by the database's", "database_ahead", skew.Round(time.Second))
	}
	return nil
}

// examineClock compares the clocks for the doctor.
func (s *Store) examineClock(ctx context.Context) []bot.Finding {
	const check = "clock of the database"
	if s.onFile() {
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
