package socketmode

import (
	"context"
	"errors"
	"slices"
	"time"
)

// runSlot keeps one slot connected until ctx ends. It returns a [*FatalError] or
// nil. It leaves its connections to [pool.closeAll].
func (c *Client) runSlot(ctx context.Context, slot int) error {
	var backoff backoff
	var current *conn
	var replaced []*conn // oldest first; Slack closes them soon
	for c.pool.mayOpen(ctx, backoff.after) {
		replaced = c.makeRoom(ctx, replaced)
		fresh, err := c.connect(ctx, slot)
		switch {
		case isFatal(err):
			return err
		case err != nil:
			backoff.failed(time.Now())
			continue
		case current != nil:
			current.replaced()
			replaced = append(replaced, current)
		}
		current = fresh
		c.keep(ctx, current)
		backoff.ended(time.Now(), current.lived())
		if wait := time.Until(backoff.after); wait > 0 && ctx.Err() == nil {
			c.Log.InfoContext(ctx, "slack connection was short", "connection", current.number, "next_in", wait.Round(time.Millisecond))
		}
	}
	return nil
}

const (
	// maxConnections is how many connections Slack allows an app.
	maxConnections = 10
	// roomWithin is how long a slot with its share of them waits for Slack to close
	// the oldest: what is on its way there may be lost if we close it.
	roomWithin = 4 * time.Second
)

// makeRoom keeps a slot to its share of the app's connections: those that were
// replaced, the one in use and one more. It returns the replaced ones that are open.
func (c *Client) makeRoom(ctx context.Context, replaced []*conn) []*conn {
	replaced = slices.DeleteFunc(replaced, (*conn).gone)
	if len(replaced)+2 <= maxConnections/c.Slots {
		return replaced
	}
	oldest := replaced[0]
	select {
	case <-oldest.done:
	case <-ctx.Done():
		return replaced
	case <-time.After(roomWithin):
		oldest.close(endReplaced)
		<-oldest.done
	}
	return replaced[1:]
}

// errNoHello means that a connection was opened and never greeted.
var errNoHello = errors.New("the connection brought no hello")

// connect opens a connection and waits for its hello.
func (c *Client) connect(ctx context.Context, slot int) (*conn, error) {
	ws, err := c.dial(ctx)
	if err != nil {
		return nil, c.dialFailed(ctx, slot, err)
	}
	fresh := c.pool.add(ws, c.dispatcher.accept)
	select {
	case <-fresh.greeted:
		return fresh, nil
	case <-fresh.retired:
	case <-fresh.done:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case <-fresh.greeted: // retired at once; it is read on all the same
		return fresh, nil
	default:
		fresh.close(endNoHello)
		return nil, errNoHello
	}
}

// dialFailed tells of a failed attempt. The error is a [*FatalError] where no
// further attempt can succeed.
func (c *Client) dialFailed(ctx context.Context, slot int, err error) error {
	fault := faultOf(err)
	if ctx.Err() == nil { // or else it failed because Run is ending
		c.pool.noteFault(fault.word)
		c.Events.OpenFailed(fault.word)
		c.Log.WarnContext(ctx, "slack connection failed", "slot", slot, "fault", fault.word, "err", err)
	}
	if fault.retryAfter > 0 {
		c.pool.holdAll(fault.retryAfter)
	}
	if fault.fatal != nil {
		return fault.fatal
	}
	return err
}

// keep returns when the slot needs another connection, or when ctx has ended.
func (c *Client) keep(ctx context.Context, current *conn) {
	for {
		var timer <-chan time.Time // nil never fires
		if due := c.pool.renewal(current); !due.IsZero() {
			wait := time.Until(due)
			if wait <= 0 {
				c.Log.InfoContext(ctx, "slack connection makes way, so that not all are recycled at once", "connection", current.number)
				current.retire(endRenewed)
				return
			}
			timer = time.After(wait)
		}
		select {
		case <-current.retired:
			return
		case <-current.done:
			return
		case <-ctx.Done():
			return
		case <-timer:
		}
	}
}
