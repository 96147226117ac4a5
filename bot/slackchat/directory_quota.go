package slackchat

import (
	"context"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/time/rate"
)

// The kinds of questions, each with a limit of its own at Slack.
const (
	quotaPeople  = iota // users.info
	quotaPlaces         // conversations.info
	quotaLists          // users.conversations
	quotaMembers        // usergroups.users.list
	quotas
)

// quotaRates are Slack's limits: no more in any minute than Tier 4, 3, 3 and 2
// allow. https://docs.slack.dev/apis/web-api/rate-limits
var quotaRates = [quotas]Rate{
	quotaPeople:  {Every: time.Minute / 60, Burst: 40},
	quotaPlaces:  {Every: time.Minute / 30, Burst: 20},
	quotaLists:   {Every: time.Minute / 30, Burst: 20},
	quotaMembers: {Every: time.Minute / 10, Burst: 10},
}

// quotaMethods are the methods of the kinds.
var quotaMethods = [quotas]string{"users.info", "conversations.info", "users.conversations", "usergroups.users.list"}

const (
	// busyFresh is how old a fresh answer may be where Slack's limit is nearly used
	// up, as when 500 restores start at once.
	busyFresh = 10 * time.Second
	// listPage is how many channels Slack tells at once, and listPages how many
	// pages are read: the bot is in few channels.
	listPage  = 999
	listPages = 5
)

// quota is the unused part of one limit. The zero value is full.
type quota struct {
	mu        sync.Mutex
	limiter   *rate.Limiter
	heldUntil time.Time // a 429 asks for no call before
}

// take takes a call, or returns the time until there is one.
func (q *quota) take(kind int, now time.Time) (wait time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if wait := q.heldUntil.Sub(now); wait > 0 {
		return wait
	}
	one := q.left(kind).ReserveN(now, 1)
	if wait = one.DelayFrom(now); wait > 0 {
		one.CancelAt(now)
	}
	return wait
}

// roomy reports whether more than half is left; of the few questions about groups,
// more than two.
func (q *quota) roomy(kind int, now time.Time) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	least := quotaRates[kind].Burst/2 + 1
	if kind == quotaMembers {
		least = 3
	}
	return !q.heldUntil.After(now) && q.left(kind).TokensAt(now) >= float64(least)
}

func (q *quota) hold(until time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if until.After(q.heldUntil) {
		q.heldUntil = until
	}
}

// left is the bucket of the limit. The lock is held.
func (q *quota) left(kind int) *rate.Limiter {
	if q.limiter == nil {
		q.limiter = rate.NewLimiter(rate.Every(quotaRates[kind].Every), quotaRates[kind].Burst)
	}
	return q.limiter
}

// ask makes a call if Slack's limit allows one, and is a [policy.ErrChatBusy] that
// says when it does.
func (d *Directory) ask(ctx context.Context, kind int, doing string, call func() error) error {
	q := &d.quotas[kind]
	if wait := q.take(kind, time.Now()); wait > 0 {
		return &busyError{wait}
	}
	err := call()
	if o := outcomeOf(err); o.Outcome == OutcomeLimited {
		wait := o.wait
		if wait <= 0 {
			wait = heldUnsaid
		}
		q.hold(time.Now().Add(min(wait, heldAtMost)))
	}
	d.Faults.Note(ctx, quotaMethods[kind], err)
	return chatError(doing, quotaMethods[kind], err)
}

// list asks for all channels that the bot is in and remembers each. It asks nothing if
// another call has listed them since.
func (d *Directory) list(ctx context.Context, since time.Time) error {
	_, err := d.lists.get(ctx, "", since, func() (found int, err error) {
		asked, cursor := time.Now(), ""
		for range listPages {
			var page []slack.Channel
			err = d.ask(ctx, quotaLists, "ask for all channels", func() (err error) {
				page, cursor, err = d.API.GetConversationsForUserContext(ctx, &slack.GetConversationsForUserParameters{
					Types: []string{"public_channel", "private_channel"}, Limit: listPage, Cursor: cursor, ExcludeArchived: true,
				})
				return err
			})
			if err != nil {
				return found, err
			}
			for _, c := range page {
				d.places.learn(c.ID, placeOf(c), asked)
			}
			if found += len(page); cursor == "" {
				break
			}
		}
		return found, nil
	})
	return err
}
