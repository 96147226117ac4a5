package slackchat

import (
	"context"
	"encoding/json"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/slackchat/blockkit"
	"docspace-restorebot/bot/slackchat/socketmode"
)

// selfWithin bounds a call of Self: a press waits for its ack.
const selfWithin = time.Second

// ownCard returns the mark on the pressed card. It is zero unless Slack says that the
// bot has posted the message.
func (l *Listener) ownCard(ctx context.Context, env socketmode.Envelope, callback slack.InteractionCallback) bot.CardMark {
	mark := blockkit.ReadMark(callback.ActionCallback.BlockActions[0].BlockID)
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
	l.log.WarnContext(ctx, "a press names a card on a message that the bot did not post", "restore", socketmode.LoggedID(mark.Restore))
	return bot.CardMark{}
}

// postedBy reports whether the message in a press is the one at ts and was posted by the
// bot. Every field in which Slack names the author has to agree.
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
