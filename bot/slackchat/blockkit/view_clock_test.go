package blockkit

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
)

func TestLossIsNotToldWhereTheClocksDisagree(t *testing.T) {
	t.Parallel()
	ahead := func(c *bot.Card) { c.Restore.Backup.CreatedOn = viewNow.Add(2 * time.Hour) }
	skewed := func(c *bot.Card) { c.Restore.Preflight.ClockAhead = 3 * time.Hour }
	behind := func(c *bot.Card) { c.Restore.Preflight.ClockAhead = -90 * time.Minute }
	slightly := func(c *bot.Card) { c.Restore.Backup.CreatedOn = viewNow.Add(10 * time.Second) }
	for name, c := range map[string]struct {
		card  bot.Card
		words []string
		never string
	}{
		"ahead":                 {viewCard(bot.Requested, planned, ahead), []string{"dated *2 h ahead* of the clock", "cannot tell how much"}, "lost: the last"},
		"ahead, portal's too":   {viewCard(bot.Requested, planned, ahead, skewed), []string{"The last 1 h will", "The portal's clock is 3 h ahead of the bot's"}, "cannot tell how much"},
		"portal behind":         {viewCard(bot.Requested, planned, behind), []string{"The last 24 h 30 min", "The portal's clock is 1 h 30 min behind the bot's"}, "cannot tell how much"},
		"ahead within a moment": {viewCard(bot.Requested, planned, slightly), []string{"The last 0 s"}, "ahead of the"},
		"ahead, restored":       {viewCard(bot.Succeeded, restored, ahead), []string{"all changes since it was taken are gone (it is dated *2 h "}, "the changes of 0 s"},
	} {
		body, err := json.Marshal(Card(c.card).Blocks)
		if err != nil {
			t.Fatal(err)
		}
		text := string(body)
		for _, word := range c.words {
			if !strings.Contains(text, word) {
				t.Errorf("%s does not say %q:\n%s", name, word, text)
			}
		}
		if strings.Contains(text, c.never) {
			t.Errorf("%s says %q:\n%s", name, c.never, text)
		}
	}
}
