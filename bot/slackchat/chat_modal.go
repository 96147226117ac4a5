package slackchat

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/slackchat/blockkit"
)

// OpenModal opens a modal. It calls Slack once: a trigger_id opens one modal. Where the
// answer is lost, the modal's external_id still names it.
func (c *Chat) OpenModal(ctx context.Context, trigger string, m bot.Modal) (bot.View, error) {
	const doing = "open a modal"
	if trigger == "" {
		return bot.View{}, fmt.Errorf("%s: %w: there is no trigger_id", doing, bot.ErrTriggerGone)
	}
	v := blockkit.Modal(m)
	v.ExternalID = rand.Text()
	begun := time.Now()
	answer, err := c.API.OpenViewContext(ctx, trigger, v)
	switch o := c.judge(ctx, methodOpen, "", err, begun); {
	case o.Outcome == OutcomeLost:
		return bot.View{External: v.ExternalID}, fmt.Errorf("%s: %w: %w", doing, bot.ErrModalUnsure, err)
	case err != nil:
		return bot.View{}, chatError(doing, methodOpen, err)
	}
	return bot.View{ID: answer.ID, Hash: answer.Hash}, nil
}

// UpdateModal replaces a modal by another. Where Slack refuses the fields it shows the
// words alone. It may be repeated.
func (c *Chat) UpdateModal(ctx context.Context, v bot.View, m bot.Modal) (bot.View, error) {
	whole := blockkit.Modal(m)
	now, err := c.updateModal(ctx, v, whole)
	if aboutContent.is(err) {
		return c.updateModal(ctx, v, blockkit.WordsAlone(whole))
	}
	return now, err
}

func (c *Chat) updateModal(ctx context.Context, v bot.View, shown slack.ModalViewRequest) (bot.View, error) {
	external := ""
	if v.ID == "" {
		external, shown.ExternalID = v.External, v.External
	}
	begun := time.Now()
	answer, err := c.API.UpdateViewContext(ctx, shown, external, v.Hash, v.ID)
	c.judge(ctx, methodView, "", err, begun)
	if err != nil {
		return v, chatError("change a modal", methodView, err)
	}
	return bot.View{ID: answer.ID, Hash: answer.Hash}, nil
}
