package durable

import (
	"fmt"
	"testing"
	"time"

	"docspace-restorebot/bot"
)

// What has ended is counted once, and again when one more has ended.
func TestBacklogCountsWhatHasEnded(t *testing.T) {
	t.Parallel()
	s := openFile(t)
	counted := func(want string) {
		t.Helper()
		b, err := s.Backlog(t.Context())
		if got := fmt.Sprint(b.States); err != nil || got != want {
			t.Errorf("%s, want %s: %v", got, want, err)
		}
	}
	var rs []bot.Restore
	for i := range 2 {
		r := bot.Restore{
			ID: fmt.Sprint("r", i), Portal: fmt.Sprint("p", i), Delivery: fmt.Sprint("d", i),
			State: bot.Requested, RequestedAt: time.Now(),
		}
		if err := s.Create(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		rs = append(rs, r)
	}
	end := func(r bot.Restore) {
		t.Helper()
		next := r
		next.State = bot.Dismissed
		if _, err := s.Save(t.Context(), r, next); err != nil {
			t.Fatal(err)
		}
	}
	counted("map[requested:2]")
	counted("map[requested:2]")
	end(rs[0])
	counted("map[dismissed:1 requested:1]")
	counted("map[dismissed:1 requested:1]")
	end(rs[1])
	counted("map[dismissed:2]")
	counted("map[dismissed:2]")
}

// Where others end restores too, a count holds for a while only, and one that
// was under way when a restore ended is not kept.
func TestTallyForgets(t *testing.T) {
	t.Parallel()
	var c tally
	_, turn := c.get()
	c.keep(map[bot.State]int{bot.Failed: 1}, turn)
	if ended, _ := c.get(); ended == nil {
		t.Error("a count is not kept")
	}
	c.until = time.Now().Add(-time.Second)
	if ended, _ := c.get(); ended != nil {
		t.Error("an old count is kept")
	}
	c.drop()
	if c.keep(map[bot.State]int{}, turn); c.ended != nil {
		t.Error("a count from before an end is kept")
	}
}
