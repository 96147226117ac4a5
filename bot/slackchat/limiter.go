package slackchat

import (
	"context"
	"sync"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/slackchat/blockkit"
)

// Slack's limits with a margin: the bot's clock is not Slack's, and calls that leave
// apart may arrive together.
// https://docs.slack.dev/apis/web-api/rate-limits
const (
	// Tier 3 of chat.update is 50 a minute for all messages of the workspace together:
	// 10 and then 40 are never more in any minute.
	editsEvery, editsBurst = time.Minute / 40, 10
	// chat.postMessage takes one a second in each channel.
	postsEvery, postsBurst = time.Second, 1
)

const (
	// editsKept are the edits that progress leaves for urgent ones.
	editsKept = 5
	// editsAtOnce, updatesAtOnce and postsAtOnce bound the calls under way, so
	// that a Slack that hangs holds up few of those who also ask the portals.
	editsAtOnce   = 4
	updatesAtOnce = 2
	postsAtOnce   = 8
	// updateWithin bounds an edit that only shows progress, and callWithin any
	// other call.
	updateWithin = 3 * time.Second
	callWithin   = 10 * time.Second
	// heldUnsaid is the pause after a 429 without Retry-After; heldAtMost bounds
	// Retry-After.
	heldUnsaid    = 5 * time.Second
	heldAtMost    = 5 * time.Minute
	channelsKnown = 1000
)

// limiter keeps the posts and edits of a workspace within Slack's limits. It never
// blocks: a call that has to wait gets a [policy.ErrChatBusy] that says when to ask
// again. The zero value has Slack's limits.
type limiter struct {
	mu        sync.Mutex
	edits     *bucket
	cards     cardEdits
	posts     map[string]*bucket // by channel
	postsHeld time.Time          // until when a 429 holds all channels

	editing, updating, posting calls
}

// init makes the zero value ready. The lock is held.
func (o *limiter) init() {
	if o.edits != nil {
		return
	}
	o.edits = newBucket(editsEvery, editsBurst)
	o.posts = map[string]*bucket{}
	o.editing = calls{atOnce: editsAtOnce, within: callWithin, spread: true}
	o.updating = calls{atOnce: updatesAtOnce, within: updateWithin} // the next progress follows anyway
	o.posting = calls{atOnce: postsAtOnce, within: callWithin, spread: true}
}

// permit is a permission to make one call. end must be called with its outcome.
type permit struct {
	out     *limiter
	calls   *calls
	begun   time.Time
	channel string // of a post
	card    string // of an edit
	last    bool   // the card shows the end: no edit follows
}

// edit returns a permit to edit a card.
func (o *limiter) edit(c bot.Card) (*permit, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.init()
	now := time.Now()
	r, u := c.Restore, editUrgency(c.Restore)
	t := &permit{out: o, calls: &o.editing, begun: now, card: r.Channel + " " + r.CardTS, last: r.State.Ended()}
	if u == urgentUpdate {
		t.calls = &o.updating
	}
	card, err := o.cards.asked(t.card, r.Version, u, now)
	if err != nil {
		return nil, err
	}
	wait := t.calls.wait(now)
	switch {
	case wait > 0:
	case u == urgentUpdate:
		if wait = o.cards.share(card, o.edits.every(), now); wait <= 0 {
			wait = o.edits.tryTake(editsKept, now)
		}
	default:
		wait = o.edits.ask(t.card, u, now)
	}
	if wait > 0 {
		return nil, &busyError{wait}
	}
	card.sent, card.version, card.busy = now, r.Version, true
	t.calls.under++
	return t, nil
}

// post returns a permit to post the message key to a channel.
func (o *limiter) post(channel, key string, u urgency) (*permit, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.init()
	now := time.Now()
	l := o.channel(channel, now)
	wait := max(o.posting.wait(now), o.postsHeld.Sub(now))
	if wait <= 0 {
		wait = l.ask(key, u, now)
	}
	if wait > 0 {
		return nil, &busyError{wait}
	}
	o.posting.under++
	return &permit{out: o, calls: &o.posting, begun: now, channel: channel}, nil
}

// channel is the limit of one channel. The lock is held.
func (o *limiter) channel(id string, now time.Time) *bucket {
	l := o.posts[id]
	if l != nil {
		return l
	}
	if len(o.posts) >= channelsKnown {
		for other, l := range o.posts {
			if l.idle(now) {
				delete(o.posts, other)
			}
		}
	}
	l = newBucket(postsEvery, postsBurst)
	o.posts[id] = l
	return l
}

// end records the outcome of the call. With again above 0 the call has to be made once
// more after that time, although it succeeded.
func (t *permit) end(o result) (again time.Duration) {
	out := t.out
	out.mu.Lock()
	defer out.mu.Unlock()
	now := time.Now()
	// Where Slack does not answer, or refuses the token, other calls would fail too.
	failed := o.Outcome == OutcomeLost || o.Outcome == OutcomeFailed || o.about == aboutToken
	t.calls.ended(now.Sub(t.begun), failed, now)
	if o.Outcome == OutcomeLimited {
		t.limited(now, o.wait)
	}
	if t.card == "" {
		return 0
	}
	return out.cards.ended(t.card, o.Outcome, t.last, now)
}

// limited honors a 429. That of a post is for its channel, and for all of them
// if another channel is held already. The lock is held.
func (t *permit) limited(now time.Time, asked time.Duration) {
	wait := holdFor(asked)
	if t.card != "" {
		t.out.edits.hold(now, wait)
		t.out.edits.slow(now)
		return
	}
	for id, l := range t.out.posts {
		if id != t.channel && l.held.After(now) {
			t.out.postsHeld = now.Add(wait)
		}
	}
	t.out.channel(t.channel, now).hold(now, wait)
}

// holdFor is for how long a 429 holds calls; asked is its Retry-After, 0 if it has none.
func holdFor(asked time.Duration) time.Duration {
	if asked <= 0 {
		asked = heldUnsaid
	}
	return min(asked, heldAtMost)
}

// within bounds the call that a permit allows.
func (t *permit) within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, t.calls.within)
}

// editUrgency is the urgency of an edit of a restore's card.
func editUrgency(r bot.Restore) urgency {
	known := r.Shown.State == r.State
	switch {
	case r.CanBeWaived(time.Now()), blockkit.HasButtons(r.State) && !known, r.State == bot.Confirmed && r.Order.BreakGlass:
		return urgentPress
	case !known && (r.State.Ended() || blockkit.HasButtons(r.Shown.State)): // the card may show dead buttons
		return urgentEnd
	case known && (r.State == bot.Running || r.State == bot.Saving):
		return urgentUpdate
	default:
		return urgentNews
	}
}

// noteUrgency is the urgency of a reply.
func noteUrgency(n bot.Note) urgency {
	switch n.Kind {
	case bot.NoteEnd:
		return urgentEnd
	case bot.NoteAlarm, bot.NoteSafety, bot.NoteBreakGlass, bot.NoteChannelLost, bot.NoteWithdrawn, bot.NoteReminder:
		return urgentAlarm
	case bot.NoteStart, bot.NoteList, bot.NoteListOpen, bot.NoteDowntime, bot.NoteCounted, bot.NoteReport, bot.NoteLoss:
	}
	return urgentNews
}
