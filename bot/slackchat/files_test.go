package slackchat

import (
	"errors"
	"testing"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/slacktest"
)

func TestChatUploadsToTheThreadWhereItMay(t *testing.T) {
	t.Parallel()
	fake, api := chatWorld(t)
	chat := &Chat{API: api}
	card := viewCard(bot.Succeeded)
	ts, err := chat.PostCard(t.Context(), card)
	if err != nil {
		t.Fatal(err)
	}
	card.Restore.CardTS = ts
	file := bot.File{Name: "a.md", Title: "A", Alt: "a report", Content: []byte("# A")}
	if err := chat.Upload(t.Context(), card.Restore, file); !errors.Is(err, bot.ErrNotGranted) {
		t.Errorf("without the scope: %v", err)
	}
	fake.SetScopes(append(slacktest.DefaultScopes, "files:write")...)
	if err := chat.Upload(t.Context(), card.Restore, file); err != nil {
		t.Fatal(err)
	}
	files := fake.Files()
	if len(files) != 1 || files[0].ThreadTS != ts || files[0].AltText != "a report" || string(files[0].Content) != "# A" {
		t.Errorf("uploaded %+v", files)
	}
}
