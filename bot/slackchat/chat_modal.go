package slackchat

import (
	"context"
	"errors"
	"fmt"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
)

// OpenModal opens a modal, once: a trigger_id is good for one, and an answer
// that was lost is not asked for again.
func (c *Chat) OpenModal(ctx context.Context, trigger string, m bot.Modal) (bot.View, error) {
	if trigger == "" {
		return bot.View{}, fmt.Errorf("open a modal: %w: there is no trigger_id", bot.ErrTriggerGone)
	}
	answer, err := c.API.OpenViewContext(ctx, trigger, modalView(m))
	if err != nil {
		return bot.View{}, modalError("open a modal", err)
	}
	return bot.View{ID: answer.ID, Hash: answer.Hash}, nil
}

// UpdateModal shows another modal in the place of one.
func (c *Chat) UpdateModal(ctx context.Context, v bot.View, m bot.Modal) (bot.View, error) {
	answer, err := c.API.UpdateViewContext(ctx, modalView(m), "", v.Hash, v.ID)
	if err != nil {
		return v, modalError("change a modal", err)
	}
	return bot.View{ID: answer.ID, Hash: answer.Hash}, nil
}

// modalError puts what Slack said of a view in the domain's words.
func modalError(doing string, err error) error {
	if refused, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		switch refused.Err {
		case "expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "trigger_expired", "trigger_exchanged":
			return fmt.Errorf("%s: %w: %s", doing, bot.ErrTriggerGone, refused.Err)
		case "not_found", "hash_conflict", "view_not_found":
			return fmt.Errorf("%s: %w: %s", doing, bot.ErrModalGone, refused.Err)
		}
	}
	return chatError(doing, err)
}
