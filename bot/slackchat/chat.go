package slackchat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/slackchat/blockkit"
)

// Chat shows restores in Slack, within Slack's limits. Its fields are not
// changed once it is used; it is safe for concurrent use. One Chat serves a
// whole workspace. The client must not retry by itself: a message could be
// posted twice.
type Chat struct {
	API  *slack.Client // required
	HTTP *http.Client  // posts to a response_url; nil is one of its own

	// Observe, if set, gets the outcome of every call, made or held back. It must not
	// block.
	Observe func(method string, o Outcome, took time.Duration)

	// Faults remembers lasting refusals; nil is one of its own.
	Faults *Faults

	out      limiter
	lost     lostPosts
	health   health
	attempts attempts
	blocks   newBlocks
	own      Faults
}

func (c *Chat) faults() *Faults {
	if c.Faults != nil {
		return c.Faults
	}
	return &c.own
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
	methodPermalink = "chat.getPermalink"
	methodOpen      = "views.open"
	methodView      = "views.update"
	methodUpload    = "files.completeUploadExternal"
)

var errNoTS = errors.New("slack named no ts for the message")

// PostCard posts the card, whole: Slack takes a message a second in each channel
// and 50 edits a minute in all of them together, and people must not wait for
// those to press. A card that was posted already, and whose answer was lost, is
// made to show what card shows now.
func (c *Chat) PostCard(ctx context.Context, card bot.Card) (string, error) {
	r := card.Restore
	p := outgoing{to: r.Channel, restore: r.ID, kind: cardKind(r), urgency: editUrgency(r)}
	ts, err := c.findLostPost(ctx, p)
	if err != nil {
		return "", err
	}
	if ts == "" {
		ts, sent, err := c.send(ctx, p, blockkit.Card(card))
		if err == nil && sent == blockkit.FormText && blockkit.HasButtons(r.State) {
			return ts, bot.ErrCardBare
		}
		return ts, err
	}
	card.Restore.CardTS = ts
	if err := c.EditCard(ctx, card); err != nil {
		return "", err
	}
	c.lost.settle(p.key())
	return ts, nil
}

// cardKind tells the cards of a restore apart, whether posted or edited.
func cardKind(r bot.Restore) string { return "card " + string(r.State) }

// Retire takes the buttons off a message that is not the card of its restore.
func (c *Chat) Retire(ctx context.Context, r bot.Restore, ts string) error {
	r.CardTS = ts
	_, err := c.edit(ctx, bot.Card{Restore: r}, "retire a card", r.ID+" retired "+ts, func() blockkit.Message { return blockkit.Retired(r) }, blockkit.FormText)
	return err
}

// EditCard makes the card show the restore as it stands.
func (c *Chat) EditCard(ctx context.Context, card bot.Card) error {
	const doing = "edit the card"
	r := card.Restore
	if r.CardTS == "" {
		return fmt.Errorf("%s: %w: it was never posted", doing, bot.ErrCardGone)
	}
	last := blockkit.FormText
	if r.State == bot.Requested { // the buttons that it has are worth more than news
		last = blockkit.FormSimple
	}
	again, err := c.edit(ctx, card, doing, r.ID+" "+cardKind(r), func() blockkit.Message { return blockkit.Card(card) }, last)
	if again > 0 && err == nil {
		return fmt.Errorf("%s: an older edit may come after it: %w", doing, &busyError{again})
	}
	return err
}

// EditList makes the after-care list of a restore show what is ticked.
func (c *Chat) EditList(ctx context.Context, card bot.Card) error {
	r := card.Restore
	r.CardTS = r.Checklist.TS
	_, err := c.edit(ctx, bot.Card{Restore: r}, "edit the after-care list", r.ID+" list", func() blockkit.Message { return blockkit.List(card) }, blockkit.FormText)
	return err
}

