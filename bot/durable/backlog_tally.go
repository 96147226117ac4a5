package durable

import (
	"context"
	"sync"
	"time"

	"docspace-restorebot/bot"
)

const (
	countAll  = `SELECT state, count(*) FROM restore GROUP BY state`
	countOpen = `SELECT state, count(*) FROM restore
		WHERE state IN ('requested', 'confirmed', 'saving', 'starting', 'running', 'unclear') GROUP BY state`
	// tallyFor is how long a count holds where others end restores too.
	tallyFor = time.Minute
)

// tally remembers how many restores have ended and how, for to count years of
// them takes milliseconds in which nobody else gets at the file, and probes ask
// for it every few seconds. What has ended stays as it is.
type tally struct {
	mu    sync.Mutex
	ended map[bot.State]int // nil where it is not known
	until time.Time
	turn  int // goes up when a restore ends
}

// drop forgets the count, for one more has ended.
func (t *tally) drop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = nil
	t.turn++
}

func (t *tally) get() (ended map[bot.State]int, turn int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Now().After(t.until) {
		t.ended = nil
	}
	return t.ended, t.turn
}

// keep remembers a count that was begun at a turn.
func (t *tally) keep(ended map[bot.State]int, turn int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.turn == turn {
		t.ended, t.until = ended, time.Now().Add(tallyFor)
	}
}

// states counts restores by state.
func (s *Store) states(ctx context.Context) (map[bot.State]int, error) {
	ended, turn := s.tally.get()
	if ended != nil {
		states, err := s.count(ctx, countOpen)
		for state, n := range ended {
			if err == nil {
				states[state] = n
			}
		}
		return states, err
	}
	states, err := s.count(ctx, countAll)
	if err != nil {
		return nil, err
	}
	ended = map[bot.State]int{}
	for state, n := range states {
		if !state.Open() {
			ended[state] = n
		}
	}
	s.tally.keep(ended, turn)
	return states, nil
}

func (s *Store) count(ctx context.Context, query string) (map[bot.State]int, error) {
	rows, err := s.db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	states := map[bot.State]int{}
	for rows.Next() {
		var state bot.State
		var n int
		if err := rows.Scan(&state, &n); err != nil {
			return nil, err
		}
		states[state] = n
	}
	return states, rows.Err()
}
