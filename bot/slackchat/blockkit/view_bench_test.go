package blockkit

import (
	"encoding/json"
	"testing"

	"docspace-restorebot/bot"
)

// BenchmarkRenderCard draws the card of a running restore, as each poll does, and
// one that waits to be confirmed.
func BenchmarkRenderCard(b *testing.B) {
	for _, state := range []bot.State{bot.Running, bot.Requested} {
		card := viewCard(state)
		b.Run(string(state), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := json.Marshal(Card(card).Blocks); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
