package slackchat

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"
)

// posting is a message that is to be posted.
type posting struct {
	to        string // a channel, or a person where direct is set
	direct    bool
	thread    string // ts of the card, "" for the channel itself
	broadcast bool
	restore   string
	kind      string // tells the messages of a restore apart
	urgency   urgency
}

func (p posting) key() string { return p.restore + " " + p.kind }

// markerType is the event_type of the metadata by which a message is found
// again whose answer was lost.
const markerType = "restorebot_message"

// marker is the metadata of the message. Whoever is in the workspace can read
// it: it holds nothing but what the message shows anyway.
func (p posting) marker() slack.SlackMetadata {
	return slack.SlackMetadata{EventType: markerType, EventPayload: map[string]any{"restore": p.restore, "kind": p.kind}}
}

func (p posting) marks(m slack.SlackMetadata) bool {
	return m.EventType == markerType && m.EventPayload["restore"] == p.restore && m.EventPayload["kind"] == p.kind
}

// post posts a message when it is its turn. One whose answer was lost the last
// time is looked for first.
func (c *Chat) post(ctx context.Context, p posting, m message) (string, error) {
	ts, err := c.settleDoubt(ctx, p)
	switch {
	case err != nil:
		return "", err
	case ts != "":
		c.doubts.settle(p.key())
		return ts, nil
	}
	return c.send(ctx, p, m)
}

// send posts a message when it is its turn.
func (c *Chat) send(ctx context.Context, p posting, m message) (string, error) {
	const doing = "post"
	t, err := c.out.post(p.to, p.key(), p.urgency)
	if err != nil {
		c.observe(methodPost, OutcomeHeld, 0)
		return "", fmt.Errorf("%s: %w", doing, err)
	}
	options := append(m.options(), slack.MsgOptionMetadata(p.marker()))
	if p.thread != "" {
		options = append(options, slack.MsgOptionTS(p.thread))
		if p.broadcast {
			options = append(options, slack.MsgOptionBroadcast())
		}
	}
	ctx, cancel := t.within(ctx)
	defer cancel()
	begun := time.Now()
	_, ts, err := c.API.PostMessageContext(ctx, p.to, options...)
	if err == nil && ts == "" {
		err = errNoTS
	}
	o := c.judge(methodPost, p.to, err, begun)
	t.end(o)
	if o.Outcome == OutcomeLost {
		c.doubts.add(p.key(), begun)
	} else {
		c.doubts.settle(p.key())
	}
	return ts, chatError(doing, err)
}

// threadGone reports whether a post was refused because its thread is gone.
func threadGone(err error) bool {
	refused, ok := errors.AsType[slack.SlackErrorResponse](err)
	return ok && (refused.Err == "thread_not_found" || refused.Err == "message_not_found" || refused.Err == "cannot_reply_to_message")
}
