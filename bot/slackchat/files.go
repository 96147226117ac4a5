package slackchat

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
)

var _ bot.Files = (*Chat)(nil)

// Upload shows a file in the thread of a restore's card.
func (c *Chat) Upload(ctx context.Context, r bot.Restore, f bot.File) error {
	if r.CardTS == "" {
		return fmt.Errorf("upload: %w: it was never posted", bot.ErrCardGone)
	}
	_, err := c.API.UploadFileContext(ctx, slack.UploadFileParameters{
		Reader: bytes.NewReader(f.Content), FileSize: len(f.Content), Filename: f.Name, Title: f.Title, AltTxt: f.Alt,
		Channel: r.Channel, ThreadTimestamp: r.CardTS,
	})
	if refused, ok := errors.AsType[slack.SlackErrorResponse](err); ok && (refused.Err == "missing_scope" || refused.Err == "not_allowed_token_type") {
		return fmt.Errorf("upload: %w: %s", bot.ErrNotGranted, refused.Err)
	}
	return chatError("upload", methodUpload, err)
}

// Chart draws how long restores took and shows that in the thread of r's card.
func (c *Chat) Chart(ctx context.Context, r bot.Restore, past []bot.Run) error {
	picture, err := durationsChart(past)
	if err != nil {
		return fmt.Errorf("chart: %w", err)
	}
	return c.Upload(ctx, r, bot.File{Name: "restore-durations.png", Title: "How long restores took", Alt: chartAlt(past), Content: picture})
}
