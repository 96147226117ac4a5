package bot_test

import (
	"testing"

	"docspace-restorebot/bot"
)

func BenchmarkParseLine(b *testing.B) {
	for name, text := range map[string]string{
		"help":    "help",
		"request": `3f2504e0-4f89-11d3-9a0c-0305e82c3301 --portal docs --notify --reason "the upgrade broke the rooms"`,
		"phone":   "3f2504e0-4f89-11d3-9a0c-0305e82c3301 —portal docs —reason “lost rooms”",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, no := bot.ParseLine(text); no != nil {
					b.Fatal(no)
				}
			}
		})
	}
}
