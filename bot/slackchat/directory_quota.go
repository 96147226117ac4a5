package slackchat

import (
	"context"
	"sync"
	"time"

	"github.com/slack-go/slack"
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
var quotaRates = [quotas]struct{ perMinute, burst int }{
	quotaPeople: {60, 40}, quotaPlaces: {30, 20}, quotaLists: {30, 20}, quotaMembers: {10, 10},
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

// quota is one limit of the directory. The zero value is full.
type quota struct {
	mu     sync.Mutex
	bucket *bucket
}

// use gives f the bucket of a kind of questions.
func (q *quota) use(kind int, f func(b *bucket)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.bucket == nil {
		q.bucket = newBucket(time.Minute/time.Duration(quotaRates[kind].perMinute), quotaRates[kind].burst)
	}
	f(q.bucket)
}

// roomy reports whether more than half is left; of the few questions about groups,
// more than two.
func (q *quota) roomy(kind int) (yes bool) {
	least := quotaRates[kind].burst/2 + 1
	if kind == quotaMembers {
		least = 3
	}
	q.use(kind, func(b *bucket) { yes = b.until(least, time.Now()) <= 0 })
	return yes
}

// ask makes a call if Slack's limit allows one, and is a [policy.ErrChatBusy] that
// says when it does.
func (d *Directory) ask(ctx context.Context, kind int, doing string, call func() error) error {
	q := &d.quotas[kind]
	var wait time.Duration
	if q.use(kind, func(b *bucket) { wait = b.tryTake(0, time.Now()) }); wait > 0 {
		return &busyError{wait}
	}
	err := call()
	if o := outcomeOf(err); o.Outcome == OutcomeLimited {
		q.use(kind, func(b *bucket) { b.hold(time.Now(), holdFor(o.wait)) })
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
