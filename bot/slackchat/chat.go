package slackchat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
)

// Chat shows restores in Slack, within Slack's limits. Its fields are not
// changed once it is used; it is safe for concurrent use. One Chat serves a
// whole workspace. The client must not retry by itself: a message could be
// posted twice.
type Chat struct {
	API  *slack.Client // required
	HTTP *http.Client  // posts to a response_url; nil is one of its own

	// Observe, if set, is told of every call that was made, or held back. It must
	// not block.
	Observe func(method string, o Outcome, took time.Duration)

	out    outbound
	doubts doubts
	health health
}

var _ bot.Chat = (*Chat)(nil)

// ownHTTP posts to a response_url where Chat.HTTP is nil.
var ownHTTP = &http.Client{
	Timeout: 10 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	},
}

// The methods that [Chat.Observe] is told of. Posts to a response_url have no
// method, and this for a name.
const (
	methodPost      = "chat.postMessage"
	methodUpdate    = "chat.update"
	methodEphemeral = "chat.postEphemeral"
	methodRespond   = "response_url"
	methodHistory   = "conversations.history"
	methodReplies   = "conversations.replies"
	methodAuth      = "auth.test"
)

var errNoTS = errors.New("slack named no ts for the message")

// PostCard posts the card, whole: Slack takes a message a second in each channel
// and 50 edits a minute in all of them together, and people must not wait for
// those to press. A card that was posted already, and whose answer was lost, is
// made to show what card shows now.
func (c *Chat) PostCard(ctx context.Context, card bot.Card) (string, error) {
	r := card.Restore
	p := posting{to: r.Channel, restore: r.ID, kind: "card " + string(r.State), urgency: editUrgency(r)}
	ts, err := c.settleDoubt(ctx, p)
	switch {
	case err != nil:
		return "", err
	case ts == "":
		return c.send(ctx, p, cardMessage(card))
	}
	card.Restore.CardTS = ts
	if err := c.EditCard(ctx, card); err != nil {
		return "", err
	}
	c.doubts.settle(p.key())
	return ts, nil
}

// Retire takes the buttons off a message that is not the card of its restore.
func (c *Chat) Retire(ctx context.Context, r bot.Restore, ts string) error {
	const doing = "retire a card"
	r.CardTS = ts
	t, err := c.out.edit(bot.Card{Restore: r})
	switch {
	case errors.Is(err, errOutdated):
		return nil
	case err != nil:
		c.observe(methodUpdate, OutcomeHeld, 0)
		return fmt.Errorf("%s: %w", doing, err)
	}
	ctx, cancel := t.within(ctx)
	defer cancel()
	begun := time.Now()
	_, _, _, err = c.API.UpdateMessageContext(ctx, r.Channel, ts, retired(r).options()...)
	t.end(c.judge(methodUpdate, r.Channel, err, begun))
	return chatError(doing, err)
}

// EditCard makes the card show the restore as it stands.
func (c *Chat) EditCard(ctx context.Context, card bot.Card) error {
	const doing = "edit the card"
	r := card.Restore
	if r.CardTS == "" {
		return fmt.Errorf("%s: %w: it was never posted", doing, bot.ErrCardGone)
	}
	t, err := c.out.edit(card)
	switch {
	case errors.Is(err, errOutdated):
		return nil
	case err != nil:
		c.observe(methodUpdate, OutcomeHeld, 0)
		return fmt.Errorf("%s: %w", doing, err)
	}
	ctx, cancel := t.within(ctx)
	defer cancel()
	begun := time.Now()
	_, _, _, err = c.API.UpdateMessageContext(ctx, r.Channel, r.CardTS, cardMessage(card).options()...)
	o := c.judge(methodUpdate, r.Channel, err, begun)
	if again := t.end(o); again > 0 && err == nil {
		return fmt.Errorf("%s: an older edit may come after it: %w", doing, &busyError{again})
	}
	return chatError(doing, err)
}

