package slackchat

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/bot/slackchat/blockkit"
)

// outgoing is a message before it is posted.
type outgoing struct {
	to        string // a channel, or a person where direct is set
	direct    bool
	thread    string // ts of the card, "" for the channel itself
	broadcast bool
	restore   string
	kind      string // tells the messages of a restore apart
	urgency   urgency
}

func (p outgoing) key() string { return p.restore + " " + p.kind }

// markerType is the event_type of the metadata by which findLostPost knows a message.
const markerType = "restorebot_message"

// marker is the metadata of the message. Everybody in the workspace can read it, so it
// holds nothing that the message does not show.
func (p outgoing) marker() slack.SlackMetadata {
	return slack.SlackMetadata{EventType: markerType, EventPayload: map[string]any{"restore": p.restore, "kind": p.kind}}
}

func (p outgoing) marks(m slack.SlackMetadata) bool {
	return m.EventType == markerType && m.EventPayload["restore"] == p.restore && m.EventPayload["kind"] == p.kind
}

// post posts a message within Slack's limits. If the answer to an earlier try was lost,
// it looks for the message first.
func (c *Chat) post(ctx context.Context, p outgoing, m blockkit.Message) (string, error) {
	ts, err := c.findLostPost(ctx, p)
	switch {
	case err != nil:
		return "", err
	case ts != "":
		c.lost.settle(p.key())
		return ts, nil
	}
	ts, _, err = c.send(ctx, p, m)
	return ts, err
}

// send posts a message within Slack's limits, in the fullest form that Slack takes.
func (c *Chat) send(ctx context.Context, p outgoing, m blockkit.Message) (ts string, sent blockkit.Form, err error) {
	const doing = "post"
	for {
		sent, err = c.attempts.begin(p.key(), time.Now())
		if err != nil {
			c.observe(methodPost, OutcomeHeld, 0)
			return "", sent, err
		}
		t, err := c.out.post(p.to, p.key(), p.urgency)
		if err != nil {
			c.observe(methodPost, OutcomeHeld, 0)
			return "", sent, fmt.Errorf("%s: %w", doing, err)
		}
		fit := c.blocks.fit(m, time.Now())
		ts, err := c.sendOnce(ctx, t, p, fit.In(sent), sent == blockkit.FormWhole)
		if sent == blockkit.FormWhole && c.blocks.learn(fit, err, time.Now()) {
			continue
		}
		simpler, err := c.attempts.ended(p.key(), sent, blockkit.FormText, chatError(doing, methodPost, err), time.Now())
		if !simpler {
			return ts, sent, err
		}
	}
}

// sendOnce makes the one call that a permit allows.
func (c *Chat) sendOnce(ctx context.Context, t *permit, p outgoing, m blockkit.Message, marked bool) (string, error) {
	options := messageOptions(m)
	if marked { // Slack may refuse the metadata, as it may refuse blocks
		options = append(options, slack.MsgOptionMetadata(p.marker()))
	}
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
	o := c.judge(ctx, methodPost, p.to, err, begun)
	t.end(o)
	if o.Outcome == OutcomeLost {
		c.lost.add(p.key(), begun)
	} else {
		c.lost.settle(p.key())
	}
	return ts, err
}

// threadClosed reports whether Slack refused a post because of its thread. The channel
// may still take it.
func threadClosed(err error) bool {
	return aboutThread.is(err) || aboutMessage.is(err)
}

// seenAlone stands for the ts of an ephemeral message, which has none.
const seenAlone = "seen_alone"

// Direct sends a note to the requester alone: as a direct message, or, where
// Slack does not take that, as an answer to their command.
func (c *Chat) Direct(ctx context.Context, card bot.Card, n bot.Note) (string, error) {
	m := blockkit.Direct(card, n)
	ts, err := c.post(ctx, outgoing{
		to: card.Restore.Requester, direct: true,
		restore: card.Restore.ID, kind: "direct " + noteKey(card, n), urgency: noteUrgency(n),
	}, m)
	var no *policy.ChatError
	if err == nil || !errors.As(err, &no) || no.Held {
		return ts, err
	}
	r := card.Restore
	to := bot.Recipient{Channel: r.Channel, User: r.Requester}
	if card.Now.Sub(r.RequestedAt) < urlLife {
		to.URL = r.AnswerURL
	}
	if c.answerAlone(ctx, to, m) == nil {
		return seenAlone, nil
	}
	return "", err
}
