package slackchat

import (
	"bytes"
	"context"
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
	if code, _, _ := refusalOf(err); code == "missing_scope" || code == "not_allowed_token_type" {
		return fmt.Errorf("upload: %w: %s", bot.ErrNotGranted, code)
	}
	return chatError("upload", methodUpload, err)
}
