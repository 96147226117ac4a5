package slackchat

import "time"

const (
	// cardActive is how long a card counts after it last asked for an edit.
	cardActive = 2 * time.Minute
	// cardsKnown bounds the remembered cards.
	cardsKnown = 5000
	// staleWithin is how long an edit whose answer was lost may still replace a newer
	// one at Slack.
	staleWithin = 20 * time.Second
	// shutFor is the pause of progress in a channel that takes nothing.
	shutFor = 30 * time.Second
)

// cardEdits records the edits of each card. The zero value is ready.
type cardEdits struct {
	byKey  map[string]*cardEdit
	active int // cards that show progress, as last counted
	swept  time.Time
}

type cardEdit struct {
	updated time.Time // when progress was last to be shown
	asked   time.Time
	sent    time.Time // the last edit
	version int64     // of the restore that it showed
	busy    bool      // an edit is under way
	unsure  time.Time // when an answer was lost
	shut    time.Time // until when its channel is not tried again for progress
}

// asked records a wish to edit a card. The error says that the edit has to wait, or is
// not needed.
func (e *cardEdits) asked(key string, version int64, u urgency, now time.Time) (*cardEdit, error) {
	e.sweep(now)
	c := e.byKey[key]
	if c == nil {
		if e.byKey == nil {
			e.byKey = map[string]*cardEdit{}
		}
		c = &cardEdit{}
		e.byKey[key] = c
	}
	c.asked = now
	if u == urgentUpdate {
		if c.updated.IsZero() {
			e.active++
		}
		c.updated = now
	}
	switch {
	case c.busy:
		return nil, &busyError{retryWhenFull}
	case version < c.version:
		return nil, errOutdated
	case u == urgentUpdate && now.Before(c.shut):
		return nil, &busyError{c.shut.Sub(now)}
	}
	return c, nil
}

// share spreads the edits of progress evenly over the cards that show it. It hands out
// a little less than there is, so that no card has to hurry before others.
func (e *cardEdits) share(c *cardEdit, every time.Duration, now time.Time) (wait time.Duration) {
	return c.sent.Add(time.Duration(e.active) * every * 21 / 20).Sub(now)
}

// ended records the end of an edit. The last edit of a card is asked for again if an
// older one, whose answer was lost, may still replace it.
func (e *cardEdits) ended(key string, o Outcome, last bool, now time.Time) (again time.Duration) {
	c := e.byKey[key]
	if c == nil {
		return 0
	}
	c.busy = false
	switch {
	case o == OutcomeLost && !last:
		c.unsure = now
	case o == OutcomeUnreachable:
		c.shut = now.Add(shutFor)
	}
	if o != OutcomeOK || !last {
		return 0
	}
	return max(0, c.unsure.Add(staleWithin).Sub(now))
}

// sweep forgets cards that are not edited any more, now and then.
func (e *cardEdits) sweep(now time.Time) {
	if now.Sub(e.swept) < 5*time.Second && len(e.byKey) < cardsKnown {
		return
	}
	e.swept, e.active = now, 0
	for key, c := range e.byKey {
		switch {
		case now.Sub(c.asked) > cardActive && !c.busy:
			delete(e.byKey, key)
		case now.Sub(c.updated) < cardActive:
			e.active++
		}
	}
}
