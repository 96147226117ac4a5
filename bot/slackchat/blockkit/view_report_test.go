package blockkit

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/slack-go/slack"
)

func TestReportKeepsToSlacksLimitsAndBreaksOutOfNothing(t *testing.T) {
	t.Parallel()
	text := "# Restore <x> of `docs`\n" + strings.Repeat("| 2026-03-02 03:04:05 | <!channel> ``` | é日本 |\n", 2000)
	m := reportMessage(text)
	whole := 0
	for _, b := range m.Blocks {
		body := sectionText(t, b)
		if n := utf8.RuneCountInString(body); n > 3000 {
			t.Errorf("a section of %d", n)
		}
		if strings.Contains(body, "<!channel>") || strings.Count(body, "```")%2 != 0 {
			t.Errorf("broken out: %.200q", body)
		}
		whole += utf8.RuneCountInString(body)
	}
	if whole > 13_000 || !strings.Contains(sectionText(t, m.Blocks[len(m.Blocks)-1]), "the file holds all of it") {
		t.Errorf("%d characters in %d blocks", whole, len(m.Blocks))
	}
	if short := reportMessage("# A\n- b"); len(short.Blocks) != 1 || sectionText(t, short.Blocks[0]) != "```# A\n- b```" {
		t.Errorf("a short one: %+v", short.Blocks)
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
