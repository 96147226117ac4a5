package docspace

import (
	"context"
	"time"
)

// clock is what the time is taken from.
type clock struct {
	now   func() time.Time
	sleep func(context.Context, time.Duration) error
}

// clock is the client's own time where it has one.
func (c *Client) clock() clock {
	k := clock{c.Now, c.Sleep}
	if k.now == nil {
		k.now = time.Now
	}
	if k.sleep == nil {
		k.sleep = pause
	}
	return k
}

// pause waits for d or for the end of the context, whichever comes first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
