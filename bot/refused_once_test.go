package bot_test

import (
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
)

// A command that is refused is one line of the trail and counts once, however
// many answers it has.
func TestEachCommandIsRefusedOnce(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "list", "list --dump", "status", "history", "doctor", "report k3vq7x2mhd", "cancel k3vq7x2mhd", "freeze x", "unfreeze", "lst", "list --portal wiki",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				s.chat.people["UALICE"] = policy.Person{Guest: true}
				a, later := s.Command(t.Context(), bot.Command{Caller: caller("UALICE"), Delivery: time.Now().String(), Text: text})
				_, refused := a.(*policy.Refusal)
				if later != nil {
					_, no := later(t.Context()).(*policy.Refusal)
					refused = refused || no
				}
				lines := 0
				for _, e := range s.store.events {
					if e.Kind == bot.EventRefused {
						lines++
					}
				}
				if !refused || lines != 1 {
					t.Errorf("refused %v, and %d lines tell of it", refused, lines)
				}
			})
		})
	}
}
