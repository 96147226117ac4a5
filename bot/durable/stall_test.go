package durable

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
)

// Late steps that are given out anew look fresh: neither readiness nor doctor takes
// that for work.
func TestDeadQueueStaysDeadUntilAStepIsMade(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "bot.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Create(t.Context(), bot.Restore{ID: "a", Portal: "docs", State: bot.Requested, Delivery: "d1", RequestedAt: time.Now()}); err != nil {
		t.Fatal(err)
	}
	const ago, ahead = -2 * time.Minute, time.Minute
	for _, c := range []struct {
		name         string
		due, stepped time.Duration
		stuck        bool
	}{
		{"late, but at work", ago, -time.Second, false},
		{"idle, nothing due", ahead, 2 * ago, false},
		{"nobody works", ago, ago, true},
		{"given out anew", ahead, 0, true},
		{"a step was made", ahead, -time.Second, false},
		{"nobody works again", ago, ago, true},
	} {
		now := time.Now()
		if _, err := s.db.ExecContext(t.Context(), `UPDATE restore SET due_at = $1`, nanos(now.Add(c.due))); err != nil {
			t.Fatal(err)
		}
		if c.stepped != 0 { // else it stays
			if _, err := s.db.ExecContext(t.Context(), `UPDATE restore SET stepped_at = $1`, nanos(now.Add(c.stepped))); err != nil {
				t.Fatal(err)
			}
		}
		b, err := s.Backlog(t.Context())
		if err != nil || b.Stuck != c.stuck {
			t.Errorf("%s: %+v, %v", c.name, b, err)
		}
		health := s.Health(t.Context())
		if f := health[1]; len(health) != 2 || (f.Grade == bot.Fail) != c.stuck || c.stuck && !strings.HasPrefix(f.What, "1 restore waits for a step, and none was made for ") ||
			*f.Public != (bot.Public{Name: "queue", Detail: f.What, Needed: true}) {
			t.Errorf("%s: found %+v", c.name, health)
		}
	}
	if _, err := s.db.ExecContext(t.Context(), `UPDATE restore SET settled = true`); err != nil {
		t.Fatal(err)
	}
	if b, err := s.Backlog(t.Context()); err != nil || b.Stuck {
		t.Errorf("nothing is wanted any more: %+v, %v", b, err)
	}
}
