package slackchat

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
)

// A card's mark is the block_id of its buttons: Slack sends it with each press,
// in every form of the card, while metadata is left out of the simpler ones. It
// holds the version too, since a block_id is to change with each edit.

const (
	markPrefix = "card"
	markParts  = 5
	// selfWithin bounds the question who the bot is: a press waits for its ack.
	selfWithin = time.Second
)

func cardMark(r bot.Restore) string {
	return strings.Join([]string{markPrefix, r.ID, string(r.State), strconv.FormatInt(r.Version, 10), r.Plan}, "/")
}

// readMark reads the block_id of a card's buttons; what is none is zero.
func readMark(blockID string) bot.CardMark {
	parts := strings.Split(blockID, "/")
	if len(parts) != markParts || parts[0] != markPrefix || !bot.State(parts[2]).Open() {
		return bot.CardMark{}
	}
	return bot.CardMark{Restore: parts[1], State: bot.State(parts[2]), Plan: parts[4]}
}

// markButtons puts the mark of a card on its buttons.
func markButtons(blocks []slack.Block, r bot.Restore) {
	for _, b := range blocks {
		if actions, ok := b.(*slack.ActionBlock); ok {
			actions.BlockID = cardMark(r)
			return
		}
	}
}

// buttonsID is the block_id of the buttons of a message, "" for none.
func buttonsID(m message) string {
	for _, b := range m.blocks {
		if actions, ok := b.(*slack.ActionBlock); ok {
			return actions.BlockID
		}
	}
	return ""
}

// ownCard is what the card of a press says about itself, zero where Slack does
// not say that the bot itself has posted the message.
func (l *Listener) ownCard(ctx context.Context, env Envelope, callback slack.InteractionCallback) bot.CardMark {
	mark := readMark(callback.ActionCallback.BlockActions[0].BlockID)
	if l.Self == nil || mark == (bot.CardMark{}) {
		return bot.CardMark{}
	}
	ctx, cancel := context.WithTimeout(ctx, selfWithin)
	defer cancel()
	for _, anew := range []bool{false, true} { // the bot's user may have been replaced
		me, err := l.Self(ctx, anew)
		if err != nil {
			l.log.WarnContext(ctx, "slack does not say who the bot is, so a press cannot name its card", "err", err)
			return bot.CardMark{}
		}
		if postedBy(env.Payload, callback.Container.MessageTs, callback.APIAppID, me) {
			return mark
		}
	}
	l.log.WarnContext(ctx, "a press names a card on a message that the bot did not post", "restore", loggedID(mark.Restore))
	return bot.CardMark{}
}

// postedBy reports whether the message that a press brings along is the one at ts
// and of the bot. All that Slack says of who posted it has to agree.
func postedBy(payload []byte, ts, app string, me *slack.AuthTestResponse) bool {
	var pressed struct {
		Message struct {
			TS    string `json:"ts"`
			User  string `json:"user"`
			BotID string `json:"bot_id"`
			AppID string `json:"app_id"`
		} `json:"message"`
	}
	if json.Unmarshal(payload, &pressed) != nil {
		return false
	}
	m := pressed.Message
	agrees := func(said, ours string) bool { return said == "" || said == ours }
	return ts != "" && m.TS == ts && (m.User != "" || m.BotID != "") &&
		agrees(m.User, me.UserID) && agrees(m.BotID, me.BotID) && agrees(m.AppID, app)
}
