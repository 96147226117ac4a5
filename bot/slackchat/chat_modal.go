package slackchat

import (
	"context"
	"fmt"

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
		return bot.View{}, chatError("open a modal", methodOpen, err)
	}
	return bot.View{ID: answer.ID, Hash: answer.Hash}, nil
}

// UpdateModal shows another modal in the place of one.
func (c *Chat) UpdateModal(ctx context.Context, v bot.View, m bot.Modal) (bot.View, error) {
	answer, err := c.API.UpdateViewContext(ctx, modalView(m), "", v.Hash, v.ID)
	if err != nil {
		return v, chatError("change a modal", methodView, err)
	}
	return bot.View{ID: answer.ID, Hash: answer.Hash}, nil
}
