package slackchat

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

const (
	// searchDelay is the time before a lost post is searched for: Slack may still be
	// posting it.
	searchDelay = 2 * time.Second
	// searchFor is how long the search may fail before the message is posted
	// again: rather twice than never.
	searchFor = time.Minute
	// clockSkew is how far Slack's clock may be behind.
	clockSkew = time.Minute
	// lostKept bounds each map.
	lostKept = 1000
	// unreadableFor is how long a channel counts as one that the bot may not read.
	unreadableFor = 10 * time.Minute
)

// lostPosts are the posts whose answer was lost: Slack may have made them. A new process
// knows none and posts the message again.
type lostPosts struct {
	mu         sync.Mutex
	posts      map[string]lostPost  // by message
	unreadable map[string]time.Time // end of that state, by channel
	noThread   map[string]struct{}  // threads that are gone, by channel and ts
	me         *slack.AuthTestResponse
	asked      time.Time // for me
}

// lostPost is when the first attempt of a post began, and when an answer was last lost.
type lostPost struct{ since, last time.Time }

func (l *lostPosts) add(key string, begun time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	post, known := l.posts[key]
	if !known {
		post.since = begun
	}
	post.last = time.Now()
	keep(&l.posts, lostKept, key, post)
}

func (l *lostPosts) settle(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.posts, key)
}

func (l *lostPosts) find(key string) (post lostPost, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	post, ok = l.posts[key]
	return post, ok
}

func (l *lostPosts) readable(channel string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !now.Before(l.unreadable[channel])
}

func (l *lostPosts) refused(channel string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	keep(&l.unreadable, lostKept, channel, now.Add(unreadableFor))
}

// loseThread remembers that the thread of a message is gone.
func (l *lostPosts) loseThread(p outgoing) {
	l.mu.Lock()
	defer l.mu.Unlock()
	keep(&l.noThread, lostKept, p.to+" "+p.thread, struct{}{})
}

func (l *lostPosts) threadless(p outgoing) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, gone := l.noThread[p.to+" "+p.thread]
	return gone
}

// findLostPost searches for a message that may have been posted already. "" without an
// error means: post it, for it is not there or the bot may not look. The search needs
// channels:history, or groups:history in a private channel. The post stays lost until
// settle.
func (c *Chat) findLostPost(ctx context.Context, p outgoing) (ts string, err error) {
	post, lost := c.lost.find(p.key())
	now := time.Now()
	switch {
	case !lost || p.direct || !c.lost.readable(p.to, now):
		return "", nil
	case now.Sub(post.last) < searchDelay:
		return "", fmt.Errorf("post: %w", &busyError{searchDelay - now.Sub(post.last)})
	}
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	ts, err = c.find(ctx, p, post.since.Add(-clockSkew))
	code, _, refused := refusalOf(err)
	switch {
	case err == nil && ts != "":
		return ts, nil
	case err == nil, threadClosed(err):
		return "", nil
	case refused && !passing(code):
		c.lost.refused(p.to, now)
		return "", nil
	case now.Sub(post.since) > searchFor:
		return "", nil
	}
	return "", chatError("look for a message", methodHistory, err)
}

// find searches the thread or the channel from a time on.
func (c *Chat) find(ctx context.Context, p outgoing, since time.Time) (string, error) {
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

// selfInterval is the shortest time between two calls of auth.test.
const selfInterval = time.Minute

// Self returns the bot's identity at Slack. anew asks again, at most once in selfInterval.
func (c *Chat) Self(ctx context.Context, anew bool) (*slack.AuthTestResponse, error) {
	c.lost.mu.Lock()
	me, asked := c.lost.me, c.lost.asked
	c.lost.mu.Unlock()
	if me != nil && (!anew || time.Since(asked) < selfInterval) {
		return me, nil
	}
	begun := time.Now()
	me, err := c.API.AuthTestContext(ctx)
	c.judge(ctx, methodAuth, "", err, begun)
	if err != nil {
		return nil, err
	}
	c.lost.mu.Lock()
	defer c.lost.mu.Unlock()
	c.lost.me, c.lost.asked = me, begun
	return me, nil
}
