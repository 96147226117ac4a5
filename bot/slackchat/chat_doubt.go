package slackchat

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

const (
	// doubtRests is how long a message whose answer was lost is not looked for:
	// Slack may still be at it.
	doubtRests = 2 * time.Second
	// doubtFor is how long the search may fail before the message is posted
	// again: rather twice than never.
	doubtFor = time.Minute
	// doubtSkew is how far Slack's clock may be behind.
	doubtSkew = time.Minute
	// doubtsHeld bounds what is remembered.
	doubtsHeld = 1000
	// unreadableFor is how long it is remembered that the bot may not read a
	// channel.
	unreadableFor = 10 * time.Minute
)

// doubts are messages that Slack may have posted although it did not say so.
// They are lost with the process: then the message is posted again.
type doubts struct {
	mu         sync.Mutex
	since      map[string]time.Time // when the first attempt began
	last       map[string]time.Time // when an answer was last lost
	unreadable map[string]time.Time // until when, by channel
	noThread   map[string]struct{}  // by channel and ts
	me         *slack.AuthTestResponse
	asked      time.Time // for me
}

func (d *doubts) add(key string, begun time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.since == nil || len(d.since) >= doubtsHeld {
		d.since, d.last = map[string]time.Time{}, map[string]time.Time{}
	}
	if d.since[key].IsZero() {
		d.since[key] = begun
	}
	d.last[key] = time.Now()
}

func (d *doubts) settle(key string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.since, key)
	delete(d.last, key)
}

// about returns when the first attempt of a message began that is in doubt, and
// when an answer was last lost.
func (d *doubts) about(key string) (since, last time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.since[key], d.last[key]
}

func (d *doubts) readable(channel string, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return !now.Before(d.unreadable[channel])
}

func (d *doubts) refused(channel string, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.unreadable == nil || len(d.unreadable) >= doubtsHeld {
		d.unreadable = map[string]time.Time{}
	}
	d.unreadable[channel] = now.Add(unreadableFor)
}

// loseThread remembers that the thread of a message is gone.
func (d *doubts) loseThread(p posting) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.noThread == nil || len(d.noThread) >= doubtsHeld {
		d.noThread = map[string]struct{}{}
	}
	d.noThread[p.to+" "+p.thread] = struct{}{}
}

func (d *doubts) threadless(p posting) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, gone := d.noThread[p.to+" "+p.thread]
	return gone
}

// settleDoubt looks for a message that may have been posted already; it stays in
// doubt until it is settled. "" and no error mean that it is to be posted: it is not there, or the bot may not look.
// To look it needs channels:history, or groups:history in a private channel.
func (c *Chat) settleDoubt(ctx context.Context, p posting) (ts string, err error) {
	since, last := c.doubts.about(p.key())
	now := time.Now()
	switch {
	case since.IsZero() || p.direct || !c.doubts.readable(p.to, now):
		return "", nil
	case now.Sub(last) < doubtRests:
		return "", fmt.Errorf("post: %w", &busyError{doubtRests - now.Sub(last)})
	}
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	ts, err = c.find(ctx, p, since.Add(-doubtSkew))
	refused, isRefused := errors.AsType[slack.SlackErrorResponse](err)
	switch {
	case err == nil && ts != "":
		return ts, nil
	case err == nil, threadClosed(err):
		return "", nil
	case isRefused && !passing(refused.Err):
		c.doubts.refused(p.to, now)
		return "", nil
	case now.Sub(since) > doubtFor:
		return "", nil
	}
	return "", chatError("look for a message", methodHistory, err)
}

// find looks for the message since a time: in its thread, or in the channel.
func (c *Chat) find(ctx context.Context, p posting, since time.Time) (string, error) {
	me, err := c.Self(ctx, false)
	if err != nil {
		return "", err
	}
	oldest := strconv.FormatInt(since.Unix(), 10) + ".000000"
	for cursor, page := "", 0; page < 5; page++ { // 1,000 messages in a minute or two are no human's
		var messages []slack.Message
		begun := time.Now()
		if p.thread != "" {
			messages, _, cursor, err = c.API.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
				ChannelID: p.to, Timestamp: p.thread, Oldest: oldest, Cursor: cursor, Limit: 200, IncludeAllMetadata: true,
			})
			c.judge(ctx, methodReplies, "", err, begun)
		} else {
			var answer *slack.GetConversationHistoryResponse
			answer, err = c.API.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
				ChannelID: p.to, Oldest: oldest, Cursor: cursor, Limit: 200, IncludeAllMetadata: true,
			})
			c.judge(ctx, methodHistory, "", err, begun)
			if err == nil {
				messages, cursor = answer.Messages, answer.ResponseMetaData.NextCursor
			}
		}
		if err != nil {
			return "", err
		}
		for _, m := range messages {
			// Any app may write such metadata: only the bot's own counts. The bot may
			// be another one by now, if the app was installed anew.
			if !p.marks(m.Metadata) {
				continue
			}
			if !wrote(me, m) {
				if me, err = c.Self(ctx, true); err != nil {
					return "", err
				}
			}
			if wrote(me, m) {
				return m.Timestamp, nil
			}
		}
		if cursor == "" {
			break
		}
	}
	return "", nil
}

func wrote(me *slack.AuthTestResponse, m slack.Message) bool {
	return m.User == me.UserID && m.User != "" || m.BotID == me.BotID && m.BotID != ""
}

// selfAgain bounds how often it is asked anew who the bot is.
const selfAgain = time.Minute

// Self is who the bot is to Slack; anew asks again, but once in a while only.
func (c *Chat) Self(ctx context.Context, anew bool) (*slack.AuthTestResponse, error) {
	c.doubts.mu.Lock()
	me, asked := c.doubts.me, c.doubts.asked
	c.doubts.mu.Unlock()
	if me != nil && (!anew || time.Since(asked) < selfAgain) {
		return me, nil
	}
	begun := time.Now()
	me, err := c.API.AuthTestContext(ctx)
	c.judge(ctx, methodAuth, "", err, begun)
	if err != nil {
		return nil, err
	}
	c.doubts.mu.Lock()
	defer c.doubts.mu.Unlock()
	c.doubts.me, c.doubts.asked = me, begun
	return me, nil
}
