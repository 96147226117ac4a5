package bot_test

import (
	"testing"

	"docspace-restorebot/bot/command"
	"docspace-restorebot/bot/policy"
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
				if _, no := command.Parse(text); no != nil {
					b.Fatal(no)
				}
			}
		})
	}
}

// BenchmarkDecide asks the policy about somebody on the list, and about a stranger.
func BenchmarkDecide(b *testing.B) {
	p := policy.Policy{
		Team: "T1", App: "A1", Users: policy.AllowList{IDs: []string{"UALICE", "UBOB"}},
		Channels: policy.AllowList{IDs: []string{"COPS"}},
	}
	directory := &channel{}
	for user, refused := range map[string]bool{"UALICE": false, "UEVE": true} {
		b.Run(user, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if no := p.MayUse(b.Context(), directory, caller(user)); (no != nil) != refused {
					b.Fatal(no)
				}
			}
		})
	}
}
