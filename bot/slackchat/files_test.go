package slackchat

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/slacktest"
)

// pastRuns are a number of ends, every third one a failure.
func pastRuns(n int) []bot.Run {
	var past []bot.Run
	for i := range n {
		at := viewNow.Add(time.Duration(i-n) * 24 * time.Hour)
		r := bot.Run{State: bot.Succeeded, StartedAt: at, EndedAt: at.Add(time.Duration(i%7+3) * time.Minute)}
		if i%3 == 2 {
			r.State = bot.Failed
		}
		past = append(past, r)
	}
	return past
}

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
	if err := chat.Chart(t.Context(), card.Restore, pastRuns(3)); err != nil {
		t.Fatal(err)
	}
	files := fake.Files()
	if len(files) != 2 || files[0].ThreadTS != ts || files[0].AltText != "a report" || !bytes.HasPrefix(files[1].Content, []byte("\x89PNG")) || files[1].AltText == "" {
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
