package docspace

import (
	"context"
	"time"
)

// clock tells the time and lets it pass.
type clock struct {
	now   func() time.Time
	sleep func(context.Context, time.Duration) error
}

// clock is made of Now and Sleep, or of the machine's time where they are nil.
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

// pause waits for d, or returns an error when the context ends earlier.
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