// edit makes the message at the card's ts show what draw returns, in the first form that
// Slack takes. Most edits have to wait, and nothing is drawn for them. again is when to do it once more although it succeeded.
func (c *Chat) edit(ctx context.Context, card bot.Card, doing, id string, draw func() blockkit.Message, last blockkit.Form) (again time.Duration, err error) {
	for {
		sent, err := c.attempts.begin(id, time.Now())
		if err != nil {
			c.observe(methodUpdate, OutcomeHeld, 0)
			return 0, err
		}
		t, err := c.out.edit(card)
		switch {
		case errors.Is(err, errOutdated):
			return 0, nil
		case err != nil:
			c.observe(methodUpdate, OutcomeHeld, 0)
			return 0, fmt.Errorf("%s: %w", doing, err)
		}
		fit := c.blocks.fit(draw(), time.Now())
		again, err := c.editOnce(ctx, t, card.Restore, fit.In(min(sent, last)))
		if sent == blockkit.FormWhole && c.blocks.learn(fit, err, time.Now()) {
			continue
		}
		simpler, err := c.attempts.ended(id, sent, last, chatError(doing, methodUpdate, err), time.Now())
		if !simpler {
			return again, err
		}
	}
}

// editOnce makes the one call that a permit allows.
func (c *Chat) editOnce(ctx context.Context, t *permit, r bot.Restore, m blockkit.Message) (again time.Duration, err error) {
	ctx, cancel := t.within(ctx)
	defer cancel()
	begun := time.Now()
	_, _, _, err = c.API.UpdateMessageContext(ctx, r.Channel, r.CardTS, messageOptions(m)...)
	return t.end(c.judge(ctx, methodUpdate, r.Channel, err, begun)), err
}

// errOutdated means that the card shows a newer version already.
var errOutdated = errors.New("the card shows something newer")

// Reply posts a note in the thread of the card, or in the channel where there
// is no card.
func (c *Chat) Reply(ctx context.Context, card bot.Card, n bot.Note) (string, error) {
	p := outgoing{
		to: card.Restore.Channel, thread: card.Restore.CardTS, broadcast: n.Broadcast,
		restore: card.Restore.ID, kind: noteKey(card, n), urgency: noteUrgency(n),
	}
	m := blockkit.Note(card, n)
	if c.lost.threadless(p) {
		p.thread = ""
	}
	ts, err := c.post(ctx, p, m)
	if p.thread != "" && threadClosed(err) {
		c.lost.loseThread(p)
		p.thread = ""
		ts, err = c.post(ctx, p, m)
	}
	return ts, err
}

// noteKey tells the notes of a restore apart.
func noteKey(c bot.Card, n bot.Note) string {
	switch n.Kind {
	case bot.NoteEnd:
		return "end " + string(c.Restore.State)
	case bot.NoteAlarm:
		return "alarm " + string(n.Alarm.Kind)
	case bot.NoteSafety:
		return "safety " + string(c.Restore.Safety.Stage)
	case bot.NoteWithdrawn:
		return fmt.Sprint("withdrawn ", len(c.Restore.Withdrawn))
	case bot.NoteStart, bot.NoteList, bot.NoteListOpen, bot.NoteDowntime, bot.NoteChannelLost, bot.NoteCounted, bot.NoteReport, bot.NoteLoss, bot.NoteBreakGlass, bot.NoteReminder:
	}
	return string(n.Kind)
}

// Permalink returns the address of a message.
func (c *Chat) Permalink(ctx context.Context, channel, ts string) (string, error) {
	begun := time.Now()
	link, err := c.API.GetPermalinkContext(ctx, &slack.PermalinkParameters{Channel: channel, Ts: ts})
	c.judge(ctx, methodPermalink, "", err, begun)
	return link, chatError("ask for a permalink", methodPermalink, err)
}

// messageOptions are the arguments of a post or an edit, without unfurls.
func messageOptions(m blockkit.Message) []slack.MsgOption {
	options := []slack.MsgOption{slack.MsgOptionText(m.Text, false), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl()}
	if len(m.Blocks) > 0 {
		options = append(options, slack.MsgOptionBlocks(m.Blocks...))
	}
	return options
}
