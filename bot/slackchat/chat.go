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

// Chat shows restores in Slack. Its fields are not changed once it is used; it
// is safe for concurrent use. The client must not retry by itself: a message
// could be posted twice.
type Chat struct {
	API  *slack.Client // required
	HTTP *http.Client  // posts to a response_url; nil is one of its own
}

var _ bot.Chat = (*Chat)(nil)

// ownHTTP posts to a response_url where Chat.HTTP is nil.
var ownHTTP = &http.Client{
	Timeout: 10 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	},
}

var errNoTS = errors.New("slack named no ts for the message")

// PostCard posts the card. One with buttons is posted without them at first:
// EditCard puts them in once the ts is known.
func (c *Chat) PostCard(ctx context.Context, card bot.Card) (string, error) {
	m := cardMessage(card)
	if hasButtons(card.Restore.State) {
		m = placeholder(card)
	}
	return c.post(ctx, card.Restore.Channel, m)
}

// EditCard makes the card show the restore as it stands.
func (c *Chat) EditCard(ctx context.Context, card bot.Card) error {
	r := card.Restore
	if r.CardTS == "" {
		return fmt.Errorf("edit the card: %w: it was never posted", bot.ErrCardGone)
	}
	_, _, _, err := c.API.UpdateMessageContext(ctx, r.Channel, r.CardTS, cardMessage(card).options()...)
	return chatError("edit the card", err)
}

// Reply posts a note in the thread of the card.
func (c *Chat) Reply(ctx context.Context, card bot.Card, n bot.Note) (string, error) {
	if card.Restore.CardTS == "" {
		return "", fmt.Errorf("reply: %w: it was never posted", bot.ErrCardGone)
	}
	thread := []slack.MsgOption{slack.MsgOptionTS(card.Restore.CardTS)}
	if n.Broadcast {
		thread = append(thread, slack.MsgOptionBroadcast())
	}
	return c.post(ctx, card.Restore.Channel, plainMessage(noteText(card, n)), thread...)
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
	_, err := c.API.PostEphemeralContext(ctx, to.Channel, to.User, m.options()...)
	return chatError("answer", err)
}

// Permalink returns the address of a message.
func (c *Chat) Permalink(ctx context.Context, channel, ts string) (string, error) {
	link, err := c.API.GetPermalinkContext(ctx, &slack.PermalinkParameters{Channel: channel, Ts: ts})
	return link, chatError("ask for a permalink", err)
}

func (c *Chat) post(ctx context.Context, channel string, m message, more ...slack.MsgOption) (string, error) {
	_, ts, err := c.API.PostMessageContext(ctx, channel, append(m.options(), more...)...)
	if err == nil && ts == "" {
		err = errNoTS
	}
	return ts, chatError("post", err)
}

// respond posts to a response_url. The URL is a secret: no error holds it.
func (c *Chat) respond(ctx context.Context, to bot.Recipient, m message) error {
	client := c.HTTP
	if client == nil {
		client = ownHTTP
	}
	off := false
	err := slack.PostWebhookCustomHTTPContext(ctx, to.URL.Reveal(), client, &slack.WebhookMessage{
		Text: m.text, Blocks: &slack.Blocks{BlockSet: m.blocks},
		ResponseType: slack.ResponseTypeEphemeral, UnfurlLinks: &off, UnfurlMedia: &off,
	})
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

// chatError puts what Slack said in the domain's words.
func chatError(doing string, err error) error {
	if err == nil {
		return nil
	}
	if limited, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		return fmt.Errorf("%s: %w", doing, &busyError{limited.RetryAfter})
	}
	if refused, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		switch refused.Err {
		case "not_in_channel", "channel_not_found":
			return fmt.Errorf("%s: %w: %s", doing, bot.ErrNotInChannel, refused.Err)
		case "message_not_found", "cant_update_message", "edit_window_closed":
			return fmt.Errorf("%s: %w: %s", doing, bot.ErrCardGone, refused.Err)
		case "ratelimited", "rate_limited":
			return fmt.Errorf("%s: %w", doing, &busyError{})
		}
		return fmt.Errorf("%s: slack says %s %q", doing, refused.Err, refused.ResponseMetadata.Messages)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// busyError is a [bot.ErrChatBusy] with the wait that Slack asked for.
type busyError struct{ after time.Duration }

func (e *busyError) Error() string             { return fmt.Sprintf("%v for %v", bot.ErrChatBusy, e.after) }
func (e *busyError) Unwrap() error             { return bot.ErrChatBusy }
func (e *busyError) RetryAfter() time.Duration { return e.after }
