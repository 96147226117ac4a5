package slackchat

import "time"

const (
	// retryWhenFull is the pause while too many calls are under way.
	retryWhenFull = 250 * time.Millisecond
	// pausedFirst is the pause after Slack did not answer a call. It doubles with
	// every failure in a row.
	pausedFirst  = time.Second
	pausedAtMost = 30 * time.Second
)

// calls bounds the calls of one kind that are under way, and rests while Slack does not
// answer them.
type calls struct {
	atOnce int
	within time.Duration // of one call
	spread bool          // whether who finds too many under way is told when there is room

	under    int
	failures int           // in a row
	paused   time.Time     // until when
	took     time.Duration // by a call, lately
	next     time.Time     // when the next one will find room
}

// wait is the time until one more call may be tried.
func (c *calls) wait(now time.Time) time.Duration {
	most := c.atOnce
	if c.failures > 0 {
		most = 1 // one call tries for all whether Slack answers again
	}
	wait := c.paused.Sub(now)
	if c.under < most {
		return wait
	}
	room := now.Add(retryWhenFull)
	if c.spread {
		if c.next.After(room) {
			room = c.next
		}
		c.next = room.Add(c.took / time.Duration(most))
	}
	return max(wait, room.Sub(now))
}

// ended records the end of a call.
func (c *calls) ended(took time.Duration, failed bool, now time.Time) {
	c.under--
	c.took = (3*c.took + took) / 4
	if !failed {
		c.failures, c.paused = 0, time.Time{}
		return
	}
	c.failures++
	c.paused = now.Add(min(pausedAtMost, pausedFirst<<min(c.failures-1, 5)))
}