// Reply posts a note in the thread of the card, or in the channel where there
// is no card.
func (c *Chat) Reply(ctx context.Context, card bot.Card, n bot.Note) (string, error) {
	p := posting{
		to: card.Restore.Channel, thread: card.Restore.CardTS, broadcast: n.Broadcast,
		restore: card.Restore.ID, kind: noteKey(card, n), urgency: noteUrgency(n),
	}
	m := noteMessage(card, n)
	if c.doubts.threadless(p) {
		p.thread = ""
	}
	ts, err := c.post(ctx, p, m)
	if p.thread != "" && threadGone(err) {
		c.doubts.loseThread(p)
		p.thread = ""
		ts, err = c.post(ctx, p, m)
	}
	return ts, err
}

// Direct sends a note to the requester alone.
func (c *Chat) Direct(ctx context.Context, card bot.Card, n bot.Note) (string, error) {
	return c.post(ctx, posting{
		to: card.Restore.Requester, direct: true,
		restore: card.Restore.ID, kind: noteKey(card, n), urgency: noteUrgency(n),
	}, plainMessage(directText(card, n)))
}

// noteKey tells the notes of a restore apart.
func noteKey(c bot.Card, n bot.Note) string {
	switch n.Kind {
	case bot.NoteEnd:
		return "end " + string(c.Restore.State)
	case bot.NoteAlarm:
		return "alarm " + string(n.Alarm.Kind)
	case bot.NotePhase:
		return "phase " + string(c.Restore.Progress.Phase)
	case bot.NoteSafety:
		return "safety " + string(c.Restore.Safety.Stage)
	case bot.NoteWithdrawn:
		return fmt.Sprint("withdrawn ", len(c.Restore.Withdrawn), " ", c.Restore.Version)
	case bot.NoteAway, bot.NoteAstray, bot.NoteCounted, bot.NoteReport, bot.NoteGlass:
	}
	return string(n.Kind)
}

// Answer tells one person something that only they see.
func (c *Chat) Answer(ctx context.Context, to bot.Recipient, a bot.Answer) error {
	if a == nil {
		return nil
	}
	m := answerMessage(a)
	if !to.URL.IsZero() {
		return c.respond(ctx, to, m)
	}
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	begun := time.Now()
	_, err := c.API.PostEphemeralContext(ctx, to.Channel, to.User, m.options()...)
	c.judge(methodEphemeral, "", err, begun)
	return chatError("answer", err)
}

// Permalink returns the address of a message.
func (c *Chat) Permalink(ctx context.Context, channel, ts string) (string, error) {
	link, err := c.API.GetPermalinkContext(ctx, &slack.PermalinkParameters{Channel: channel, Ts: ts})
	return link, chatError("ask for a permalink", err)
}

// respond posts to a response_url. The URL is a secret: no error holds it.
func (c *Chat) respond(ctx context.Context, to bot.Recipient, m message) error {
	client := c.HTTP
	if client == nil {
		client = ownHTTP
	}
	off := false
	begun := time.Now()
	err := slack.PostWebhookCustomHTTPContext(ctx, to.URL.Reveal(), client, &slack.WebhookMessage{
		Text: m.text, Blocks: &slack.Blocks{BlockSet: m.blocks},
		ResponseType: slack.ResponseTypeEphemeral, UnfurlLinks: &off, UnfurlMedia: &off,
	})
	c.judge(methodRespond, "", err, begun)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("answer: %w", ctx.Err())
	}
	if _, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		return chatError("answer", err)
	}
	if status, ok := errors.AsType[slack.StatusCodeError](err); ok {
		return fmt.Errorf("answer: response_url refused it with status %d", status.Code)
	}
	return errors.New("answer: response_url could not be reached")
}

// options are the arguments of a post or an edit, without unfurls.
func (m message) options() []slack.MsgOption {
	return []slack.MsgOption{
		slack.MsgOptionText(m.text, false), slack.MsgOptionBlocks(m.blocks...),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(),
	}
}
