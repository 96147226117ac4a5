package slackchat

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/bot/slackchat/blockkit"
)

// urlLife is how long a response_url is good.
// https://docs.slack.dev/interactivity/handling-user-interaction
const urlLife = 30 * time.Minute

// Answer tells one person something that only they see: by the response_url of
// what they did, else as an ephemeral message in the channel, else as a direct
// message. It takes the next way only where Slack surely did not take the last.
func (c *Chat) Answer(ctx context.Context, to bot.Recipient, a bot.Answer) error {
	if a == nil {
		return nil
	}
	m := blockkit.Answer(a)
	err := c.answerAlone(ctx, to, m)
	if err == nil || to.User == "" || mayHaveCome(err) {
		return err
	}
	if _, direct := c.directly(ctx, to, m); direct != nil {
		return errors.Join(err, direct)
	}
	return nil
}

// mayHaveCome reports whether a call that failed may have been done.
func mayHaveCome(err error) bool {
	for _, surelyNot := range []error{errUnsent, errNoWay, policy.ErrChatBusy} {
		if errors.Is(err, surelyNot) {
			return false
		}
	}
	return outcomeOf(err).Outcome == OutcomeLost
}

// answerAlone answers one person: ephemerally in their channel, or by direct message.
func (c *Chat) answerAlone(ctx context.Context, to bot.Recipient, m blockkit.Message) (err error) {
	err = errNoWay
	if !to.URL.IsZero() {
		if err = c.inForms(m, func(m blockkit.Message) error { return c.respond(ctx, to, m) }); err == nil || mayHaveCome(err) {
			return err
		}
	}
	if to.Channel != "" && to.User != "" {
		err = c.inForms(m, func(m blockkit.Message) error { return c.ephemeral(ctx, to, m) })
	}
	return err
}

// errNoWay means that neither a response_url nor a channel is known.
var errNoWay = errors.New("answer: there is nowhere to send it")

// inForms sends a message, and again in each simpler form for as long as Slack
// refuses the content.
func (c *Chat) inForms(m blockkit.Message, send func(blockkit.Message) error) (err error) {
	for f := blockkit.FormWhole; f <= blockkit.FormText; f++ {
		if err = send(m.In(f)); !aboutContent.is(err) {
			return err
		}
	}
	return err
}

func (c *Chat) ephemeral(ctx context.Context, to bot.Recipient, m blockkit.Message) error {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	begun := time.Now()
	_, err := c.API.PostEphemeralContext(ctx, to.Channel, to.User, messageOptions(m)...)
	c.judge(ctx, methodEphemeral, "", err, begun)
	return chatError("answer", methodEphemeral, err)
}

// directly answers by direct message, where the channel takes nothing.
func (c *Chat) directly(ctx context.Context, to bot.Recipient, m blockkit.Message) (ts string, err error) {
	err = c.inForms(m, func(m blockkit.Message) error {
		ctx, cancel := context.WithTimeout(ctx, callWithin)
		defer cancel()
		begun := time.Now()
		_, ts, err = c.API.PostMessageContext(ctx, to.User, messageOptions(m)...)
		c.judge(ctx, methodPost, to.User, err, begun)
		return chatError("answer", methodPost, err)
	})
	return ts, err
}

// maxHookAnswer bounds the answer of a response_url, in bytes.
const maxHookAnswer = 4 << 10

// respond posts to a response_url. The URL is a secret: no error holds it.
func (c *Chat) respond(ctx context.Context, to bot.Recipient, m blockkit.Message) error {
	begun := time.Now()
	err := c.hook(ctx, to, m)
	c.judge(ctx, methodRespond, "", err, begun)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("answer: %w", ctx.Err())
	}
	switch o := outcomeOf(err); o.Outcome {
	case OutcomeFailed:
		return errUnsent
	case OutcomeLost:
		return errUnsure
	default:
		return chatError("answer", methodRespond, err)
	}
}

// A post to a response_url had no answer: it surely was not made, or it may have been.
var (
	errUnsent = errors.New("answer: response_url could not be reached")
	errUnsure = errors.New("answer: response_url did not answer")
)

// hook makes the post. A response_url answers with a status and at most a word, unlike
// the rest of the API.
func (c *Chat) hook(ctx context.Context, to bot.Recipient, m blockkit.Message) error {
	client := c.HTTP
	if client == nil {
		client = ownHTTP
	}
	off := false
	said := &slack.WebhookMessage{Text: m.Text, ResponseType: slack.ResponseTypeEphemeral, UnfurlLinks: &off, UnfurlMedia: &off, ReplaceOriginal: to.Replace}
	if len(m.Blocks) > 0 {
		said.Blocks = &slack.Blocks{BlockSet: m.Blocks}
	}
	body, err := json.Marshal(said)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.URL.Reveal(), bytes.NewReader(body))
	if err != nil {
		return errUnsent
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	text, _ := io.ReadAll(io.LimitReader(resp.Body, maxHookAnswer)) // a short answer still has a status
	return hookError(resp, text)
}

// hookError puts the answer of a response_url in the words of an API error.
func hookError(resp *http.Response, text []byte) error {
	var answer struct {
		OK    *bool  `json:"ok"`
		Error string `json:"error"`
	}
	_ = json.Unmarshal(text, &answer) // most answers are no JSON
	word := strings.TrimSpace(string(text))
	switch status := resp.StatusCode; {
	case status == http.StatusTooManyRequests:
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		return &slack.RateLimitedError{RetryAfter: time.Duration(seconds) * time.Second}
	case status >= http.StatusInternalServerError:
		return slack.StatusCodeError{Code: status, Status: resp.Status}
	case answer.Error != "" && (answer.OK == nil || !*answer.OK):
		return slack.SlackErrorResponse{Err: answer.Error}
	case status < http.StatusMultipleChoices:
		return nil
	case status == http.StatusBadRequest && refusals[word] != aboutLasting:
		return slack.SlackErrorResponse{Err: word}
	case status == http.StatusBadRequest: // it does not say why: simpler content may be taken
		return slack.SlackErrorResponse{Err: "invalid_payload"}
	default: // 403, 404, 410: it is used up
		return slack.SlackErrorResponse{Err: "expired_url"}
	}
}
