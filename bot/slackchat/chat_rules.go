package slackchat

import (
	"context"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/slackchat/blockkit"
)

// TellRules posts to a channel which rules have changed, within Slack's limits.
func (c *Chat) TellRules(ctx context.Context, channel, id string, news []bot.RuleNews) error {
	_, err := c.post(ctx, outgoing{to: channel, kind: "rules " + id + " " + channel, urgency: urgentNews}, blockkit.Rules(news))
	return err
}
