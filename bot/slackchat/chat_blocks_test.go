package slackchat

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/slacktest"
)

// A workspace that does not have a new block yet gets the classic form of each message:
// the same buttons, and one for what would be folded. Which block it refuses is
// remembered for a day, whatever the message.
func TestNewBlocksThatAreRefusedAreNotTriedAgainForADay(t *testing.T) {
	t.Parallel()
	for kind, states := range map[string][]bot.State{"container": {bot.Requested, bot.Running}, "plan": {bot.Running}, "task_card": {bot.Running}} {
		synctest.Test(t, func(t *testing.T) {
			fake, chat := chatInBubble(t, slacktest.World{})
			fake.RefuseBlocks(kind)
			n := 0
			post := func(state bot.State) (m slacktest.Message, calls int) {
				n++
				card := viewCard(state, planned)
				card.Restore.ID = fmt.Sprint("r", n)
				before := len(fake.Calls("chat.postMessage"))
				postCard(t, chat, &card)
				m, _ = fake.Message("C1", card.Restore.CardTS)
				return m, len(fake.Calls("chat.postMessage")) - before
			}
			first, calls := post(states[0])
			if _, ok := first.Button("restore_details"); !ok || calls != 2 || first.Metadata == "" {
				t.Errorf("%s: %d calls, metadata %q, buttons %+v", kind, calls, first.Metadata, first.Buttons())
			}
			if states[0] == bot.Requested && (len(first.Buttons()) != 3 || first.Buttons()[0].Confirm == "") {
				t.Errorf("%s: buttons %+v", kind, first.Buttons())
			}
			for _, state := range states {
				if m, calls := post(state); calls != 1 || strings.Contains(fmt.Sprint(m.Blocks), kind) {
					t.Errorf("%s, %s: another card took %d calls", kind, state, calls)
				}
			}
			time.Sleep(25 * time.Hour)
			fake.RefuseBlocks()
			if m, calls := post(states[0]); calls != 1 || !strings.Contains(fmt.Sprint(m.Blocks), kind) {
				t.Errorf("%s: after a day, %d calls", kind, calls)
			}
		})
	}
}

// What is refused of a message besides its new blocks is not blamed on them.
func TestContentInANewBlockIsNotABlockThatIsMissing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, chat := chatInBubble(t, slacktest.World{})
		card := viewCard(bot.Requested)
		fake.Fail("chat.postMessage", slacktest.Failure{Times: 1, Error: "invalid_blocks"})
		postCard(t, chat, &card)
		other := viewCard(bot.Requested)
		other.Restore.ID = "other"
		postCard(t, chat, &other)
		if m, _ := fake.Message("C1", other.Restore.CardTS); !strings.Contains(fmt.Sprint(m.Blocks), "container") {
			t.Error("a refusal that names no block made every card a classic one")
		}
	})
}
