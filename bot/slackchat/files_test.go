package slackchat

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/slack-go/slack"

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

func TestReportKeepsToSlacksLimitsAndBreaksOutOfNothing(t *testing.T) {
	t.Parallel()
	text := "# Restore <x> of `docs`\n" + strings.Repeat("| 2026-03-02 03:04:05 | <!channel> ``` | é日本 |\n", 2000)
	m := reportMessage(text)
	whole := 0
	for _, b := range m.blocks {
		body := sectionText(t, b)
		if n := utf8.RuneCountInString(body); n > maxSection {
			t.Errorf("a section of %d", n)
		}
		if strings.Contains(body, "<!channel>") || strings.Count(body, "```")%2 != 0 {
			t.Errorf("broken out: %.200q", body)
		}
		whole += utf8.RuneCountInString(body)
	}
	if whole > 13_000 || !strings.Contains(sectionText(t, m.blocks[len(m.blocks)-1]), "the file holds all of it") {
		t.Errorf("%d characters in %d blocks", whole, len(m.blocks))
	}
	if short := reportMessage("# A\n- b"); len(short.blocks) != 1 || sectionText(t, short.blocks[0]) != "```# A\n- b```" {
		t.Errorf("a short one: %+v", short.blocks)
	}
}

func sectionText(t *testing.T, b slack.Block) string {
	t.Helper()
	s, ok := b.(*slack.SectionBlock)
	if !ok {
		t.Fatalf("%T is no section", b)
	}
	return s.Text.Text
}
